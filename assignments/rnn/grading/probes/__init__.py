"""What the grader does with your code. It knows no answers: run it yourself."""

from typing import Any

from . import accuracy, analysis, cells, inference, text, training
from .cells import SUBJECTS

PROBES = {
    **cells.PROBES,
    **analysis.PROBES,
    **text.PROBES,
    **training.PROBES,
    **accuracy.PROBES,
    **inference.PROBES,
}

__all__ = ["PROBES", "SUBJECTS"]


def __getattr__(name: str) -> Any:
    """``STAND_INS``, loaded when somebody asks: beside a submission none may lie that it was not given."""
    if name == "STAND_INS":
        from .stand_ins import STAND_INS

        return STAND_INS
    raise AttributeError(name)

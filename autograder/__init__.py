"""What a course author imports. Names load on first use, so that ``autograder.case`` stays light."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.case import Case, grid
    from autograder.exercise import Align, Exercise
    from autograder.expect import Mismatch, at_least, close, equal, fail, require, same_shape, same_shapes
    from autograder.model import Evidence, Limits
    from autograder.rubric import Criterion

__version__ = "0.1.0"

__all__ = [
    "Align",
    "Case",
    "Criterion",
    "Evidence",
    "Exercise",
    "Limits",
    "Mismatch",
    "at_least",
    "close",
    "equal",
    "fail",
    "grid",
    "require",
    "same_shape",
    "same_shapes",
]

_HOME = {
    "Align": "exercise",
    "Case": "case",
    "Criterion": "rubric",
    "Evidence": "model",
    "Exercise": "exercise",
    "Limits": "model",
    "Mismatch": "expect",
    "at_least": "expect",
    "close": "expect",
    "equal": "expect",
    "fail": "expect",
    "grid": "case",
    "require": "expect",
    "same_shape": "expect",
    "same_shapes": "expect",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"autograder.{_HOME[name]}"), name)
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")

"""Folders of files that import each other: packages with code in their __init__, and names of torch's."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import intake
from autograder.assignment import Assignment
from autograder.model import Crash, Outcome
from autograder.sandbox.trusted import TrustedSandbox, TrustedSession

CELL = "class LSTMCell:\n    where = __name__\n"


@pytest.fixture
def opened(rnn: Assignment, tmp_path: Path):  # type: ignore[no-untyped-def]
    """``opened({"folder/file.py": text})``: the session of that folder."""

    def run(files: dict[str, str]) -> TrustedSession:
        for name, text in files.items():
            path = tmp_path / "ada" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (entry,) = intake.receive([tmp_path / "ada"], rnn.exercises, mode="single").entries
        sandbox = TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file)
        session = sandbox.open(entry.read())
        assert not isinstance(session.loaded, Crash)
        return session

    return run


@pytest.mark.parametrize("begin", ["", "# a remark\n", "REGISTRY = {}\n", "from .cells import LSTMCell as Cell\n"])
def test_a_package_may_have_code_of_its_own_and_files_below_it(opened, begin: str) -> None:  # type: ignore[no-untyped-def]
    session = opened(
        {
            "engine/__init__.py": begin,
            "engine/cells.py": CELL,
            "engine/deep/__init__.py": "from ..cells import LSTMCell\n",
            "engine/deep/more.py": "from . import LSTMCell\n\n\ndef count_parameters(module):\n    return LSTMCell\n",
            "work.py": "import engine.deep.more\nfrom engine import cells\nclass GRUCell(cells.LSTMCell): pass\n",
        }
    )

    assert session.loaded.values["failures"] == []
    assert session.code.GRUCell.where == "engine.cells"
    assert session.code.count_parameters(None) is session.code.LSTMCell


def test_what_a_package_holds_is_imported_from_it(opened) -> None:  # type: ignore[no-untyped-def]
    session = opened(
        {
            "engine/__init__.py": "REGISTRY = {'size': 4}\n",
            "work.py": "from engine import REGISTRY\n\n\ndef count_parameters(module):\n    return REGISTRY['size']\n",
        }
    )

    assert session.loaded.values["failures"] == []
    assert session.code.count_parameters(None) == 4


def test_a_class_of_torch_s_is_not_replaced_by_the_graders_piece_of_its_name(judge) -> None:  # type: ignore[no-untyped-def]
    """The network runs torch's cell, and is told so: it was to run the student's."""
    grade = judge(
        "simple_lstm",
        """
        from torch import nn
        from torch.nn import LSTMCell

        class SimpleLSTM(nn.Module):
            def __init__(self, i, h, o):
                super().__init__()
                self.lstm_cell, self.fc = LSTMCell(i, h), nn.Linear(h, o)

            def forward(self, x, states=None):
                for t in range(x.shape[1]):
                    states = self.lstm_cell(x[:, t], states)
                return self.fc(states[0])
        """,
    )

    (finding,) = (one for one in grade.checks if one.id == "own_cell")
    assert (finding.points, finding.message) == (
        0,
        "uses torch's own LSTMCell; this exercise asks for your LSTMCell",
    )


@pytest.mark.parametrize("line", ["from torch.nn import LSTMCell", "LSTMCell = nn.LSTMCell"])
def test_to_take_torch_s_class_is_not_to_write_ones_own(judge, line) -> None:  # type: ignore[no-untyped-def]
    """Neither the points of a cell, nor a reason to look past a stub that is not written yet."""
    grade = judge("lstm_cell", f"from torch import nn\n{line}\n")

    assert {check.outcome for check in grade.checks} == {Outcome.UNATTEMPTED}
    assert (
        "`LSTMCell` is torch's own, from my_lstm_cell.py line 2; this exercise asks for yours"
        in grade.checks[0].message
    )


def test_a_class_that_inherits_from_torch_s_is_ones_own(opened) -> None:  # type: ignore[no-untyped-def]
    session = opened({"cells.py": "from torch import nn\n\n\nclass LSTMCell(nn.LSTMCell):\n    pass\n"})

    assert session.code.LSTMCell(2, 3).hidden_size == 3

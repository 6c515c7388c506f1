"""What a crash comes of: a package that is not there, a line that is not run, a name that was taken or misspelt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.model import ExerciseGrade, Finding, Outcome
from tests.test_grading import LSTM
from tests.test_intake_notebooks import notebook

Judge = Callable[..., ExerciseGrade]
COUNT = "def count_parameters(module):\n    return sum(p.numel() for p in module.parameters())\n"


def first(judge: Judge, exercise: str, work: str | Path) -> Finding:
    """The first finding, of work that crashes."""
    finding = judge(exercise, work, alone=True).checks[0]
    assert finding.outcome is Outcome.CRASHED
    return finding


def test_a_package_that_is_not_there_is_named_where_another_cell_needs_it(judge: Judge, tmp_path: Path) -> None:
    counting = COUNT.replace("in module.parameters()", "in tqdm(module.parameters())")
    work = notebook(tmp_path, "import torch\nfrom no_such_package.auto import (\n    tqdm,\n)", counting)

    finding = first(judge, "count_parameters", work)

    stopped = "work.ipynb, cell 1 line 2 stopped with ModuleNotFoundError: No module named 'no_such_package'. Then: "
    assert finding.message.startswith(f"{stopped}NameError: name 'tqdm' is not defined (in `count_parameters")
    assert finding.hint.startswith("The grader does not have this package")


def test_a_name_that_only_training_binds_is_said_to_be_so(judge: Judge, tmp_path: Path) -> None:
    work = notebook(tmp_path, "for step in range(3):\n    total = step", COUNT.replace("sum(", "total + sum("))

    finding = first(judge, "count_parameters", work)

    assert finding.message.startswith("`total` is set in work.ipynb, cell 1 line 1, which was not run: of a notebook")
    assert finding.hint.startswith("Set it to a constant")


def test_an_exercise_that_only_training_binds_is_said_to_be_so(judge: Judge, tmp_path: Path) -> None:
    work = notebook(tmp_path, "import torch", "while True:\n    count_parameters = len\n    break")
    finding = first(judge, "count_parameters", work)
    assert finding.message.startswith("`count_parameters` is set in work.ipynb, cell 2 line 1, which was not run")


@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
def test_a_function_of_pythons_that_was_overwritten_is_named(judge: Judge, tmp_path: Path, suffix: str) -> None:
    cells = ["import torch", COUNT, "x = 1\nsum = 0\nsum += 1"]
    work = tmp_path / "work.py"
    work.write_text("\n".join(cells), encoding="utf-8")
    work = notebook(tmp_path, *cells) if suffix == ".ipynb" else work

    finding = first(judge, "count_parameters", work)

    where = "work.ipynb, cell 3 line 2" if suffix == ".ipynb" else "work.py line 6"
    assert finding.message.startswith(f"`sum` was overwritten in {where} (`sum = 0`). Then: TypeError: ")
    assert finding.hint == "Give that variable another name: `sum` is a function of Python's."


def test_an_argument_of_the_same_name_is_not_blamed_on_the_file(judge: Judge) -> None:
    finding = first(judge, "count_parameters", "max = len\ndef count_parameters(module, all=3):\n    return all(4)\n")
    assert finding.message.startswith("TypeError: 'int' object is not callable")


@pytest.mark.parametrize(
    ("written", "wanted"),
    [("LstmCell", True), ("LSTM_Cell", True), ("MyLSTMCell", True), ("LSMTCell", True), ("Memory", False)],
)
def test_a_name_that_is_spelt_another_way_is_asked_about(judge: Judge, written: str, wanted: bool) -> None:
    finding = judge("lstm_cell", LSTM.replace("LSTMCell", written), alone=True).checks[0]
    text = "`LSTMCell` is not defined in what was handed in"
    meant = f": is `{written}` (my_lstm_cell.py) meant to be it? Then call it `LSTMCell`"
    assert (finding.message, finding.outcome) == (
        (text + meant, Outcome.CRASHED) if wanted else (text, Outcome.UNATTEMPTED)
    )


@pytest.mark.parametrize("broken", ["missing_name", "x.missing_name", "x + 'a'", "__import__('missing_name')"])
def test_a_checks_own_hint_is_not_given_where_nothing_was_compared(judge: Judge, broken: str) -> None:
    grade = judge("lstm_cell", LSTM.replace("h, c = states", f"h, c = states; {broken}"))
    assert {f.hint for f in grade.checks if f.outcome is Outcome.CRASHED} == {""}


def test_a_line_of_any_depth_is_only_quoted(judge: Judge) -> None:
    deep = "sum = 0" + " + 0" * 1500
    finding = first(judge, "count_parameters", f"{COUNT}\n{deep}\n")
    assert finding.message.startswith("`sum` was overwritten in my_count_parameters.py line 4 (`sum = 0 + 0 + 0")

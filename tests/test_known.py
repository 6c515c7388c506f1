"""Known mistakes and variants: files in the right form are loaded, others refused with file and line."""

from __future__ import annotations

import dataclasses
import textwrap
from pathlib import Path

import pytest

from autograder.assignment import Assignment
from autograder.diagnosing import known
from autograder.diagnosing.known import Mistake
from autograder.errors import AssignmentError
from autograder.grading import Grading
from autograder.model import Crash, ExerciseGrade, Outcome, Submission
from autograder.pipeline import Course
from autograder.sandbox.trusted import TrustedSandbox

WRONG_COUNT = '''"""Counts the tensors, not the numbers in them

Bank: A12
Caught by: counts
Feedback:
A weight of 3 by 4 is twelve parameters.
Ask each tensor how many numbers it holds.

Then add those.
"""


def count_parameters(module):
    return len(list(module.parameters()))
'''

WRONG_EPOCH = '''"""Never steps

Caught by: weights
Feedback: The optimiser has to make its step.
"""
import math


def train_epoch(model, dataloader, optimizer, criterion):
    return math.inf, 0.0
'''


@pytest.fixture
def with_files(rnn: Assignment, tmp_path: Path):  # type: ignore[no-untyped-def]
    """The assignment with these mistakes and variants instead of its own: ``{"mistakes/lstm_cell/a.py": text}``."""

    def build(files: dict[str, str]) -> Assignment:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return dataclasses.replace(rnn, hidden=tmp_path)

    return build


def graded(exercise: str, submission: Submission, course: Course) -> ExerciseGrade:
    """The exercise of that submission, judged in this process."""
    assignment = course.assignment
    session = TrustedSandbox(assignment.probes, stubs=assignment.stubs, stand_ins=assignment.stand_ins_file).open(
        submission
    )
    assert not isinstance(session.loaded, Crash)
    assert session.loaded.values["failures"] == []
    chosen = next(e for e in assignment.exercises if e.id == exercise)
    return Grading(assignment, submission, session, course.reference, course.seeds).exercise(chosen)


def test_a_mistake_is_read_with_all_that_its_docstring_says(with_files) -> None:  # type: ignore[no-untyped-def]
    """Title, bank, check and feedback; feedback's lines are joined, its paragraphs kept."""
    assignment = with_files({"mistakes/count_parameters/counts_tensors.py": WRONG_COUNT})

    (mistake,) = known.mistakes(assignment)["count_parameters"]

    assert mistake.id == "count_parameters/counts-tensors"
    assert mistake.title == "Counts the tensors, not the numbers in them"
    assert (mistake.bank, mistake.caught_by) == ("A12", "counts")
    assert mistake.feedback == (
        "A weight of 3 by 4 is twelve parameters. Ask each tensor how many numbers it holds.\n\nThen add those."
    )
    assert mistake.file.defines == ("count_parameters",)


def test_a_variant_may_have_a_note(with_files) -> None:  # type: ignore[no-untyped-def]
    """With and without the line ``Note:``."""
    body = "def count_parameters(module):\n    return sum(p.numel() for p in module.parameters())\n"
    assignment = with_files(
        {
            "variants/count_parameters/plain.py": f'"""A sum"""\n{body}',
            "variants/count_parameters/told.py": f'"""A sum\nNote: two biases\n"""\n{body}',
        }
    )

    plain, told = known.variants(assignment)["count_parameters"]

    assert (plain.title, plain.note) == ("A sum", "")
    assert (told.id, told.note) == ("count_parameters/told", "two biases")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("lstm_cel/a.py", WRONG_COUNT, ":1: no exercise is called 'lstm_cel'"),
        ("count_parameters/a.py", "def count_parameters(m): return 1\n", ":1: there is no docstring"),
        ("count_parameters/a.py", WRONG_COUNT.replace('"""Counts', '"""\nCounts'), ":1: the docstring's first line"),
        ("count_parameters/a.py", WRONG_COUNT.replace("counts\n", "count\n"), ":4: count_parameters has no check 'cou"),
        ("count_parameters/a.py", WRONG_COUNT.replace("Caught by: counts\n", ""), ":1: the docstring has no 'Caught"),
        ("count_parameters/a.py", WRONG_COUNT.replace("Caught by", "Cought by"), ":4: 'Cought by: counts' is none of"),
        ("count_parameters/a.py", WRONG_COUNT.replace("Bank: A12", "Bank: A1\nBank: A2"), ":4: 'Bank' is there twice"),
        ("count_parameters/a.py", '"""T\n\nCaught by: counts\nFeedback:\n"""\ndef count_parameters(m): 1\n', ":4: the"),
        ("count_parameters/a.py", WRONG_COUNT.replace("def count_p", "def count_q"), ":1: it defines none of count_pa"),
        ("count_parameters/a.py", WRONG_COUNT.replace("(module):", "(module:"), ":13: syntax error"),
    ],
)
def test_a_mistake_out_of_form_is_refused_with_file_and_line(  # type: ignore[no-untyped-def]
    with_files, name: str, text: str, said: str
) -> None:
    """Each fault of the form is named where it is."""
    assignment = with_files({f"mistakes/{name}": text})

    with pytest.raises(AssignmentError) as error:
        known.mistakes(assignment)

    assert f"{Path(name).name}{said}" in str(error.value)


def test_two_files_with_the_same_id_are_refused(with_files) -> None:  # type: ignore[no-untyped-def]
    """Dashes and underscores make no difference."""
    assignment = with_files(
        {"mistakes/count_parameters/a_b.py": WRONG_COUNT, "mistakes/count_parameters/a-b.py": WRONG_COUNT}
    )

    with pytest.raises(AssignmentError, match="has the same id, count_parameters/a-b"):
        known.mistakes(assignment)


def test_a_mistake_stands_in_place_of_the_references_definition(  # type: ignore[no-untyped-def]
    with_files, course: Course, reference: Submission
) -> None:
    """Its own exercise fails by it; the neighbours in the same file keep their points."""
    assignment = with_files({"mistakes/count_parameters/counts_tensors.py": WRONG_COUNT})
    (mistake,) = known.mistakes(assignment)["count_parameters"]

    submission = mistake.submission(reference)

    assert [f.outcome for f in graded("count_parameters", submission, course).checks] == [Outcome.FAILED]
    other = graded("vanishing_gradient", submission, course)
    assert other.points == other.possible > 0


def test_the_rest_of_the_references_file_meets_the_mistake(  # type: ignore[no-untyped-def]
    with_files, reference: Submission
) -> None:
    """A function of the same module that calls the replaced one calls the mistake."""
    assignment = with_files({"mistakes/train_epoch/never_steps.py": WRONG_EPOCH})
    (mistake,) = known.mistakes(assignment)["train_epoch"]

    submission = mistake.submission(reference)

    (file,) = [f for f in submission.files if "train_epoch" in f.defines]
    assert file.module == "training"
    space: dict[str, object] = {"__name__": "training"}
    for unit in file.units:
        source = unit.source.replace("from sentiment_lstm", "from unittest.mock").replace("SentimentLSTM\n", "Mock\n")
        source = source.replace("from text import SentimentDataset, build_vocab, text_to_indices", "")
        exec(source, space)
    assert space["train_epoch"](None, None, None, None) == (float("inf"), 0.0)  # type: ignore[operator]
    assert space["train_sentiment"].__globals__["train_epoch"] is space["train_epoch"]  # type: ignore[attr-defined]


def test_a_mistake_keeps_its_line_numbers(with_files, reference: Submission) -> None:  # type: ignore[no-untyped-def]
    """Both the reference's remaining lines and the mistake's own are where their files have them."""
    assignment = with_files({"mistakes/train_epoch/never_steps.py": WRONG_EPOCH})
    (mistake,) = known.mistakes(assignment)["train_epoch"]

    (file,) = [f for f in mistake.submission(reference).files if "train_epoch" in f.defines]

    (before,) = [f for f in reference.files if "train_epoch" in f.defines]
    old, new = before.units[0].source.split("\n"), file.units[0].source.split("\n")
    assert len(old) == len(new)
    assert old.index("def evaluate(model, dataloader, criterion):") == new.index(
        "def evaluate(model, dataloader, criterion):"
    )
    assert file.units[1].source == WRONG_EPOCH
    assert not any("def train_epoch" in unit.source for unit in file.units[:1])


def test_the_shipped_files_are_in_form(rnn: Assignment) -> None:
    """Every mistake says something, and ids name exercise and file."""
    mistakes = [m for ones in known.mistakes(rnn).values() for m in ones]

    assert mistakes
    for mistake in mistakes:
        assert isinstance(mistake, Mistake)
        assert mistake.id.startswith(f"{mistake.exercise}/")
        assert len(mistake.feedback.split()) > 5, mistake.path

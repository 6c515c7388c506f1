"""A class with written answers, as grading leaves it in an output folder, for tests of marks by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from made import submission
from reporting_samples import samples

from autograder.assignment import Assignment
from autograder.exercise import Exercise
from autograder.gradebook.records import Received
from autograder.gradebook.store import Gradebook
from autograder.marking.afterwards import whole_class
from autograder.model import Evidence, ExerciseGrade, Finding, Grade, Outcome
from autograder.output import Output
from autograder.rubric import Criterion

GRAPH = Exercise(
    "written_rnn",
    title="Written: the computation graph of an RNN",
    written=True,
    points=6,
    rubric=(
        Criterion("graph", "three steps, each from the state before it", 3),
        Criterion("sharing", "why the weights are shared", 2),
        Criterion("length", "what another length changes", 1),
    ),
    comments={"numbers": "Say it with numbers.", "steps": "Which step uses which weight?"},
)
WORDS = Exercise(
    "written_importance", title="Written: which words matter", written=True, points=2, rubric="which words, and why"
)
CODE = ExerciseGrade(
    "lstm_cell",
    "LSTM cell",
    (
        Finding("forward", "one step computes h and c", Outcome.PASSED, 4, 4, "parity"),
        Finding("gradients", "gradients flow", Outcome.FAILED, 0, 3, "gradients", "h: the gradient is zero"),
    ),
)


def of_assignment(base: Assignment) -> Assignment:
    """The assignment of this class: two written exercises."""
    return dataclasses.replace(base, exercises=(GRAPH, WORDS))


def a_grade(student: str, answers: Mapping[str, str], digest: str = "sha256:s") -> Grade:
    """A grade with one exercise of code and these answers, all still to be marked."""
    written = [_written(exercise, answers.get(exercise.id, "")) for exercise in (GRAPH, WORDS)]
    return dataclasses.replace(
        samples.ada(),
        assignment="rnn",
        title="Recurrent networks",
        student=student,
        submission=digest,
        exercises=(CODE, *written),
        notes=(),
        problems=(),
        digests={"submission": digest, "assignment": "sha256:a", "environment": "sha256:e"},
    )


def make_class(folder: Path, answers: Mapping[str, Mapping[str, str]], *, files: bool = True) -> Output:
    """An output folder with a gradebook: student -> written exercise -> answer."""
    output = Output.open(folder, "rnn")
    with Gradebook.open(output.gradebook) as book:
        book.assignment("rnn", title="Recurrent networks", digest="sha256:a")
        for student, given in answers.items():
            hand_in(book, student, given)
        if files:
            whole_class(book, output)
    return output


def hand_in(book: Gradebook, student: str, given: Mapping[str, str], at: str = "") -> int:
    """A new attempt of a student, received ``at`` that time, graded; its id."""
    work = submission(student, answers=repr(dict(given)))
    attempt = book.receive("rnn", work, {"answers.md": repr(dict(given)).encode()}, Received(at))
    book.add_grade(attempt.id, a_grade(student, given, work.digest), transcript=None)
    return attempt.id


def answers_of(students: Sequence[str]) -> dict[str, dict[str, str]]:
    """Both questions answered by everybody."""
    return {
        s: {"written_rnn": f"The graph of {s}.\n\nIt has three steps.", "written_importance": f"By {s}"}
        for s in students
    }


def _written(exercise: Exercise, answer: str) -> ExerciseGrade:
    base = Finding(exercise.id, exercise.title, Outcome.UNATTEMPTED, 0, exercise.points, "written")
    if answer:
        evidence = (Evidence("answer", {"markdown": answer}),)
        base = dataclasses.replace(
            base, outcome=Outcome.PENDING, points=None, message="marked by hand", evidence=evidence
        )
    return ExerciseGrade(exercise.id, exercise.title, (base,))

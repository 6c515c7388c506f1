"""Who is graded first: what takes longest, as far as that can be known."""

from __future__ import annotations

from pathlib import Path

from autograder import assignment
from autograder.intake.gather import Source
from autograder.model import ExerciseGrade, Submission
from autograder.queueing import longest_first

ROOT = Path(__file__).resolve().parent.parent


class Entry:
    """A student's place in a batch, never read here."""

    def __init__(self, student: str, *sources: Source) -> None:
        self.student, self.sources = student, sources

    def read(self) -> Submission:
        raise AssertionError("the order is found without reading anything")


def written(folder: Path, student: str, size: int) -> Entry:
    (folder / student).mkdir()
    (folder / student / "lstm.py").write_text("#" * size)
    (folder / student / "photo.png").write_bytes(b"\0" * 100_000)
    return Entry(student, Source(folder / student))


def test_who_has_written_more_code_comes_first(tmp_path: Path) -> None:
    entries = [written(tmp_path, "short", 10), written(tmp_path, "long", 3000), written(tmp_path, "usual", 200)]

    assert longest_first(entries, {}) == [1, 2, 0]


def test_what_an_earlier_submission_took_counts_more_than_size(tmp_path: Path) -> None:
    entries = [written(tmp_path, "slow", 10), written(tmp_path, "long", 300), written(tmp_path, "quick", 200)]

    assert longest_first(entries, {"slow": 40.0, "quick": 0.5, "other": 5.0}) == [0, 1, 2]


def test_equals_keep_their_order_and_what_is_not_there_takes_the_usual_time(tmp_path: Path) -> None:
    entries = [Entry("gone", Source(tmp_path / "gone.py")), Entry("inside", Source(tmp_path / "class.zip", "inside/"))]

    assert longest_first(entries, {}) == [0, 1]


def test_what_trains_a_model_is_judged_last_and_reported_in_its_place() -> None:
    rnn = assignment.load(ROOT, "rnn")

    judged = [exercise.id for exercise in rnn.quick_first]
    grades = [ExerciseGrade(name, name, ()) for name in judged]

    assert judged[-2:] == ["trained_accuracy", "improved_classifier"]
    assert judged[:-2] == [e.id for e in rnn.exercises if e.id not in judged[-2:]]
    assert [grade.id for grade in rnn.in_order(grades)] == [e.id for e in rnn.exercises]

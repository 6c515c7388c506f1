"""Where everybody stands: the grade of each student's last hand-in, with the marks by hand in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.gradebook.hand import marked
from autograder.gradebook.records import AttemptRecord, GradeRecord
from autograder.gradebook.store import Gradebook
from autograder.model import Grade


@dataclass(frozen=True, slots=True)
class Standing:
    """One student's grade as it counts."""

    attempt: AttemptRecord
    record: GradeRecord
    grade: Grade


def standing(book: Gradebook, attempt: AttemptRecord) -> Standing | None:
    """The grade of one attempt, if it has one."""
    found = book.grade(attempt.id)
    if found is None:
        return None
    return Standing(attempt, found[0], marked(found[1], book.people.marks(attempt.id)))


def standings(book: Gradebook, assignment: str) -> Iterator[Standing]:
    """All students who have a grade, by name, one at a time."""
    for attempt in book.current(assignment):
        found = standing(book, attempt)
        if found is not None:
            yield found

"""Where everybody stands: the grade of each student's attempt that counts, with marks by hand, and lateness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from autograder.gradebook.counting import Terms, counting, terms
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


def standing(book: Gradebook, attempt: AttemptRecord, given: Terms | None = None) -> Standing | None:
    """The grade of one attempt, if it has one. ``given``: what holds for its assignment, read where None."""
    found = book.grade(attempt.id)
    if found is None:
        return None
    held = given or terms(book, found[1].assignment)
    grade = marked(found[1], book.people.marks(attempt.id))
    return Standing(attempt, found[0], replace(grade, late=held.late(attempt)))


def standings(book: Gradebook, assignment: str) -> Iterator[Standing]:
    """All students who have a grade, by name, one at a time."""
    held = terms(book, assignment)
    for attempt in counting(book, assignment, held):
        found = standing(book, attempt, held)
        if found is not None:
            yield found

"""Which attempt of each student counts, and what lateness takes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from autograder.gradebook import schema
from autograder.gradebook.records import AttemptRecord
from autograder.gradebook.store import Gradebook
from autograder.lateness import Late, Policy, late, time
from autograder.visibility import Release


@dataclass(frozen=True)
class Terms:
    """What holds for an assignment. ``more``: student -> until when they have more time."""

    policy: Policy
    due: datetime | None
    more: Mapping[str, datetime]

    def late(self, attempt: AttemptRecord) -> Late | None:
        """What lateness takes of an attempt; None where there is nothing to say."""
        received = attempt.received
        return late(
            self.policy,
            due=self.due,
            more=self.more.get(attempt.student),
            at=time(received.at),
            seconds=received.late_seconds,
            flagged=received.late,
        )


def terms(book: Gradebook, assignment: str) -> Terms:
    """What the gradebook holds of an assignment's policy, its due date and extensions."""
    until = {student: time(one.until) for student, one in book.people.extensions(assignment).items()}
    return Terms(
        Policy.from_json(book.setting(_key(assignment))),
        Release.from_json(book.setting(f"release {assignment}")).due,
        {student: at for student, at in until.items() if at is not None},
    )


def store(book: Gradebook, assignment: str, policy: Policy) -> None:
    """Keep a policy."""
    book.set(_key(assignment), policy.to_json())


def counting(book: Gradebook, assignment: str, given: Terms | None = None) -> tuple[AttemptRecord, ...]:
    """The attempt of each student that counts, by student, without those who were removed.

    The one handed in last; or the best, by the points that the program gave and lateness left: a mark by hand does
    not change which attempt counts. Of equally good ones the last.
    """
    found = given or terms(book, assignment)
    gone = {person.key for person in book.people.roster() if person.removed}
    if found.policy.attempts != "best":
        return tuple(one for one in book.current(assignment) if one.student not in gone)
    points = _points(book, assignment)
    best: dict[str, tuple[tuple[int, str, int], AttemptRecord]] = {}
    for one in book.attempts(assignment):
        taken = found.late(one)
        won = points.get(one.id, -1)
        rank = (taken.left(won) if taken is not None else won, one.last_seen, one.number)
        if one.student not in gone and (one.student not in best or rank >= best[one.student][0]):
            best[one.student] = (rank, one)
    return tuple(one for _, one in best.values())


def among(attempts: Iterable[AttemptRecord], student: str) -> AttemptRecord | None:
    """A student's own of the attempts that count."""
    return next((one for one in attempts if one.student == student), None)


def _points(book: Gradebook, assignment: str) -> dict[int, int]:
    """Attempt's id -> points of its last grade that was not withdrawn."""
    grade = schema.Grade
    query = (
        select(grade.attempt_id, grade.points)
        .join(schema.Attempt, schema.Attempt.id == grade.attempt_id)
        .where(schema.Attempt.assignment_id == assignment, grade.withdrawn == "")
        .order_by(grade.id)
    )
    with book._database.read() as session:
        return {row.attempt_id: row.points for row in session.execute(query)}


def _key(assignment: str) -> str:
    return f"policy {assignment}"

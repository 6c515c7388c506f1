"""What became of every attempt, without reading a grade's document."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from autograder.gradebook import schema
from autograder.gradebook.store import Gradebook


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt and the points that the program gave it. ``at``: handed in, or first graded where nobody said."""

    student: str
    number: int
    at: str
    points: int
    possible: int


def tried(book: Gradebook, assignment: str) -> list[Tried]:
    """All attempts that have a grade, by student and number, without those of students who were removed.

    One query, however many there are.
    """
    newest = (
        select(func.max(schema.Grade.id).label("id"))
        .where(schema.Grade.withdrawn == "")
        .group_by(schema.Grade.attempt_id)
        .subquery()
    )
    query = (
        select(
            schema.Student.key,
            schema.Attempt.number,
            schema.Attempt.received_at,
            schema.Attempt.first_seen,
            schema.Grade.points,
            schema.Grade.possible,
        )
        .join(newest, newest.c.id == schema.Grade.id)
        .join(schema.Attempt, schema.Attempt.id == schema.Grade.attempt_id)
        .join(schema.Student, schema.Student.id == schema.Attempt.student_id)
        .where(schema.Attempt.assignment_id == assignment, schema.Student.removed == "")
        .order_by(schema.Student.key, schema.Attempt.number)
    )
    with book._database.read() as session:
        return [
            Tried(key, number, received or seen, points, possible)
            for key, number, received, seen, points, possible in session.execute(query)
        ]


def seconds(book: Gradebook, assignment: str) -> dict[str, float]:
    """Student -> how long their last grade took when it was run."""
    query = (
        select(schema.Student.key, schema.Grade.seconds)
        .join(schema.Attempt, schema.Attempt.id == schema.Grade.attempt_id)
        .join(schema.Student, schema.Student.id == schema.Attempt.student_id)
        .where(schema.Attempt.assignment_id == assignment, schema.Grade.seconds > 0)
        .order_by(schema.Grade.id)
    )
    with book._database.read() as session:
        return {row.key: row.seconds for row in session.execute(query)}


def confirmed(book: Gradebook) -> dict[int, str]:
    """Grade's id -> the version of the assignment that gave this very grade last, where it was another's first."""
    query = select(schema.Confirmation.grade_id, schema.Confirmation.assignment_digest).order_by(schema.Confirmation.at)
    with book._database.read() as session:
        return {row[0]: row[1] for row in session.execute(query)}

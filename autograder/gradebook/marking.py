"""Marks by hand of several people at once: each names the mark that it replaces, and nothing is written over unseen."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from autograder.errors import GradebookError
from autograder.gradebook import schema
from autograder.gradebook.counting import counting
from autograder.gradebook.people import mark_row
from autograder.gradebook.plain import safe
from autograder.gradebook.records import MarkRecord
from autograder.gradebook.store import Gradebook

Key = tuple[int, str, str]  # attempt's id, exercise, check


@dataclass(frozen=True, slots=True)
class Given:
    """A mark as it is stored."""

    id: int
    attempt: int
    mark: MarkRecord

    @property
    def key(self) -> Key:
        """Which check of which attempt it is for."""
        return (self.attempt, self.mark.exercise, self.mark.check)


@dataclass(frozen=True, slots=True)
class Wish:
    """A mark to be given. ``replaces`` is the id of the mark that its giver saw, 0 where there was none."""

    attempt: int
    mark: MarkRecord
    replaces: int = 0


@dataclass(frozen=True, slots=True)
class Clash:
    """A mark that was not given, because another (None: one that was there and is gone) counts by now."""

    wish: Wish
    now: Given | None


@dataclass(frozen=True, slots=True)
class Place:
    """One student's present attempt and the grade that counts for it."""

    student: str
    attempt: int
    number: int
    grade: int


@dataclass(frozen=True, slots=True)
class State:
    """Values that are others after every change: of students, extensions, attempts and grades; of marks."""

    class_: tuple[Any, ...]
    marks: tuple[Any, ...]


class Marking:
    """Marks by hand of one gradebook."""

    def __init__(self, book: Gradebook) -> None:
        self._book = book
        self._database = book._database

    def give(self, wishes: Sequence[Wish]) -> tuple[Clash, ...]:
        """Store all of them, or none: then the clashes say why. A mark that is there already is not stored again."""
        for wish in wishes:
            if not wish.mark.who.strip():
                raise GradebookError("a mark needs the name of who gave it")
            if wish.mark.points is not None and wish.mark.points < 0:
                raise GradebookError(f"a mark of {wish.mark.points} points: points are not negative")
        with self._database.write() as session:
            now = [(wish, _last(session, wish)) for wish in wishes]
            fresh = [(wish, last) for wish, last in now if not _same(wish.mark, last)]
            clashes = tuple(Clash(wish, last) for wish, last in fresh if wish.replaces != (last.id if last else 0))
            if not clashes:
                session.add_all(mark_row(wish.attempt, wish.mark) for wish, _ in fresh)
            return clashes

    def given(self, assignment: str, after: int = 0) -> tuple[Given, ...]:
        """Marks of an assignment in the order in which they were given, those later than that id."""
        query = (
            select(schema.Mark)
            .join(schema.Attempt, schema.Attempt.id == schema.Mark.attempt_id)
            .where(schema.Attempt.assignment_id == assignment, schema.Mark.id > after)
            .order_by(schema.Mark.id)
        )
        with self._database.read() as session:
            return tuple(map(_given, session.scalars(query)))

    def of(self, attempt: int) -> tuple[Given, ...]:
        """All marks of an attempt in the order in which they were given."""
        query = select(schema.Mark).where(schema.Mark.attempt_id == attempt).order_by(schema.Mark.id)
        with self._database.read() as session:
            return tuple(map(_given, session.scalars(query)))

    def state(self) -> State:
        """What has changed since somebody looked last, whoever changed it."""
        attempt, grade, mark, student = schema.Attempt, schema.Grade, schema.Mark, schema.Student
        newest = select(func.max(attempt.last_seen)).scalar_subquery()
        removed = select(func.count(student.id)).where(student.removed != "").scalar_subquery()
        extended = select(func.max(schema.Extension.id)).scalar_subquery()
        columns = [
            select(what).scalar_subquery()
            for table in (attempt, grade, student, mark)
            for what in (func.max(table.id), func.count(table.id))
        ]
        with self._database.read() as session:
            found = tuple(session.execute(select(newest, removed, extended, *columns)).one())
        return State(found[:-2], found[-2:])

    def places(self, assignment: str) -> tuple[Place, ...]:
        """Everybody's attempt that counts, where it has a grade, by student."""
        counts = {one.id for one in counting(self._book, assignment)}
        attempt, grade = schema.Attempt, schema.Grade
        query = (
            select(schema.Student.key, attempt.id, attempt.number, attempt.last_seen, func.max(grade.id))
            .join(attempt, attempt.student_id == schema.Student.id)
            .outerjoin(grade, (grade.attempt_id == attempt.id) & (grade.withdrawn == ""))
            .where(attempt.assignment_id == assignment)
            .group_by(schema.Student.key, attempt.id, attempt.number, attempt.last_seen)
            .order_by(schema.Student.key, attempt.last_seen, attempt.number)
        )
        with self._database.read() as session:
            last = {row[0]: (row[1], row[2], row[4]) for row in session.execute(query) if row[1] in counts}
        return tuple(
            Place(key, attempt_id, number, graded)
            for key, (attempt_id, number, graded) in last.items()
            if graded is not None
        )

    def documents(self, grades: Iterable[int]) -> dict[int, Mapping[str, Any]]:
        """The JSON of stored grades by their ids."""
        wanted = list(grades)
        found: dict[int, Mapping[str, Any]] = {}
        with self._database.read() as session:
            for start in range(0, len(wanted), 200):
                query = select(schema.Grade.id, schema.Grade.document).where(
                    schema.Grade.id.in_(wanted[start : start + 200])
                )
                found |= {row.id: json.loads(zlib.decompress(row.document)) for row in session.execute(query)}
        return found

    def comments(self, assignment: str, exercise: str, most: int = 9) -> tuple[str, ...]:
        """What markers have said of this exercise more than once, or lately: the most frequent first."""
        query = (
            select(schema.Mark.comment)
            .join(schema.Attempt, schema.Attempt.id == schema.Mark.attempt_id)
            .where(
                schema.Attempt.assignment_id == assignment, schema.Mark.exercise == exercise, schema.Mark.comment != ""
            )
            .order_by(schema.Mark.id.desc())
            .limit(2000)
        )
        with self._database.read() as session:
            said = Counter(session.scalars(query))
        return tuple(comment for comment, _ in said.most_common(most))


def _last(session: Session, wish: Wish) -> Given | None:
    query = (
        select(schema.Mark)
        .where(
            schema.Mark.attempt_id == wish.attempt,
            schema.Mark.exercise == wish.mark.exercise,
            schema.Mark.check == wish.mark.check,
        )
        .order_by(schema.Mark.id.desc())
        .limit(1)
    )
    row = session.scalar(query)
    return None if row is None else _given(row)


def _same(mark: MarkRecord, now: Given | None) -> bool:
    if now is None:
        return False
    there = now.mark
    return (mark.points, dict(mark.criteria), safe(mark.comment), safe(mark.why)) == (
        there.points,
        dict(there.criteria),
        there.comment,
        there.why,
    )


def _given(row: schema.Mark) -> Given:
    mark = MarkRecord(
        row.exercise, row.check, row.points, row.who, row.why, row.comment, json.loads(row.criteria), row.at
    )
    return Given(row.id, row.attempt_id, mark)

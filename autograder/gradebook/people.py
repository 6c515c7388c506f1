"""Students: the roster, more time for one of them, what people said and gave by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from autograder.errors import GradebookError
from autograder.gradebook import schema
from autograder.gradebook.connect import Database
from autograder.gradebook.plain import safe, utc
from autograder.gradebook.records import CommentRecord, ExtensionRecord, MarkRecord, Person


class People:
    """The part of a gradebook that people write: roster, extensions, marks and comments by hand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- the roster -----------------------------------------------------------------------------

    def enrol(self, people: Iterable[Person], *, whole: bool = True) -> None:
        """Take in a roster. ``whole``: who was on it before and is not in ``people`` is no longer active."""
        with self._database.write() as session:
            here = set()
            for person in people:
                row = self.ensure(session, person.key)
                row.name, row.email = safe(person.name), safe(person.email)
                row.login, row.section = safe(person.login), safe(person.section)
                row.on_roster, row.active = True, person.active and not row.removed
                here.add(row.key)
            if whole:
                for row in session.scalars(select(schema.Student).where(schema.Student.on_roster)):
                    row.active = row.active and row.key in here

    def roster(self) -> tuple[Person, ...]:
        """Everybody who is known, by key."""
        with self._database.read() as session:
            return tuple(map(_person, session.scalars(select(schema.Student).order_by(schema.Student.key))))

    def known(self) -> tuple[str, ...]:
        """Keys of everybody who is known, in the order in which they became so."""
        with self._database.read() as session:
            return tuple(session.scalars(select(schema.Student.key).order_by(schema.Student.id)))

    def meet(self, students: Iterable[str]) -> None:
        """Make students known, in this order, on the roster or not."""
        with self._database.write() as session:
            for student in students:
                self.ensure(session, student)

    def remove(self, student: str, who: str = "") -> None:
        """Take a student out of the class; what they handed in stays."""
        with self._database.write() as session:
            row = self.known_row(session, student)
            row.active, row.removed = False, f"{utc()} {safe(who)}".strip()

    def add(self, person: Person) -> None:
        """Put one student on the roster, late or again; names that are given replace those that are held."""
        with self._database.write() as session:
            row = self.ensure(session, person.key)
            row.name, row.email = safe(person.name) or row.name, safe(person.email) or row.email
            row.login, row.section = safe(person.login) or row.login, safe(person.section) or row.section
            row.on_roster, row.active, row.removed = True, True, ""

    def forget(self, student: str, who: str = "") -> None:
        """Delete a student with everything that is held about them; bytes that nobody else has, too.

        What stays is that somebody was deleted: when, by whom, how much.
        """
        with self._database.write() as session:
            if self._database.dialect == "sqlite":
                session.execute(text("PRAGMA secure_delete = ON"))  # freed pages are overwritten
            row = self.known_row(session, student)
            attempts = select(func.count()).select_from(schema.Attempt).where(schema.Attempt.student_id == row.id)
            number = session.scalar(attempts) or 0
            what = f"a student with {number} {'attempt' if number == 1 else 'attempts'}"
            session.add(schema.Deletion(at=utc(), who=safe(who), what=what))
            session.delete(row)
            session.flush()
            used = {
                *session.scalars(select(schema.File.blob)),
                *session.scalars(select(schema.Attempt.read)),
                *session.scalars(select(schema.Grade.transcript)),
                *session.scalars(select(schema.Answer.blob)),
            }
            for digest in set(session.scalars(select(schema.Blob.digest))) - used:
                session.delete(session.get_one(schema.Blob, digest))
        self._database.settle()

    def deletions(self) -> tuple[tuple[str, str, str], ...]:
        """When somebody was deleted, by whom, and how much it was."""
        with self._database.read() as session:
            rows = session.scalars(select(schema.Deletion).order_by(schema.Deletion.id))
            return tuple((row.at, row.who, row.what) for row in rows)

    @staticmethod
    def ensure(session: Session, key: str) -> schema.Student:
        """The row of a student, made where there is none."""
        key = safe(key)
        row = session.scalar(select(schema.Student).where(schema.Student.key == key))
        if row is None:
            row = schema.Student(key=key, name="", email="", login="", section="", added_at=utc())
            session.add(row)
            session.flush()
        return row

    @staticmethod
    def known_row(session: Session, key: str) -> schema.Student:
        """The row of a student. Raises GradebookError where there is none."""
        row = session.scalar(select(schema.Student).where(schema.Student.key == key))
        if row is None:
            raise GradebookError(f"the gradebook knows no student {key!r}", mend="Is the name as grades.csv has it?")
        return row

    # --- by hand --------------------------------------------------------------------------------

    def mark(self, attempt: int, mark: MarkRecord) -> None:
        """Add a mark; the last one of a check counts, and the earlier ones stay to be read."""
        if not mark.who:
            raise GradebookError("a mark needs the name of who gave it")
        if mark.points is not None and mark.points < 0:
            raise GradebookError(f"a mark of {mark.points} points: points are not negative")
        row = mark_row(attempt, mark)
        with self._database.write() as session:
            session.add(row)

    def marks(self, attempt: int) -> tuple[MarkRecord, ...]:
        """All marks of an attempt in the order in which they were given."""
        query = select(schema.Mark).where(schema.Mark.attempt_id == attempt).order_by(schema.Mark.id)
        with self._database.read() as session:
            return tuple(
                MarkRecord(m.exercise, m.check, m.points, m.who, m.why, m.comment, json.loads(m.criteria), m.at)
                for m in session.scalars(query)
            )

    def comment(self, attempt: int, comment: CommentRecord) -> None:
        """Add a comment."""
        row = schema.Comment(
            attempt_id=attempt,
            exercise=comment.exercise,
            check=comment.check,
            text=safe(comment.text),
            who=safe(comment.who),
            at=comment.at or utc(),
        )
        with self._database.write() as session:
            session.add(row)

    def comments(self, attempt: int) -> tuple[CommentRecord, ...]:
        """All comments on an attempt in the order in which they were made."""
        query = select(schema.Comment).where(schema.Comment.attempt_id == attempt).order_by(schema.Comment.id)
        with self._database.read() as session:
            return tuple(CommentRecord(c.text, c.who, c.exercise, c.check, c.at) for c in session.scalars(query))

    def extend(self, assignment: str, extension: ExtensionRecord) -> None:
        """Give a student more time; the last extension counts."""
        with self._database.write() as session:
            row = schema.Extension(
                assignment_id=assignment,
                student_id=self.ensure(session, extension.student).id,
                until=extension.until,
                who=safe(extension.who),
                why=safe(extension.why),
                at=extension.at or utc(),
            )
            session.add(row)

    def extensions(self, assignment: str) -> dict[str, ExtensionRecord]:
        """The extension of each student that counts."""
        query = (
            select(schema.Extension, schema.Student.key)
            .join(schema.Student, schema.Student.id == schema.Extension.student_id)
            .where(schema.Extension.assignment_id == assignment)
            .order_by(schema.Extension.id)
        )
        with self._database.read() as session:
            return {key: ExtensionRecord(key, e.until, e.who, e.why, e.at) for e, key in session.execute(query)}


def _person(row: schema.Student) -> Person:
    names = (row.key, row.name, row.email, row.login, row.section)
    return Person(*names, row.on_roster, row.active, row.removed)


def mark_row(attempt: int, mark: MarkRecord) -> schema.Mark:
    """A mark as it is stored."""
    return schema.Mark(
        attempt_id=attempt,
        exercise=mark.exercise,
        check=mark.check,
        points=mark.points,
        criteria=json.dumps(dict(mark.criteria)),
        comment=safe(mark.comment),
        who=safe(mark.who),
        why=safe(mark.why),
        at=mark.at or utc(),
    )

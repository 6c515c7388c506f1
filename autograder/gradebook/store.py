"""The gradebook's operations. Each is one transaction: it is there as a whole, or not at all."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from autograder.errors import GradebookError
from autograder.gradebook import blobs, documents, schema
from autograder.gradebook.answers import Answers
from autograder.gradebook.connect import Database
from autograder.gradebook.people import People
from autograder.gradebook.plain import safe, utc
from autograder.gradebook.records import AttemptRecord, GradeRecord, Received
from autograder.model import Grade, Submission


class Gradebook:
    """One gradebook, open. Threads may share it; every method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.people = People(database)
        self.answers = Answers(database)

    @classmethod
    def open(cls, where: str | Path) -> Gradebook:
        """Open a file or a URL, made or migrated where needed. Raises GradebookError."""
        return cls(Database.open(where))

    def rest(self) -> None:
        """Close its connections until they are needed again: before a fork, which must not copy one."""
        self._database.close()

    def elsewhere(self) -> Gradebook:
        """The same gradebook in a process that was forked from this one, with connections of its own."""
        return Gradebook(self._database.elsewhere())

    def close(self) -> None:
        """Close its connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- settings -------------------------------------------------------------------------------

    def setting(self, name: str, default: Any = None) -> Any:
        """The stored JSON value."""
        with self._database.read() as session:
            found = session.get(schema.Setting, name)
            return json.loads(found.value) if found else default

    def set(self, name: str, value: Any) -> None:
        """Store a JSON value."""
        with self._database.write() as session:
            session.merge(schema.Setting(name=name, value=json.dumps(value)))

    def secret(self, adopt: bytes | None = None) -> bytes:
        """The secret of the seeds: ``adopt`` or 32 random bytes, stored by the first who asks."""
        with self._database.write() as session:
            found = session.get(schema.Setting, "secret")
            if found is None:
                made = (adopt or secrets.token_bytes(32)).hex()
                found = schema.Setting(name="secret", value=json.dumps(made))
                session.add(found)
            return bytes.fromhex(json.loads(found.value))

    # --- assignments ----------------------------------------------------------------------------

    def assignment(self, id: str, *, title: str = "", handout: str = "", digest: str = "") -> None:
        """Make the assignment known, or note its present version."""
        with self._database.write() as session:
            session.merge(schema.Assignment(id=id, title=title, handout=handout, digest=digest))

    def assignments(self) -> tuple[str, ...]:
        """Ids of the assignments that are known."""
        with self._database.read() as session:
            return tuple(session.scalars(select(schema.Assignment.id).order_by(schema.Assignment.id)))

    # --- attempts -------------------------------------------------------------------------------

    def receive(
        self, assignment: str, submission: Submission, files: Mapping[str, bytes], received: Received | None = None
    ) -> AttemptRecord:
        """Note a hand-in: a new attempt where its content is new for this student, else the one that it was."""
        received = received or Received()
        now = utc()
        with self._database.write() as session:
            student = self.people.ensure(session, submission.student)
            attempts = select(schema.Attempt).where(
                schema.Attempt.assignment_id == assignment, schema.Attempt.student_id == student.id
            )
            row = session.scalar(attempts.where(schema.Attempt.digest == submission.digest))
            read = blobs.put(session, documents.pack_submission(submission))
            if row is None:
                number = len(session.scalars(attempts).all()) + 1
                row = schema.Attempt(
                    assignment_id=assignment,
                    student_id=student.id,
                    number=number,
                    digest=submission.digest,
                    read=read,
                    received_at=received.at,
                    late=received.late,
                    late_seconds=received.late_seconds,
                    source=safe(received.source),
                    first_seen=now,
                    last_seen=now,
                )
                session.add(row)
                session.flush()
                _add_files(session, row.id, files)
            row.last_seen = now
            row.read = read  # what is run from now on; how it was read may have changed with the program
            return _attempt(row, student.key)

    def attempt(self, assignment: str, student: str, number: int | None = None) -> AttemptRecord:
        """One attempt of a student, or the one that was handed in last. Raises GradebookError."""
        found = [one for one in self.attempts(assignment, student) if number in (None, one.number)]
        if not found:
            what = "no attempt" if number is None else f"no attempt {number}"
            raise GradebookError(f"{student} has {what} at {assignment}", mend="Is the name as grades.csv has it?")
        return max(found, key=lambda one: (one.last_seen, one.number))

    def attempts(self, assignment: str, student: str | None = None) -> tuple[AttemptRecord, ...]:
        """All attempts, by student and number."""
        query = (
            select(schema.Attempt, schema.Student.key)
            .join(schema.Student, schema.Student.id == schema.Attempt.student_id)
            .where(schema.Attempt.assignment_id == assignment)
            .order_by(schema.Student.key, schema.Attempt.number)
        )
        if student is not None:
            query = query.where(schema.Student.key == student)
        with self._database.read() as session:
            return tuple(_attempt(row, key) for row, key in session.execute(query))

    def current(self, assignment: str) -> tuple[AttemptRecord, ...]:
        """The attempt of each student that was handed in last, by student."""
        last: dict[str, AttemptRecord] = {}
        for one in self.attempts(assignment):
            best = last.get(one.student)
            if best is None or (one.last_seen, one.number) >= (best.last_seen, best.number):
                last[one.student] = one
        return tuple(last.values())

    def submission(self, attempt: int) -> Submission:
        """The submission as it was prepared for running."""
        with self._database.read() as session:
            return documents.unpack_submission(blobs.get(session, _attempt_row(session, attempt).read))

    def files(self, attempt: int) -> dict[str, bytes]:
        """The received files that are read, by name."""
        query = select(schema.File).where(schema.File.attempt_id == attempt).order_by(schema.File.name)
        with self._database.read() as session:
            return {row.name: blobs.get(session, row.blob) for row in session.scalars(query)}

    # --- grades ---------------------------------------------------------------------------------

    def add_grade(
        self,
        attempt: int,
        grade: Grade,
        *,
        transcript: bytes | str | None,
        observed_by: str = "",
        why: str = "",
        reason: str = "",
    ) -> int:
        """Add a grade; returns its id.

        transcript: its bytes, or the digest of a stored one. observed_by: digest of what gave the observations.
        why: first, regrade or rejudge; found out where it is empty.
        """
        with self._database.write() as session:
            if not why:
                why = "regrade" if session.scalar(_grades(attempt).limit(1)) is not None else "first"
            stored = blobs.put(session, transcript, packed=True) if isinstance(transcript, bytes) else transcript
            fields = {"transcript": stored, "observed_by": observed_by, "why": why, "reason": safe(reason)}
            row = _row(attempt, grade, fields)
            session.add(row)
            session.flush()
            return row.id

    def withdraw(self, grades: Iterable[int], why: str) -> None:
        """Grades that do not count any more, and why; they stay where they are."""
        with self._database.write() as session:
            for number in grades:
                row = session.get(schema.Grade, number)
                if row is not None:
                    row.withdrawn = safe(why)

    def add_rejudged(self, stored: Iterable[tuple[GradeRecord, Grade]], reason: str) -> None:
        """Add grades that were judged again from the observations of earlier ones: all of them, or none."""
        with self._database.write() as session:
            for record, grade in stored:
                fields = {
                    "transcript": record.transcript,
                    "observed_by": record.observed_by,
                    "why": "rejudge",
                    "reason": safe(reason),
                }
                session.add(_row(record.attempt, grade, fields))

    def confirm(self, grades: Iterable[int], assignment_digest: str) -> None:
        """Note that another version of the assignment gives these very grades."""
        with self._database.write() as session:
            for number in grades:
                session.merge(schema.Confirmation(grade_id=number, assignment_digest=assignment_digest, at=utc()))

    def stands(self, grade: GradeRecord, assignment_digest: str) -> bool:
        """Whether this version of the assignment gives this grade: it gave it, or has confirmed it."""
        if grade.assignment_digest == assignment_digest:
            return True
        with self._database.read() as session:
            return session.get(schema.Confirmation, (grade.id, assignment_digest)) is not None

    def grade_record(self, attempt: int) -> GradeRecord | None:
        """What is known of that grade, without its document."""
        with self._database.read() as session:
            row = session.scalar(_counting(attempt))
            return None if row is None else _record(row)

    def grade(self, attempt: int) -> tuple[GradeRecord, Grade] | None:
        """The last grade of an attempt that was not withdrawn, as the program gave it."""
        with self._database.read() as session:
            row = session.scalar(_counting(attempt))
            return None if row is None else (_record(row), documents.unpack_grade(row.document))

    def history(self, attempt: int) -> tuple[GradeRecord, ...]:
        """All grades of an attempt, the first one first."""
        with self._database.read() as session:
            return tuple(map(_record, session.scalars(_grades(attempt).order_by(schema.Grade.id))))

    def document(self, grade: int) -> Grade:
        """One stored grade by its id."""
        with self._database.read() as session:
            row = session.get(schema.Grade, grade)
            if row is None:
                raise GradebookError(f"the gradebook has no grade {grade}")
            return documents.unpack_grade(row.document)

    def blob(self, digest: str) -> bytes:
        """Stored bytes by their digest: a transcript, a file."""
        with self._database.read() as session:
            return blobs.get(session, digest)


def _add_files(session: Session, attempt: int, files: Mapping[str, bytes]) -> None:
    names = _names(files)
    for name in files:
        session.add(schema.File(attempt_id=attempt, name=names[name], blob=blobs.put(session, files[name])))


def _names(files: Iterable[str]) -> dict[str, str]:
    """A stored name for each file: its own wherever a database takes it, and no two alike."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in files:
        base = safe(name)[:900]
        stored, number = base, 1
        while stored in taken:
            number += 1
            stored = f"{base}~{number}"
        taken.add(stored)
        found[name] = stored
    return found


def _row(attempt: int, grade: Grade, fields: Mapping[str, Any]) -> schema.Grade:
    return schema.Grade(
        attempt_id=attempt,
        graded_at=grade.graded_at,
        assignment_digest=grade.digests.get("assignment", ""),
        environment_digest=grade.digests.get("environment", ""),
        seed=grade.seed,
        points=grade.points,
        possible=grade.possible,
        pending=grade.pending,
        bonus=grade.bonus,
        void=grade.void,
        seconds=grade.seconds.get("total", 0.0),
        document=documents.pack_grade(grade),
        withdrawn="",
        **fields,
    )


def _grades(attempt: int) -> Any:
    return select(schema.Grade).where(schema.Grade.attempt_id == attempt)


def _counting(attempt: int) -> Any:
    return _grades(attempt).where(schema.Grade.withdrawn == "").order_by(schema.Grade.id.desc()).limit(1)


def _attempt_row(session: Session, id: int) -> schema.Attempt:
    row = session.get(schema.Attempt, id)
    if row is None:
        raise GradebookError(f"the gradebook has no attempt {id}")
    return row


def _attempt(row: schema.Attempt, student: str) -> AttemptRecord:
    received = Received(row.received_at, row.late, row.late_seconds, row.source)
    return AttemptRecord(row.id, student, row.number, row.digest, received, row.first_seen, row.last_seen)


def _record(row: schema.Grade) -> GradeRecord:
    return GradeRecord(
        id=row.id,
        attempt=row.attempt_id,
        graded_at=row.graded_at,
        why=row.why,
        reason=row.reason,
        assignment_digest=row.assignment_digest,
        environment_digest=row.environment_digest,
        observed_by=row.observed_by,
        seed=row.seed,
        points=row.points,
        possible=row.possible,
        pending=row.pending,
        bonus=row.bonus,
        void=row.void,
        transcript=row.transcript,
        withdrawn=row.withdrawn,
    )

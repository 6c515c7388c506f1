"""What is said of one student: notes, appeals, decisions with their reason. They are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from autograder.errors import GradebookError
from autograder.gradebook import schema
from autograder.gradebook.plain import safe, utc
from autograder.gradebook.records import AttemptRecord
from autograder.gradebook.store import Gradebook

KINDS = ("note", "appeal", "decision")


@dataclass(frozen=True, slots=True)
class Note:
    """One of them: who said it, when (ISO 8601, UTC)."""

    kind: str
    text: str
    who: str
    at: str = ""


def add(book: Gradebook, assignment: str, student: str, note: Note) -> None:
    """Keep one. Raises GradebookError where nobody says it, it says nothing, or there is no appeal to decide."""
    if note.kind not in KINDS:
        raise GradebookError(f"{note.kind!r} is none of {', '.join(KINDS)}")
    if not note.text.strip() or not note.who.strip():
        raise GradebookError(f"{'an' if note.kind == 'appeal' else 'a'} {note.kind} needs words, and who says them")
    if note.kind == "decision" and not open_appeals(of(book, assignment, student)):
        raise GradebookError(
            f"{student} has no open appeal at {assignment}", mend="Keep it as a note, or write the appeal down first."
        )
    with book._database.write() as session:
        row = schema.Note(
            assignment_id=assignment,
            student_id=book.people.known_row(session, student).id,
            kind=note.kind,
            text=safe(note.text.strip()),
            who=safe(note.who.strip()),
            at=note.at or utc(),
        )
        session.add(row)


def of(book: Gradebook, assignment: str, student: str) -> tuple[Note, ...]:
    """All notes on a student at one assignment, in the order in which they were made."""
    query = (
        select(schema.Note)
        .join(schema.Student, schema.Student.id == schema.Note.student_id)
        .where(schema.Note.assignment_id == assignment, schema.Student.key == student)
        .order_by(schema.Note.id)
    )
    with book._database.read() as session:
        return tuple(Note(row.kind, row.text, row.who, row.at) for row in session.scalars(query))


def open_appeals(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    """Appeals that came after the last decision."""
    decided = max((number for number, note in enumerate(notes, 1) if note.kind == "decision"), default=0)
    return tuple(note for note in notes[decided:] if note.kind == "appeal")


def received(book: Gradebook, assignment: str, attempt: AttemptRecord, at: str, note: Note) -> None:
    """Say by hand when an attempt was handed in (ISO 8601, UTC), and keep why as a note."""
    add(book, assignment, attempt.student, note)
    with book._database.write() as session:
        row = session.get_one(schema.Attempt, attempt.id)
        row.received_at, row.late, row.late_seconds = at, None, None

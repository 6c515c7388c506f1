"""What students get back at one moment: how far results are given out, with each student's own due date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.gradebook.store import Gradebook
from autograder.model import Grade
from autograder.output import Output
from autograder.visibility import Release, for_student


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Handback:
    """One moment of one assignment. ``extended``: student -> until when they have more time."""

    release: Release = field(default_factory=Release)
    now: datetime = field(default_factory=_now)
    extended: Mapping[str, datetime] = field(default_factory=dict)

    def of(self, student: str) -> Release:
        """The release as it is for this student."""
        return self.release.until(self.extended.get(student))

    def shown(self, grade: Grade) -> Grade:
        """What its student may see of a grade now."""
        return for_student(grade, self.of(grade.student), self.now)

    def holds(self, folder: Path, grade: Grade) -> bool:
        """Whether the folder has a student's files, and they say of this grade just what may be seen now."""
        return Output.holds(folder, self.shown(grade))


def read(book: Gradebook, assignment: str) -> Handback:
    """What the gradebook says of an assignment, now."""
    until = {student: _time(one.until) for student, one in book.people.extensions(assignment).items()}
    extended = {student: at for student, at in until.items() if at is not None}
    return Handback(Release.from_json(book.setting(_key(assignment))), extended=extended)


def store(book: Gradebook, assignment: str, release: Release) -> None:
    """Keep how far results are given out."""
    book.set(_key(assignment), release.to_json())


def _key(assignment: str) -> str:
    return f"release {assignment}"


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

"""What the gradebook gives back: frozen, plain, without a connection behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.intake.received import Received


@dataclass(frozen=True, slots=True)
class Person:
    """One student. ``key`` is what grades call them; ``on_roster`` is false for who was found by files only."""

    key: str
    name: str = ""
    email: str = ""
    login: str = ""
    section: str = ""
    on_roster: bool = True
    active: bool = True
    removed: str = ""  # when and by whom; empty: they are here


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One attempt of one student, numbered from 1."""

    id: int
    student: str
    number: int
    digest: str
    received: Received
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class GradeRecord:
    """One stored grade without its document: what it came from, when and why."""

    id: int
    attempt: int  # the attempt's id
    graded_at: str
    why: str  # first, regrade, rejudge
    reason: str
    assignment_digest: str
    environment_digest: str
    observed_by: str
    seed: str
    points: int
    possible: int
    pending: int
    bonus: int
    void: int
    transcript: str | None
    withdrawn: str


@dataclass(frozen=True, slots=True)
class MarkRecord:
    """Points by hand for one check; ``points`` None takes earlier ones back."""

    exercise: str
    check: str
    points: int | None
    who: str
    why: str = ""
    comment: str = ""
    criteria: Mapping[str, int] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A remark by hand; on the whole attempt where ``exercise`` is empty."""

    text: str
    who: str
    exercise: str = ""
    check: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ExtensionRecord:
    """More time for one student."""

    student: str
    until: str  # ISO 8601, UTC
    who: str
    why: str = ""
    at: str = ""


__all__ = [
    "AttemptRecord",
    "CommentRecord",
    "ExtensionRecord",
    "GradeRecord",
    "MarkRecord",
    "Person",
    "Received",
]

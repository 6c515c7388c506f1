"""The tables of the gradebook. Times are ISO 8601 text in UTC, which sorts and reads the same in every database."""

from __future__ import annotations

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """Base of all tables; constraints have names, so that a migration can speak of them."""

    metadata = MetaData(naming_convention=_NAMES)


class Setting(Table):
    """What holds for the whole gradebook: the secret of the seeds, policies. ``value`` is JSON."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Assignment(Table):
    """What was handed out; ``digest`` is that of the version that graded last."""

    __tablename__ = "assignments"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    handout: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(80), default="")


class Student(Table):
    """Somebody who hands in: from the roster, or found by their files. ``key`` is what grades call them."""

    __tablename__ = "students"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(250), unique=True)
    name: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")
    login: Mapped[str] = mapped_column(Text, default="")
    section: Mapped[str] = mapped_column(Text, default="")
    on_roster: Mapped[bool] = mapped_column(Boolean, default=False)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    added_at: Mapped[str] = mapped_column(String(40))
    removed: Mapped[str] = mapped_column(Text, default="", server_default="")  # when and by whom; empty: they are here


class Blob(Table):
    """Bytes by their content: the same file of two students, or of two attempts, is kept once."""

    __tablename__ = "blobs"

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)  # sha256 of the bytes before compression
    size: Mapped[int] = mapped_column(Integer)  # bytes before compression
    coding: Mapped[str] = mapped_column(String(20))  # zlib, or plain where that is no longer
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Attempt(Table):
    """One submission of one student: new content is a new attempt, the same content the same."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("assignment_id", "student_id", "number"),
        UniqueConstraint("assignment_id", "student_id", "digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(80))  # of the received files
    read: Mapped[str] = mapped_column(ForeignKey("blobs.digest"))  # the Submission as it was run
    received_at: Mapped[str] = mapped_column(String(40), default="")  # as a download says, else empty
    late: Mapped[bool | None] = mapped_column(Boolean, default=None)  # as a download says
    late_seconds: Mapped[int | None] = mapped_column(Integer, default=None)
    source: Mapped[str] = mapped_column(Text, default="")  # where the files lay
    first_seen: Mapped[str] = mapped_column(String(40))
    last_seen: Mapped[str] = mapped_column(String(40))  # the latest hand-in is the one seen last


class File(Table):
    """One received file of an attempt."""

    __tablename__ = "files"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(1000), primary_key=True)
    blob: Mapped[str] = mapped_column(ForeignKey("blobs.digest"), index=True)


class Grade(Table):
    """One grade of one attempt. Rows are added and never changed, but for ``withdrawn``."""

    __tablename__ = "grades"
    __table_args__ = (Index("ix_grades_attempt_id_id", "attempt_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"))
    graded_at: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(20))  # first, regrade, rejudge
    reason: Mapped[str] = mapped_column(Text, default="")
    assignment_digest: Mapped[str] = mapped_column(String(80))
    environment_digest: Mapped[str] = mapped_column(String(80))
    observed_by: Mapped[str] = mapped_column(String(80), default="")  # digest of the probes and what runs them
    seed: Mapped[str] = mapped_column(String(80))
    points: Mapped[int] = mapped_column(Integer)
    possible: Mapped[int] = mapped_column(Integer)
    pending: Mapped[int] = mapped_column(Integer)
    bonus: Mapped[int] = mapped_column(Integer)
    void: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")  # in all, when it was run
    document: Mapped[bytes] = mapped_column(LargeBinary)  # the grade's JSON, zlib
    transcript: Mapped[str | None] = mapped_column(ForeignKey("blobs.digest"), default=None)
    withdrawn: Mapped[str] = mapped_column(Text, default="")  # why it does not count


class Confirmation(Table):
    """Another version of the assignment that gives this very grade: judged again, and nothing changed."""

    __tablename__ = "confirmations"

    grade_id: Mapped[int] = mapped_column(ForeignKey("grades.id", ondelete="CASCADE"), primary_key=True)
    assignment_digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[str] = mapped_column(String(40))


class Mark(Table):
    """Points that a person gave for one check, or took back (``points`` null). The last one counts."""

    __tablename__ = "marks"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"), index=True)
    exercise: Mapped[str] = mapped_column(String(200))
    check: Mapped[str] = mapped_column(String(200))
    points: Mapped[int | None] = mapped_column(Integer, default=None)
    criteria: Mapped[str] = mapped_column(Text, default="{}")  # JSON: points of each criterion of a rubric
    comment: Mapped[str] = mapped_column(Text, default="")
    who: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[str] = mapped_column(String(40))


class Comment(Table):
    """What a person said of an attempt, or of one exercise or check of it."""

    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"), index=True)
    exercise: Mapped[str] = mapped_column(String(200), default="")
    check: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(40))


class Extension(Table):
    """More time for one student. The last one for a student and an assignment counts."""

    __tablename__ = "extensions"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), index=True)
    until: Mapped[str] = mapped_column(String(40))
    who: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[str] = mapped_column(String(40))


class Note(Table):
    """What was said of a student: a note, an appeal, a decision. Rows are added, never changed."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"))
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # note, appeal, decision
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(40))


class Deletion(Table):
    """That everything held about somebody was deleted; not whose it was."""

    __tablename__ = "deletions"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(40))
    who: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)


class Answer(Table):
    """What the reference, or anything else of ours that is the same for a class, answered: kept to be reused."""

    __tablename__ = "answers"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)  # whose, and under which versions
    blob: Mapped[str] = mapped_column(ForeignKey("blobs.digest"))

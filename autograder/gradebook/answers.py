"""Answers that are the same for a class, by name: kept to be reused, and replaced when they are worked out anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from autograder.gradebook import blobs, schema
from autograder.gradebook.connect import Database

Change = Callable[[str, bytes | None], bytes]


class Answers:
    """The part of a gradebook that the program keeps for itself. Each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> bytes | None:
        """What was kept under this name, if anything was. Raises GradebookError where it is damaged."""
        with self._database.read() as session:
            row = session.get(schema.Answer, key)
            return None if row is None else blobs.get(session, row.blob)

    def keep(self, key: str, data: bytes) -> None:
        """Keep an answer to be reused."""
        with self._database.write() as session:
            _put(session, key, data)

    def change(
        self, keys: Iterable[str], to: Callable[[str, bytes | None], bytes], gone: Callable[[str], bool]
    ) -> None:
        """Replace what is kept under these names by ``to(name, bytes)``, and drop what is ``gone``: all at once.

        Nobody else writes meanwhile, so what ``to`` is given is what others have left.
        """
        with self._database.write() as session:
            for key in keys:
                row = session.get(schema.Answer, key)
                _put(session, key, to(key, None if row is None else blobs.get(session, row.blob)))
            for key in filter(gone, list(session.scalars(select(schema.Answer.key)))):
                _drop(session, session.get_one(schema.Answer, key))


def _put(session: Session, key: str, data: bytes) -> None:
    row, blob = session.get(schema.Answer, key), blobs.put(session, data)
    if row is None:
        session.add(schema.Answer(key=key, blob=blob))
    elif row.blob != blob:
        old, row.blob = row.blob, blob
        session.flush()
        _unless_used(session, old)


def _drop(session: Session, row: schema.Answer) -> None:
    session.delete(row)
    session.flush()
    _unless_used(session, row.blob)


def _unless_used(session: Session, digest: str) -> None:
    """Delete bytes that nothing else has."""
    uses = or_(
        select(schema.Answer.key).where(schema.Answer.blob == digest).exists(),
        select(schema.File.name).where(schema.File.blob == digest).exists(),
        select(schema.Attempt.id).where(schema.Attempt.read == digest).exists(),
        select(schema.Grade.id).where(schema.Grade.transcript == digest).exists(),
    )
    if not session.scalar(select(uses)):
        session.delete(session.get_one(schema.Blob, digest))
        session.flush()

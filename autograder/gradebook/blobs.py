"""Bytes by their content, compressed where that makes them smaller."""

from __future__ import annotations

import hashlib
import zlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from autograder.errors import GradebookError
from autograder.gradebook import schema

LEVEL = 3  # of zlib: observations are mostly random digits, which no level makes much smaller


def digest_of(data: bytes) -> str:
    """The name of these bytes: ``sha256:…``."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def put(session: Session, data: bytes, *, packed: bool = False) -> str:
    """Keep the bytes, once; returns their digest. packed: they are compressed already."""
    digest = digest_of(data)
    if not session.scalar(select(func.count()).select_from(schema.Blob).where(schema.Blob.digest == digest)):
        smaller = data if packed else zlib.compress(data, LEVEL)
        coding, stored = ("zlib", smaller) if len(smaller) < len(data) else ("plain", data)
        session.add(schema.Blob(digest=digest, size=len(data), coding=coding, data=stored))
        session.flush()
    return digest


def get(session: Session, digest: str) -> bytes:
    """The bytes of that name. Raises GradebookError where they are not there, or are others."""
    found = session.execute(
        select(schema.Blob.coding, schema.Blob.data).where(schema.Blob.digest == digest)
    ).one_or_none()
    if found is None:
        raise GradebookError(f"the gradebook does not hold {digest}", mend="Restore it from a copy, or grade again.")
    try:
        data = zlib.decompress(found.data) if found.coding == "zlib" else bytes(found.data)
    except zlib.error:
        data = b""
    if digest_of(data) != digest:
        raise GradebookError(
            f"{digest} in the gradebook is damaged", mend="Restore the gradebook from a copy, or grade again."
        )
    return data

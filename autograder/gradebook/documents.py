"""Grades and submissions as bytes that are read back as the same records."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from typing import Any

from autograder.model import Grade, Problem, SourceFile, Submission, Unit


def pack_grade(grade: Grade) -> bytes:
    """The grade's JSON, compressed."""
    return zlib.compress(json.dumps(grade.to_json()).encode(), 6)


def unpack_grade(data: bytes) -> Grade:
    """What ``pack_grade`` packed."""
    return Grade.from_json(json.loads(zlib.decompress(data)))


def pack_submission(submission: Submission) -> bytes:
    """A submission as it was prepared for running: units, answers, problems. Where its files lay is left out."""
    plain = asdict(submission)
    plain["path"] = ""
    return json.dumps(plain, sort_keys=True).encode()


def unpack_submission(data: bytes) -> Submission:
    """What ``pack_submission`` packed."""
    plain = json.loads(data)
    return Submission(
        **plain
        | {
            "files": tuple(_file(file) for file in plain["files"]),
            "problems": tuple(Problem(**p | {"names": tuple(p["names"])}) for p in plain["problems"]),
            "received": tuple(plain["received"]),
            "notes": tuple(plain["notes"]),
        }
    )


def _file(plain: dict[str, Any]) -> SourceFile:
    units = {name: tuple(Unit(**unit) for unit in plain[name]) for name in ("units", "fallback")}
    return SourceFile(**plain | {"defines": tuple(plain["defines"]), **units})

"""Grades and submissions as bytes that are read back as the same records."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from autograder.model import Grade, Submission


def pack_grade(grade: Grade) -> bytes:
    """The grade's JSON, compressed."""
    return zlib.compress(json.dumps(grade.to_json()).encode(), 6)


def unpack_grade(data: bytes) -> Grade:
    """What ``pack_grade`` packed."""
    return Grade.from_json(json.loads(zlib.decompress(data)))


def pack_submission(submission: Submission) -> bytes:
    """A submission as it was prepared for running: units, answers, problems. Where its files lay is left out."""
    return json.dumps(_plain(submission) | {"path": ""}, sort_keys=True).encode()


def unpack_submission(data: bytes) -> Submission:
    """What ``pack_submission`` packed, by this version or an earlier one."""
    found: Submission = _reader(Submission)(json.loads(data))
    return found


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


@functools.cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """How plain data become a value of this type: records, tuples and mappings of them, the rest as it is."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}
        return lambda plain: kind(**{name: readers[name](item) for name, item in plain.items() if name in readers})
    arguments = typing.get_args(kind)
    origin = typing.get_origin(kind)
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda plain: tuple(item(one) for one in plain)
    if origin in (types.UnionType, typing.Union):
        return _reader(next(one for one in arguments if one is not type(None)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        held = _reader(arguments[1])
        return lambda plain: {key: held(one) for key, one in plain.items()}
    return lambda plain: plain

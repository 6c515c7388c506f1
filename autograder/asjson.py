"""Records as plain JSON values, and back by the names of their fields."""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Mapping, Sequence
from typing import Any

_ATOMS = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """A record as an object of its fields, and everything in it as JSON has it."""
    kind: type = type(value)
    if kind in _ATOMS:  # most values: a grade has thousands
        return value
    names = _fields(kind)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """What of ``data`` is a field of this record; what a later version added is passed over."""
    return {name: data[name] for name in _fields(kind) or () if name in data}


@functools.cache
def _fields(kind: type) -> tuple[str, ...] | None:
    """Names of a record's fields; None of what is no record."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None

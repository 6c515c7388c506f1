"""Question: what the grader sends into the sandbox: a flat dict of JSON values and arrays, and back.

What comes out of the sandbox has a format of its own (``wire``), which believes nothing. This one is read by the
child, which may believe the grader: one JSON text, then the bytes of the arrays one after the other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.sandbox.wire import LENGTH, MOST_BYTES, WireError


def pack(values: Mapping[str, Any], most: int = MOST_BYTES) -> bytes:
    """``values`` as at most ``most`` bytes. Arrays are of numbers; a lone surrogate becomes a question mark.

    Raises WireError for what is neither JSON nor an array of numbers, and for more bytes.
    """
    arrays = {name: np.asarray(value, order="C") for name, value in values.items() if isinstance(value, np.ndarray)}
    for name, array in arrays.items():
        if array.dtype.kind not in "fiub":
            raise WireError(f"{name}: numbers are needed; the array holds {array.dtype}")
    told = [(name, array.dtype.str, array.shape) for name, array in arrays.items()]
    try:
        text = _json([{name: value for name, value in values.items() if name not in arrays}, told])
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"cannot be written: {error}") from None
    head = text.encode("utf-8", "replace")
    if (size := len(head) + sum(array.nbytes for array in arrays.values())) > most:
        raise WireError(f"{size:,} bytes in all; at most {most:,} may be sent")
    parts: list[Any] = [LENGTH.pack(len(head)), head, *arrays.values()]
    return b"".join(parts)


def unpack(frame: bytes) -> dict[str, Any]:
    """What ``pack`` was given, the arrays last and of their own memory. Believes what it reads."""
    (size,) = LENGTH.unpack_from(frame)
    start = LENGTH.size + size
    values, told = json.loads(frame[LENGTH.size : start])
    for name, kind, shape in told:
        dtype, count = np.dtype(kind), math.prod(shape)
        array = np.frombuffer(frame, dtype, count, start).copy() if count else np.empty(0, dtype)
        values[name] = array.reshape(shape)
        start += array.nbytes
    found: dict[str, Any] = values
    return found


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

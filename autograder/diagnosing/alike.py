"""Alike: whether two submissions were seen to do the same, and to fail of the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.exercise import Check
from autograder.expect import Mismatch, MoreWanted, Record
from autograder.model import Crash, Reply


def replies(mine: Reply, theirs: Reply) -> bool:
    """Equal observations, or the same crash."""
    if isinstance(mine, Crash) or isinstance(theirs, Crash):
        return (
            isinstance(mine, Crash)
            and isinstance(theirs, Crash)
            and (mine.kind, mine.exception, mine.message) == (theirs.kind, theirs.exception, theirs.message)
        )
    return values(mine.values, theirs.values)


def values(mine: Any, theirs: Any) -> bool:
    """Equal plain values, numbers within 1e-9; a NaN equals a NaN."""
    if isinstance(mine, np.ndarray) or isinstance(theirs, np.ndarray):
        a, b = np.asarray(mine), np.asarray(theirs)
        if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
            return False
        return (
            bool(np.allclose(a, b, rtol=1e-9, atol=1e-9, equal_nan=True))
            if a.dtype.kind == "f"
            else bool((a == b).all())
        )
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        return mine.keys() == theirs.keys() and all(values(mine[key], theirs[key]) for key in mine)
    if isinstance(mine, list | tuple) and isinstance(theirs, list | tuple):
        return len(mine) == len(theirs) and all(map(values, mine, theirs))
    if isinstance(mine, float) and isinstance(theirs, float):
        return bool(np.isclose(mine, theirs, rtol=1e-9, atol=1e-9, equal_nan=True))
    return type(mine) is type(theirs) and bool(mine == theirs)


def fails(check: Check, mine: Mapping[str, Any], theirs: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """A failed check fails of values that both have.

    Where the two differ, mine are exchanged for the reference's: if the check then says the same as before,
    what it complains of lies in the values that are equal. (A mean over texts or over batches, say, is
    accepted either way, and must not hide that neither of the two clears its gradients.) And theirs must be
    right there: else what makes the mistake a mistake is among what the two do not share.
    """
    if mine.keys() != theirs.keys():
        return False
    others = [name for name in mine if not values(mine[name], theirs[name])]
    if any(name not in expected for name in others):
        return False
    if not holds(check, {**expected, **{name: theirs[name] for name in others}}, expected):
        return False
    said = _said(check, mine, expected)
    return said is not None and said == _said(check, {**mine, **{name: expected[name] for name in others}}, expected)


def holds(check: Check, seen: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether a check has nothing to say against these values."""
    return _said(check, seen, expected) is None


def _said(check: Check, seen: Mapping[str, Any], expected: Mapping[str, Any]) -> str | None:
    """The check's complaint; None where it has none, or wants to see more."""
    try:
        check.judge(Record(seen, side="student"), Record(expected, side="reference"))
    except Mismatch as mismatch:
        return mismatch.message
    except (MoreWanted, Exception):
        return None
    return None

"""Values of a student's record in the form that a check works with; another form is a finding.

The probes return these forms. A process that was tampered with may return anything, and a check that
broke on it would be counted as the grader's fault.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import fail


def numbers(record: Any, name: str, dimensions: int = 1) -> np.ndarray:
    """An array of real numbers with so many dimensions."""
    value = record[name]
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu" or value.ndim != dimensions:
        fail(f"{name} did not come back as {'a number' if dimensions == 0 else 'an array of numbers'}")
    return np.asarray(value)


def items(record: Any, name: str) -> list[Any]:
    """A list."""
    value = record[name]
    if not isinstance(value, list):
        fail(f"{name} did not come back as a list")
    return list(value)


def texts(record: Any, name: str) -> list[str]:
    """A list of strings."""
    return [str(item) for item in items(record, name)]


def pairs(record: Any, name: str) -> list[tuple[str, int]]:
    """A list of [word, id]."""
    result = []
    for item in items(record, name):
        if not (isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) and type(item[1]) is int):
            fail(f"{name} did not come back as a list of words with ids")
        result.append((item[0], item[1]))
    return result

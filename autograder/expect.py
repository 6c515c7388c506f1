"""Expectations: each states one thing about two records, and words the failure for the student.

A check calls them in order; the first that does not hold ends the check. Messages say what, where and
how far; they never print a value of the reference. Comparison happens here, outside the sandbox, on
plain copied data: shapes first, then finiteness, then values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.model import Evidence

MOST_ROWS = 24  # a picture of errors larger than this is sampled


class Mismatch(Exception):  # noqa: N818  # a finding, not a fault of the engine
    """An expectation that does not hold."""

    def __init__(self, message: str, *, hint: str = "", evidence: Sequence[Evidence] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.evidence = tuple(evidence)


class MoreWanted(Exception):  # noqa: N818  # a request, not a fault
    """A check reads a value of a further probe that has not been run yet."""

    def __init__(self, probe: str) -> None:
        super().__init__(probe)
        self.probe = probe


class Record:
    """The values of one observation, read as attributes or by name: ``student.h``, ``student["out:h"]``.

    A value that the observation does not have is a Mismatch on the student's record (their process
    left it out) and a plain KeyError on the reference's (our fault: the check becomes void).
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        side: str,
        notes: list[str] | None = None,
        shown: list[Evidence] | None = None,
        more: Sequence[str] = (),
    ) -> None:
        self._values = dict(values)
        self._side = side
        self._more = tuple(more)
        self._notes = notes if notes is not None else []
        self.shown = shown if shown is not None else []

    def __getitem__(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        probe = name.partition(":")[0]
        if probe in self._more:
            raise MoreWanted(probe)
        if self._side == "student":
            raise Mismatch(f"{name} is missing from what your code returned")
        raise KeyError(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def names(self, prefix: str = "") -> list[str]:
        """Names that start with ``prefix``, in the order in which the probe returned them."""
        return [name for name in self._values if name.startswith(prefix)]

    def note(self, text: str) -> None:
        """Leave a remark for the report: an accepted difference, something to praise."""
        if text not in self._notes:
            self._notes.append(text)

    def show(self, evidence: Evidence) -> None:
        """Put something to look at into the report, whether the check passes or not."""
        self.shown.append(evidence)


def fail(message: str, *, hint: str = "", evidence: Sequence[Evidence] = ()) -> None:
    """The expectation does not hold, in the check's own words."""
    raise Mismatch(message, hint=hint, evidence=evidence)


def require(condition: Any, message: str, *, hint: str = "", evidence: Sequence[Evidence] = ()) -> None:
    """``condition`` holds. An array, as comes of comparing what should have been one number, does not."""
    if np.ndim(condition) or not condition:
        raise Mismatch(message, hint=hint, evidence=evidence)


def array(name: str, value: Any) -> np.ndarray:
    """``value`` as an array of numbers, or a Mismatch."""
    if isinstance(value, np.ndarray):
        return value
    try:
        result = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise Mismatch(f"{name} is not made of numbers") from None
    return result


def same_shape(name: str, student: Any, reference: Any) -> None:
    """Both have the same shape. Shapes may be given as lists."""
    got, wanted = _shape(student), _shape(reference)
    if got != wanted:
        row = {"what": name, "expected": _show(wanted), "got": _show(got), "ok": False}
        raise Mismatch(
            f"{name} has shape {_show(got)}; expected {_show(wanted)}", evidence=[Evidence("shapes", {"rows": [row]})]
        )


def same_shapes(student: Mapping[str, Any], reference: Mapping[str, Any]) -> None:
    """Every named output of the reference is there with the same shape; one table shows them all."""
    rows = []
    for name, value in reference.items():
        got = _shape(student[name]) if name in student else None
        wanted = _shape(value)
        shown = "missing" if got is None else _show(got)
        rows.append({"what": name, "expected": _show(wanted), "got": shown, "ok": got == wanted})
    wrong = [row for row in rows if not row["ok"]]
    if wrong:
        text = "; ".join(f"{row['what']}: expected {row['expected']}, got {row['got']}" for row in wrong)
        raise Mismatch(text, evidence=[Evidence("shapes", {"rows": rows})])


def close(
    name: str,
    student: Any,
    reference: Any,
    *,
    atol: float = 1e-9,
    rtol: float = 1e-7,
    axes: Sequence[str] = (),
    hint: str = "",
) -> None:
    """Equal shape, all finite, and ``|student - reference| <= atol + rtol * |reference|`` everywhere.

    ``axes`` names the dimensions ("row", "unit") so that the message can say where the largest
    difference is. No value of the reference is printed.
    """
    got, wanted = array(name, student), array(name, reference)
    same_shape(name, got, wanted)
    if wanted.size == 0:
        raise KeyError(f"{name}: nothing to compare")
    if got.dtype == np.bool_ or got.dtype.kind not in "fiu":
        raise Mismatch(f"{name} holds {got.dtype} values; expected real numbers", hint=hint)
    got, wanted = got.astype(np.float64), wanted.astype(np.float64)
    finite = np.isfinite(got)
    if not finite.all():
        where = _place(tuple(int(i) for i in np.argwhere(~finite)[0]), axes)
        nans = int(np.isnan(got).sum())
        what = f"{nans} NaN" if nans else f"{int((~finite).sum())} infinite"
        raise Mismatch(f"{name}: {what} of {got.size} values, the first at {where}", hint=hint)
    error = np.abs(got - wanted)
    bad = ~(error <= atol + rtol * np.abs(wanted))
    if bad.any():
        worst = tuple(int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape))
        count = "the value differs" if bad.size == 1 else f"{int(bad.sum())} of {bad.size} values differ"
        place = f", at {_place(worst, axes)}" if bad.size > 1 else ""
        message = f"{name}: {count}; the largest difference is {error[worst]:.3g}{place}{_first_step(bad, axes)}"
        raise Mismatch(message, hint=hint, evidence=[error_map(name, error, axes, atol)])


def _first_step(bad: np.ndarray, axes: Sequence[str]) -> str:
    """Where a sequence goes wrong: what follows a wrong step is wrong because of it."""
    if "step" not in axes or len(axes) != bad.ndim:
        return ""
    axis = list(axes).index("step")
    wrong = bad.any(axis=tuple(other for other in range(bad.ndim) if other != axis))
    first = int(wrong.argmax())
    return f"; step {first} is the first that differs" + (", the steps before it agree" if first else "")


def error_map(name: str, error: np.ndarray, axes: Sequence[str], tolerance: float) -> Evidence:
    """A picture of where and how large the errors are: at most 24 x 24 cells, each the largest it covers."""
    flat = error.reshape(-1, error.shape[-1]) if error.ndim else error.reshape(1, 1)
    names = [*axes] if len(axes) == error.ndim else []
    rows, columns = (" × ".join(names[:-1]) or "row", names[-1]) if names else ("row", "column")
    for axis in (0, 1):
        if flat.shape[axis] > MOST_ROWS:
            parts = np.array_split(flat, MOST_ROWS, axis=axis)
            flat = np.stack([part.max(axis=axis) for part in parts], axis=axis)
    values = [[float(f"{value:.3g}") for value in row] for row in flat]
    data = {"title": f"{name}, shape {_show(error.shape)}", "rows": rows, "columns": columns, "values": values}
    return Evidence("errors", {**data, "tolerance": tolerance})


def at_least(name: str, value: float, least: float, *, hint: str = "", evidence: Sequence[Evidence] = ()) -> None:
    """``value`` is a finite number of at least ``least``."""
    if not (np.isfinite(value) and value >= least):
        raise Mismatch(f"{name} is {value:.3g}; expected at least {least:.3g}", hint=hint, evidence=evidence)


def equal(name: str, student: Any, reference: Any, *, hint: str = "") -> None:
    """The same JSON value of the same type (True is not 1). Prints what came, not what was expected."""
    if type(student) is not type(reference) or student != reference:
        raise Mismatch(f"{name} is {shorten(student)}, which is not the expected value", hint=hint)


def shorten(value: Any, most: int = 80) -> str:
    """``repr`` cut to ``most`` characters."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _shape(value: Any) -> tuple[int, ...]:
    if isinstance(value, np.ndarray):
        return tuple(value.shape)
    if isinstance(value, list | tuple) and all(isinstance(n, int) for n in value):
        return tuple(value)
    return tuple(np.shape(value))


def _show(shape: Sequence[int]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else "(" + ", ".join(str(n) for n in shape) + ")"


def _place(index: tuple[int, ...], axes: Sequence[str]) -> str:
    if not index:
        return "the only value"
    if len(axes) == len(index):
        return ", ".join(f"{axis} {i}" for axis, i in zip(axes, index, strict=True))
    return f"index {_show(index)}" if len(index) > 1 else f"index {index[0]}"

"""The page of submissions that have passages in common: both sides of each pair, for an instructor to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from autograder.reporting.text import clean, count, line

AROUND = 1  # lines shown before and after a passage
MOST_LINES = 300  # of one side
MOST_WIDTH = 300  # characters of a line

View = dict[str, Any]


class Side(Protocol):
    """One of two submissions; ``spans`` are places in ``text``, in order."""

    @property
    def student(self) -> str:
        """Who."""

    @property
    def text(self) -> str:
        """Its code."""

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where passages of the other one stand."""

    @property
    def share(self) -> float:
        """How much of its own code they are, from 0 to 1."""


class Pair(Protocol):
    """Two submissions."""

    @property
    def first(self) -> Side:
        """One."""

    @property
    def second(self) -> Side:
        """The other."""


def view(title: str, students: int, usual: float, pairs: Sequence[Pair], empty: Sequence[str]) -> View:
    """Everything that the page shows. usual: the median of what two submissions have in common."""
    return {
        "title": line(title, 120),
        "students": count(students, "submission"),
        "usual": f"{100 * usual:.0f} %",
        "pairs": [_pair(number, pair) for number, pair in enumerate(pairs, 1)],
        "empty": [line(name, 120) for name in empty[:2000]],
    }


def _pair(number: int, pair: Pair) -> View:
    sides = [_side(pair.first), _side(pair.second)]
    passages = max(len(pair.first.spans), len(pair.second.spans))
    return {"number": number, "anchor": f"p{number}", "sides": sides, "passages": passages}


def _side(side: Side) -> View:
    value = round(100 * side.share, 1)
    return {"student": line(side.student, 120), "share": f"{value:.0f} %", "value": value, "rows": rows(side)}


def rows(side: Side) -> list[View]:
    """Lines with a passage and those around them; what is between is one row that says how much it is.

    A line's parts are pairs of text and whether it is in a passage.
    """
    lines = side.text.split("\n")
    starts = [0]
    for text in lines:
        starts.append(starts[-1] + len(text) + 1)
    parts = [_parts(text, start, side.spans) for text, start in zip(lines, starts, strict=False)]
    marked = {n for n, line_ in enumerate(parts) if any(mark and text.strip() for text, mark in line_)}
    shown = {n for m in marked for n in range(m - AROUND, m + AROUND + 1) if 0 <= n < len(lines)}
    found: list[View] = []
    skipped = 0
    for number, line_ in enumerate(parts):
        if number not in shown or len(found) >= MOST_LINES:
            skipped += 1
            continue
        if skipped:
            found.append({"gap": count(skipped, "line")})
            skipped = 0
        found.append(
            {"gap": "", "line": number + 1, "parts": [(clean(text, MOST_WIDTH), mark) for text, mark in line_]}
        )
    return [*found, {"gap": count(skipped, "line")}] if skipped else found


def _parts(text: str, start: int, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    at = 0
    for begin, end in spans:
        first, last = max(begin - start, at), min(end - start, len(text))
        if first >= last:
            continue
        if first > at:
            found.append((text[at:first], False))
        found.append((text[first:last], True))
        at = last
    return [*found, (text[at:], False)] if at < len(text) else found

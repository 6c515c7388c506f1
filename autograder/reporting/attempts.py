"""How a class's hand-ins spread over time, and what handing in again brought."""

from __future__ import annotations

import datetime
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from autograder.reporting.text import count

MOST_BARS = 14
MOST_ROWS = 8  # attempts by number; later ones are one row
EVEN = 0.005  # shares of the points that differ by less are the same

View = dict[str, Any]


class HandIn(Protocol):
    """One attempt with its grade. ``at`` is ISO 8601, or empty where nobody knows."""

    @property
    def student(self) -> str:
        """Who."""

    @property
    def number(self) -> int:
        """From 1."""

    @property
    def at(self) -> str:
        """When it was handed in, else when it was graded first."""

    @property
    def points(self) -> int:
        """Points as the program gave them."""

    @property
    def possible(self) -> int:
        """Of how many."""


def view(handed_in: Iterable[HandIn]) -> View | None:
    """Everything that is shown of them; None where there is nothing to tell: nobody handed in twice, all on one day."""
    days: Counter[datetime.date] = Counter()
    shares: dict[int, list[float]] = defaultdict(lambda: [0, 0.0])  # by number: how many, and the sum of their shares
    first: dict[str, tuple[int, float]] = {}
    last: dict[str, tuple[int, float]] = {}
    for one in handed_in:
        day = _day(one.at)
        if day is not None:
            days[day] += 1
        share = one.points / one.possible if one.possible else 0.0
        sums = shares[min(one.number, MOST_ROWS)]
        sums[0] += 1
        sums[1] += share
        first[one.student] = min(first.get(one.student, (one.number, share)), (one.number, share))
        last[one.student] = max(last.get(one.student, (one.number, share)), (one.number, share))
    again = [last[student][1] - first[student][1] for student in first if last[student][0] > first[student][0]]
    if not again and len(days) < 2:
        return None
    total = sum(int(sums[0]) for sums in shares.values())
    return {
        "total": f"{count(total, 'hand-in')} of {count(len(first), 'student')}",
        "again": _again(again),
        "rows": [
            {
                "number": f"{number} and later" if number == MOST_ROWS else str(number),
                "students": int(sums[0]),
                "share": f"{100 * sums[1] / sums[0]:.0f} %",
            }
            for number, sums in sorted(shares.items())
        ],
        "days": bars(days) if len(days) > 1 else None,
    }


def bars(days: Mapping[datetime.date, int]) -> View:
    """Bars of how many hand-ins fell on each day, or on each few days where there are many."""
    begin, end = min(days), max(days)
    step = math.ceil(((end - begin).days + 1) / MOST_BARS)
    number = math.ceil(((end - begin).days + 1) / step)
    heights = [0] * number
    for day, amount in days.items():
        heights[(day - begin).days // step] += amount
    width, height, left, bottom = 350, 170, 8, 36
    wide = min(60.0, (width - 2 * left) / number)
    drawn = []
    for index, amount in enumerate(heights):
        since = begin + datetime.timedelta(index * step)
        until = min(end, since + datetime.timedelta(step - 1))
        tall = round((height - bottom - 20) * amount / max(heights), 1)
        drawn.append(
            {
                "x": round(left + index * wide + 2, 1),
                "y": height - bottom - tall,
                "width": round(wide - 4, 1),
                "height": tall,
                "middle": round(left + (index + 0.5) * wide, 1),
                "number": amount,
                # every other name where they would touch
                "name": f"{since.day} {since:%b}" if number <= 7 or index % 2 == 0 else "",
                "span": _span(since, until),
            }
        )
    spoken = ", ".join(f"{bar['span']}: {bar['number']}" for bar in drawn if bar["number"])
    return {"width": width, "height": height, "base": height - bottom, "bars": drawn, "label": spoken, "step": step}


def _again(gains: list[float]) -> str:
    if not gains:
        return "Nobody handed in more than once."
    up, down = sum(gain > EVEN for gain in gains), sum(gain < -EVEN for gain in gains)
    mean = 100 * sum(gains) / len(gains)
    sign = "−" if mean < -0.5 else "+"
    return (
        f"{count(len(gains), 'student')} handed in more than once. Between the first and the last attempt {up} gained "
        f"points, {down} lost some, {len(gains) - up - down} stayed where they were: {sign}{abs(mean):.0f} percentage "
        "points on average."
    )


def _span(since: datetime.date, until: datetime.date) -> str:
    shown = f"{since.day} {since:%b %Y}"
    return shown if since == until else f"{shown} to {until.day} {until:%b %Y}"


def _day(at: str) -> datetime.date | None:
    try:
        return datetime.datetime.fromisoformat(at).date()
    except ValueError:
        return None

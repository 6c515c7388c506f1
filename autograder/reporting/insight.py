"""What a class's grades say of the exercises: how hard each is, whether it goes with the rest, what it takes to run.

Grades are read once, one at a time; a few sums of each exercise and check are kept, however large the class.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograder.model import ExerciseGrade, Finding, Grade, Outcome
from autograder.reporting.text import line, real

FEW = 10  # students, below which a correlation says nothing
EASY, HARD = 0.95, 0.2  # shares of the points
IN_ORDER = "in order"
OPPOSED = -0.1  # nearer to 0 it is chance
LOOSE = 0.2  # a correlation with the rest below this is hardly one

View = dict[str, Any]


@dataclass(slots=True)
class Pair:
    """Sums over students of two numbers between 0 and 1, from which their correlation follows."""

    n: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0

    def add(self, x: float, y: float) -> None:
        """One student."""
        self.n += 1
        self.x += x
        self.y += y
        self.xx += x * x
        self.yy += y * y
        self.xy += x * y

    @property
    def correlation(self) -> float | None:
        """Between -1 and 1; None where there are fewer than three students, or one of the two is always the same."""
        if self.n < 3:
            return None
        across, down = self.xx - self.x**2 / self.n, self.yy - self.y**2 / self.n
        if across < 1e-9 * self.n or down < 1e-9 * self.n:
            return None
        return max(-1.0, min(1.0, (self.xy - self.x * self.y / self.n) / math.sqrt(across * down)))


@dataclass(slots=True)
class Item:
    """The sums of one exercise. Points are counted where the exercise could give any; seconds are CPU time."""

    title: str
    judged: int = 0
    share: float = 0.0
    full: int = 0
    unattempted: int = 0
    rest: Pair = field(default_factory=Pair)
    ran: int = 0
    seconds: float = 0.0
    longest: float = 0.0
    slowest: str = ""

    @property
    def difficulty(self) -> float | None:
        """The share of the points that the class has won: 1 where everybody has all of them."""
        return self.share / self.judged if self.judged else None


class Insight:
    """Reads Grades one at a time."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}  # by exercise, in the order of the assignment
        self.checks: dict[tuple[str, str], Pair] = {}  # passed or not, and the share of all other points

    def add(self, grade: Grade) -> None:
        """Take one grade."""
        points, possible = grade.points, grade.possible
        for exercise in grade.exercises:
            item = self.items.setdefault(exercise.id, Item(line(exercise.title, 100)))
            self._time(item, exercise, grade.student)
            if exercise.possible:
                self._points(item, exercise, points, possible)
            for finding in exercise.checks:
                self._check(exercise.id, finding, points, possible)

    def correlation(self, exercise: str, check: str) -> float | None:
        """Whether passing a check goes with winning the other points; None where that cannot be said."""
        pair = self.checks.get((exercise, check))
        return None if pair is None or pair.n < FEW else pair.correlation

    def view(self, who: Callable[[str], View]) -> list[View]:
        """A row for each exercise. who: a student's name and link."""
        return [_row(number, item, who) for number, item in enumerate(self.items.values(), 1)]

    @staticmethod
    def _time(item: Item, exercise: ExerciseGrade, student: str) -> None:
        seconds = sum(max(0.0, real(finding.seconds) or 0.0) for finding in exercise.checks)
        if seconds > 0:
            item.ran += 1
            item.seconds += seconds
            if seconds > item.longest:
                item.longest, item.slowest = seconds, student

    @staticmethod
    def _points(item: Item, exercise: ExerciseGrade, points: int, possible: int) -> None:
        share = exercise.points / exercise.possible
        item.judged += 1
        item.share += share
        item.full += exercise.points >= exercise.possible
        item.unattempted += any(f.outcome is Outcome.UNATTEMPTED for f in exercise.checks) and not exercise.points
        # Who has no point at all fails everything: that says nothing of an exercise, and looks like a connection.
        if possible > exercise.possible and points:
            item.rest.add(share, (points - exercise.points) / (possible - exercise.possible))

    def _check(self, exercise: str, finding: Finding, points: int, possible: int) -> None:
        if finding.points is None or finding.outcome is Outcome.VOID or not points:
            return
        own, most = (0, 0) if finding.bonus else (finding.points, finding.possible)
        if possible > most:
            passed = float(finding.outcome is Outcome.PASSED)
            self.checks.setdefault((exercise, finding.id), Pair()).add(passed, (points - own) / (possible - most))


def verdict(item: Item) -> str:
    """What the numbers of an exercise say, and what to look at."""
    share, together = item.difficulty, item.rest.correlation
    if share is None:
        return "to be marked by hand"
    if item.judged < FEW:
        return f"too few students to say more (fewer than {FEW})"
    if share > EASY:
        return "nearly everybody has it: good practice, but it does not tell students apart"
    if together is not None and together < OPPOSED:
        return "who does well elsewhere does worse here: look at the task's text and its checks first"
    if share < HARD:
        return "nearly nobody wins points here: was it explained, is there time for it, are the checks right?"
    if together is None:
        return "everybody has the same share of points: it does not tell students apart"
    if together < LOOSE:
        return "hardly goes with the rest: it asks for something else, or luck decides"
    return IN_ORDER


def signed(value: float | None) -> str:
    """A correlation with two digits: ``0.43``, ``−0.10``; nothing where there is none."""
    if value is None:
        return ""
    return f"{value:.2f}".replace("-", "−") if abs(value) >= 0.005 else "0.00"


def duration(seconds: float) -> str:
    """``0.04 s``, ``3.2 s``, ``140 s``."""
    if seconds < 0.01:
        return "< 0.01 s"
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"


def _row(number: int, item: Item, who: Callable[[str], View]) -> View:
    share = item.difficulty
    together = item.rest.correlation if item.judged >= FEW else None
    mean = item.seconds / item.ran if item.ran else 0.0
    return {
        "number": number,
        "title": item.title,
        "share": "" if share is None else f"{100 * share:.0f} %",
        "share_value": "" if share is None else round(100 * share, 1),
        "full": f"{100 * item.full / item.judged:.0f} %" if item.judged else "",
        "full_value": round(100 * item.full / item.judged, 1) if item.judged else "",
        "unattempted": item.unattempted or "",
        "together": signed(together),
        "together_value": "" if together is None else round(together, 4),
        "mean": duration(mean) if item.ran else "",
        "mean_value": round(mean, 4) if item.ran else "",
        "longest": duration(item.longest) if item.ran else "",
        "longest_value": round(item.longest, 4) if item.ran else "",
        "slowest": who(item.slowest) if item.slowest else None,
        "says": verdict(item),
    }

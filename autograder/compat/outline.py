"""What was recognised of an assignment that was made for another grader."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """One thing to solve.

    id: as the other grader calls it. points: None where it says none. kind: "tests" (marked by the cells
    in ``tests``), "by hand" or "by nothing". solution, tests: numbers of cells, from 1. hidden: some of its tests
    are not for students. names: functions and classes that the solution cells define.
    """

    id: str
    points: float | None
    kind: str
    solution: tuple[int, ...] = ()
    tests: tuple[int, ...] = ()
    hidden: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outline:
    """One notebook. form: "nbgrader" or "otter". released: students' version, without solutions.

    title: as the notebook gives it. left_out: sentences on what has no counterpart here. problems: sentences on what
    breaks the other grader's own rules.
    """

    form: str
    name: str
    parts: tuple[Part, ...]
    released: bool = False
    title: str = ""
    left_out: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """Points of all parts."""
        return sum(part.points or 0 for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """Plain data, with the sum of points."""
        return {**dataclasses.asdict(self), "points": self.points}


def number(points: float | None) -> str:
    """Points as people write them: ``2``, ``2.5``, or nothing."""
    return "" if points is None else f"{points:g}"


def cells(numbers: Sequence[int]) -> str:
    """Numbers of cells in a table: ``3, 4``, or a dash."""
    return ", ".join(map(str, numbers)) or "-"

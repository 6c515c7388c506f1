"""What the web app keeps in memory of one student's present attempt: no text of the student's, no messages."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.gradebook.hand import marked
from autograder.gradebook.marking import Given, Place
from autograder.lateness import Late
from autograder.marking.answers import waits
from autograder.model import Finding, Grade, Outcome
from autograder.reporting.classpage import ClassSummary, Row

_LEFT_OUT = ("evidence", "message", "hint", "notes", "mistake")


@dataclass(slots=True)
class Seat:
    """A student's place in the class. ``grade`` is as the program gave it, ``shown`` with the marks by hand."""

    place: Place
    grade: Grade
    name: str  # the pseudonym
    late: Late | None = None
    given: dict[tuple[str, str], Given] = field(default_factory=dict)  # the last mark of each check
    exercises: tuple[str, ...] = field(init=False)  # ids, in the assignment's order
    written: tuple[str, ...] = field(init=False)  # those of them with an answer that waits for a mark, or had one
    shown: Grade = field(init=False)
    row: Row = field(init=False)

    def __post_init__(self) -> None:
        found = self.grade.exercises
        self.exercises = tuple(exercise.id for exercise in found)
        self.written = tuple(one.id for one in found if any(waits(finding) for finding in one.checks))
        self.count()

    def count(self) -> None:
        """Lay the marks over the grade, and take off what lateness costs."""
        self.shown = replace(marked(self.grade, (one.mark for one in self.given.values())), late=self.late)
        summary = ClassSummary()
        summary.add(self.shown)
        self.row = summary.rows[0]

    def question(self, exercise: str) -> Finding | None:
        """The written answer to this exercise, as the program found it."""
        return next((f for e in self.grade.exercises if e.id == exercise for f in e.checks if waits(f)), None)

    def to_mark(self, exercise: str) -> bool:
        """Whether the answer to this exercise is still to be marked."""
        return any(
            f.outcome is Outcome.PENDING for e in self.shown.exercises if e.id == exercise for f in e.checks if waits(f)
        )


def light(document: Mapping[str, Any]) -> Grade:
    """A stored grade without its long texts."""
    exercises = [
        {
            "id": sys.intern(exercise["id"]),
            "title": sys.intern(exercise["title"]),
            "checks": [_light(check) for check in exercise["checks"]],
        }
        for exercise in document["exercises"]
    ]
    problems = [{"file": "", "message": "", "fatal": one.get("fatal", False)} for one in document.get("problems", ())]
    kept = {"exercises": exercises, "problems": problems, "output": "", "notes": (), "files": (), "versions": {}}
    return Grade.from_json({**document, **kept})


def _light(check: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in check.items() if key not in _LEFT_OUT}
    return kept | {name: sys.intern(kept[name]) for name in ("id", "claim", "kind") if name in kept}

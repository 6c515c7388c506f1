"""Scorecard: what an audit of the grader found, and whether it is enough."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS = ("reference", "variants", "mistakes", "nulls", "mutants")
NAMED = 0.95  # of the known mistakes, by diagnosis
ENOUGH_MUTANTS = 300
MUTANTS_EACH = 17  # of each exercise, where an assignment is too small for so many


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of work whose marks are known beforehand, and what the grader made of it.

    ``check`` is the first check that did not pass ("exercise.check"), ``said`` what falls short, in words.
    ``details``: JSON values that belong to the kind (docs/formats.md lists them).
    """

    kind: str
    id: str
    title: str
    ok: bool
    check: str = ""
    said: str = ""
    seconds: float = 0.0
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the summary: what was reached and what has to be."""

    title: str
    reached: str
    wanted: str
    ok: bool


@dataclass(frozen=True)
class Audit:
    """All rows. ``problems`` are faults of the lists themselves; ``sample``: so many of the mutants, 0 for all.

    exercises: how many are judged by the grader, by which it is known how many mutants there should be.
    """

    assignment: str
    title: str
    isolation: str
    rows: Sequence[Row]
    problems: Sequence[str] = ()
    made: int = 0  # mutants that there are
    sample: int = 0
    seconds: float = 0.0
    exercises: int = ENOUGH_MUTANTS

    @property
    def ok(self) -> bool:
        """Whether nothing falls short."""
        return all(criterion.ok for criterion in self.criteria)

    def of(self, kind: str) -> list[Row]:
        """The rows of one kind, in their order."""
        return [row for row in self.rows if row.kind == kind]

    @property
    def criteria(self) -> list[Criterion]:
        """The summary; a kind that was not looked at has no line."""
        lines = [
            Criterion(row.title, row.said or row.details["points"], row.details["wanted"], row.ok)
            for row in self.of("reference")
        ]
        variants = self.of("variants")
        if variants:
            lines.append(_all("variants with full marks", [row.ok for row in variants]))
        lines += self._mistakes()
        nulls = self.of("nulls")
        if nulls:
            passed = sum(not row.ok for row in nulls)
            lines.append(Criterion(f"of {len(nulls)} null models, those that pass a check of numbers", *_none(passed)))
        if self.of("mutants"):
            lines += self._mutants()
        if self.problems:
            lines.append(Criterion("entries that do not fit", *_none(len(self.problems))))
        return lines

    def _mistakes(self) -> list[Criterion]:
        mistakes = self.of("mistakes")
        if not mistakes:
            return []
        named = [row.details["named"] for row in mistakes]
        share = named.count("yes") / len(named)
        lost = sum(sum(row.details["lost"].values()) for row in mistakes)
        return [
            _all("mistakes caught by the named check", [row.details["caught"] for row in mistakes]),
            Criterion(
                "mistakes named by diagnosis",
                f"{named.count('yes')} of {len(named)} ({share:.1%})",
                f"{NAMED:.0%}",
                share >= NAMED,
            ),
            Criterion("mistakes named wrongly", *_none(named.count("wrongly"))),
            Criterion("points that other exercises lose to a mistake", *_none(lost)),
        ]

    def _mutants(self) -> list[Criterion]:
        mutants = self.of("mutants")
        states = [row.details["state"] for row in mutants]
        least = min(ENOUGH_MUTANTS, MUTANTS_EACH * self.exercises)
        enough = [] if self.sample else [Criterion("mutants", str(self.made), str(least), self.made >= least)]
        killed, equivalent = states.count("killed"), states.count("equivalent")
        return [
            *enough,
            Criterion(
                "mutants killed, or equivalent with a reason",
                f"{killed} + {equivalent} of {len(states)}",
                str(len(states)),
                all(row.ok for row in mutants),
            ),
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain values: the summary first, then every row."""
        return {
            "schema": 1,
            "assignment": self.assignment,
            "title": self.title,
            "ok": self.ok,
            "isolation": self.isolation,
            "seconds": round(self.seconds, 1),
            "mutants": self.made,
            "sample": self.sample,
            "criteria": [dataclasses.asdict(criterion) for criterion in self.criteria],
            "problems": list(self.problems),
            "rows": [dataclasses.asdict(row) for row in self.rows],
        }


def _all(title: str, held: Sequence[bool]) -> Criterion:
    return Criterion(title, f"{sum(held)} of {len(held)}", str(len(held)), all(held))


def _none(count: int) -> tuple[str, str, bool]:
    return str(count), "0", count == 0

"""What two grades of the same submission differ in: points first, then words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from autograder.model import Finding, Grade


@dataclass(frozen=True, slots=True)
class Difference:
    """One check before and after; None where it was not there, or is no more."""

    exercise: str
    check: str
    before: Finding | None
    after: Finding | None

    @property
    def counts(self) -> bool:
        """Whether points, or what could be won, have changed; else it is words only."""
        return _worth(self.before) != _worth(self.after)

    def __str__(self) -> str:
        """``lstm_cell.forward: failed, 0 of 4 → passed, 4 of 4``."""
        return f"{self.exercise}.{self.check}: {_told(self.before)} → {_told(self.after)}"


def differences(before: Grade, after: Grade) -> tuple[Difference, ...]:
    """Checks whose findings differ, in the order of ``after``, then those that are no more."""
    old = dict(_findings(before))
    new = dict(_findings(after))
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(Difference(*key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key))


def same(before: Grade, after: Grade) -> bool:
    """Whether the grades say the same: when they were made, how long it took and by which version does not count."""
    return _said(before) == _said(after)


def _said(grade: Grade) -> Grade:
    return replace(grade, graded_at="", digests={}, versions={}, seconds={})


def _findings(grade: Grade) -> Iterator[tuple[tuple[str, str], Finding]]:
    for exercise in grade.exercises:
        for finding in exercise.checks:
            yield (exercise.id, finding.id), finding


def _worth(finding: Finding | None) -> tuple[int | None, int, bool] | None:
    return None if finding is None else (finding.points, finding.possible, finding.bonus)


def _told(finding: Finding | None) -> str:
    if finding is None:
        return "not there"
    points = "–" if finding.points is None else str(finding.points)
    return f"{finding.outcome.value}, {points} of {finding.possible}"

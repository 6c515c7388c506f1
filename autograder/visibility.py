"""What a student may see of a grade, and when: the one rule, and a grade with everything else left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from autograder.model import ExerciseGrade, Finding, Grade, Outcome

# Gradescope's four, the most open first.
VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")


@dataclass(frozen=True, slots=True)
class Release:
    """How far an assignment's results are given out. ``due`` has a time zone; None: no due date is set.

    report: the visibility of reports as wholes. A check is shown where both its own and this allow it.
    """

    due: datetime | None = None
    published: bool = False
    report: str = "visible"

    def until(self, extended: datetime | None) -> Release:
        """The same for a student with more time: their due date, where it is later."""
        if extended is None or self.due is None or extended <= self.due:
            return self
        return replace(self, due=extended)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        due = self.due.isoformat() if self.due is not None else None
        return {"due": due, "published": self.published, "report": self.report}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Release:
        """What ``to_json`` gave; the strictest where nothing was stored."""
        found = data or {}
        due = datetime.fromisoformat(found["due"]) if found.get("due") else None
        return cls(due, bool(found.get("published")), str(found.get("report", "visible")))


def reveals(visibility: str, release: Release, now: datetime) -> bool:
    """Whether students see what has this visibility. What is not known counts as hidden.

    A due date that is not set never passes; at the due date itself it has passed.
    """
    if visibility == "visible":
        return True
    if visibility == "after_due_date":
        return release.due is not None and release.due <= now
    if visibility == "after_published":
        return release.published
    return False


def may_need(child: str, parent: str) -> bool:
    """Whether a check may wait for another: only where the other one is always seen when it is seen itself.

    Otherwise the fact that it waits would give the other one's outcome away.
    """
    return parent in ("visible", child) or child == "hidden"


def for_student(grade: Grade, release: Release | None = None, now: datetime | None = None) -> Grade:
    """The grade with only what the student may see now; how much is left out is counted in ``withheld``.

    Totals are those of what is shown: a total that counts more would give it away. Without ``release`` nothing is
    shown but what is visible from the start. Applied again, it takes away nothing more.
    """
    given, at = release or Release(), now or datetime.now(UTC)
    pairs = [(exercise, _shown(exercise, given, at)) for exercise in grade.exercises]
    if all(before is after for before, after in pairs):
        return grade
    # The grade repeats the notes of its exercises with their titles before them.
    gone = {f"{before.title}: {note}" for before, after in pairs for note in before.notes if note not in after.notes}
    kept = {f"{after.title}: {note}" for _, after in pairs for note in after.notes}
    notes = tuple(note for note in grade.notes if note in kept or note not in gone)
    return replace(grade, exercises=tuple(after for _, after in pairs), notes=notes)


def sentences(withheld: Mapping[str, int]) -> list[str]:
    """What is left out, in words: ``2 checks are shown after the due date``."""
    counts: Counter[str] = Counter()
    for visibility, number in withheld.items():
        counts[visibility if visibility in VISIBILITIES else "hidden"] += number
    said = {
        "after_due_date": "shown after the due date",
        "after_published": "shown once the results are published",
        "hidden": "not shown",
    }
    return [
        f"{counts[kind]} {'check is' if counts[kind] == 1 else 'checks are'} {words}"
        for kind, words in said.items()
        if counts[kind]
    ]


def withheld(grade: Grade) -> dict[str, int]:
    """Of a grade that is shown to its student: how many checks are left out, by visibility."""
    counts: Counter[str] = Counter()
    for exercise in grade.exercises:
        counts.update(exercise.withheld)
    return dict(counts)


def _shown(exercise: ExerciseGrade, release: Release, now: datetime) -> ExerciseGrade:
    whole = release.report if not reveals(release.report, release, now) else ""
    left_out: dict[str, str] = {}  # id of a check -> the visibility that keeps it back
    for finding in exercise.checks:
        parent = finding.waits_for.removeprefix(f"{exercise.id}.") if finding.outcome is Outcome.SKIPPED else ""
        if whole:
            left_out[finding.id] = finding.visibility if finding.visibility == "hidden" else whole
        elif not reveals(finding.visibility, release, now):
            left_out[finding.id] = finding.visibility
        elif parent in left_out:
            left_out[finding.id] = left_out[parent]
    if not left_out:
        return exercise
    checks = tuple(finding for finding in exercise.checks if finding.id not in left_out)
    counts = Counter(exercise.withheld)
    counts.update(left_out[finding.id] for finding in exercise.checks if finding.id in left_out)
    notes = _notes(exercise, checks, left_out)
    return replace(exercise, checks=checks, notes=notes, withheld=dict(sorted(counts.items())))


def _notes(exercise: ExerciseGrade, shown: tuple[Finding, ...], left_out: Mapping[str, str]) -> tuple[str, ...]:
    """Without those that come from a check that is left out, and from no other."""
    secret = {note for finding in exercise.checks if finding.id in left_out for note in finding.notes}
    told = {note for finding in shown for note in finding.notes}
    return tuple(note for note in exercise.notes if note in told or note not in secret)

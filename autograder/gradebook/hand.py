"""Marks by hand laid over a grade: what a person gave counts, whatever is judged again beneath it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from autograder.gradebook.records import MarkRecord
from autograder.model import ExerciseGrade, Finding, Grade, Outcome


def marked(grade: Grade, marks: Iterable[MarkRecord]) -> Grade:
    """The grade with the last mark of each check in it; a mark for a check that is no more changes nothing.

    ``marks`` come in the order in which they were given. A mark whose points are None takes back what
    was given before it. Points beyond what a check is worth are its worth, below nothing are nothing.
    """
    last = {(mark.exercise, mark.check): mark for mark in marks}
    if not last:
        return grade
    exercises = tuple(
        replace(
            exercise, checks=tuple(_marked(finding, last.get((exercise.id, finding.id))) for finding in exercise.checks)
        )
        for exercise in grade.exercises
    )
    return replace(grade, exercises=exercises)


def unused(grade: Grade, marks: Iterable[MarkRecord]) -> tuple[MarkRecord, ...]:
    """Marks that count but whose check the grade does not have: somebody should look at them."""
    here = {(exercise.id, finding.id) for exercise in grade.exercises for finding in exercise.checks}
    last = {(mark.exercise, mark.check): mark for mark in marks}
    return tuple(mark for key, mark in last.items() if mark.points is not None and key not in here)


def by_hand(exercise: ExerciseGrade) -> tuple[str, ...]:
    """Checks of an exercise that wait for a person."""
    return tuple(finding.id for finding in exercise.checks if finding.outcome is Outcome.PENDING)


def _marked(finding: Finding, mark: MarkRecord | None) -> Finding:
    if mark is None or mark.points is None:
        return finding
    points = max(0, min(mark.points, finding.possible))
    outcome = Outcome.PASSED if points == finding.possible else Outcome.FAILED
    if finding.kind == "written":
        lines = [f"{points} of {finding.possible} points", *(f"{name}: {n}" for name, n in mark.criteria.items())]
        message = "; ".join(lines) + (f". {mark.comment}" if mark.comment else "")
        return replace(finding, points=points, outcome=outcome, message=message)
    said = ": ".join(filter(None, [f"{points} of {finding.possible} points given by hand", mark.why]))
    notes = (*finding.notes, said + (f". {mark.comment}" if mark.comment else ""))
    return replace(finding, points=points, outcome=outcome, notes=notes)

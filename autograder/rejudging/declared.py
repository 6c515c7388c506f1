"""What is declared of checks (points, claims, hints, visibility), laid over findings that were judged before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograder.assignment import Assignment
from autograder.exercise import Check, Exercise
from autograder.model import WRONG, ExerciseGrade, Finding, Outcome


def declared(assignment: Assignment) -> dict[str, Any]:
    """Titles, claims and hints by exercise and check, as JSON values: what findings of today will quote."""
    return {
        exercise.id: {
            "title": exercise.title,
            "claims": {check.id: check.claim for check in exercise.checks},
            "hints": {check.id: check.hint for check in exercise.checks},
        }
        for exercise in assignment.exercises
    }


def same_titles(assignment: Assignment, then: Mapping[str, Any]) -> bool:
    """Whether messages that quote an exercise's title still quote it rightly."""
    return all(then.get(exercise.id, {}).get("title") == exercise.title for exercise in assignment.exercises)


def laid_over(exercise: Exercise, grade: ExerciseGrade, then: Mapping[str, Any]) -> ExerciseGrade | None:
    """The exercise's grade with what is declared today; None where only judging can tell.

    ``then``: what was declared of this exercise when it was judged.
    """
    if exercise.written:
        finding = grade.checks[0]
        points = None if finding.outcome is Outcome.PENDING else 0
        return replace(grade, checks=(replace(finding, points=points, possible=exercise.points),))
    checks = {check.id: check for check in exercise.checks}
    if [finding.id for finding in grade.checks] != list(checks):
        return None
    findings = [_finding(checks[finding.id], finding, then, checks) for finding in grade.checks]
    known = [finding for finding in findings if finding is not None]
    return replace(grade, checks=tuple(known)) if len(known) == len(findings) else None


def _finding(check: Check, finding: Finding, then: Mapping[str, Any], checks: Mapping[str, Check]) -> Finding | None:
    points: int | None = check.points if finding.outcome is Outcome.PASSED else 0
    if finding.outcome is Outcome.VOID:
        points = None
    hint, message = finding.hint, finding.message
    was = str(then["hints"][check.id])
    if was != check.hint and finding.outcome in WRONG:
        if hint == was and was:
            hint = check.hint
        elif not was:
            return None  # nobody can say whether this finding would have carried it
    if check.needs and finding.outcome is Outcome.SKIPPED:
        message = message.replace(f"“{then['claims'][check.needs]}”", f"“{checks[check.needs].claim}”")
    return replace(
        finding,
        claim=check.claim,
        points=points,
        possible=check.points,
        hint=hint,
        message=message,
        visibility=check.visibility,
    )

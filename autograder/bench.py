"""Bench: one sandbox at which known work is judged, one piece after the other."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.assignment import Assignment
from autograder.exercise import Exercise
from autograder.grading import Grading
from autograder.model import ExerciseGrade, Finding, Outcome, Submission
from autograder.pipeline import Course
from autograder.sandbox.request import Sandbox


@dataclass(frozen=True)
class Bench:
    """Judges submissions at one sandbox; exercises are looked at one by one."""

    course: Course
    sandbox: Sandbox

    def judged(self, submission: Submission, work: Callable[[Grading], None]) -> None:
        """Call ``work`` with the grading of a submission, whose child ends afterwards."""
        course = self.course
        session = self.sandbox.open(submission)
        try:
            work(Grading(course.assignment, submission, session, course.reference, course.seeds))
        finally:
            session.close()

    def grades(
        self, submission: Submission, exercises: Iterable[Exercise], *, diagnosed: Sequence[str] = ()
    ) -> list[ExerciseGrade]:
        """All findings of these exercises; those that are ``diagnosed`` name the mistake."""
        grades: list[ExerciseGrade] = []

        def work(judged: Grading) -> None:
            for exercise in exercises:
                grade = judged.exercise(exercise)
                explained = exercise.id in diagnosed
                grades.append(self.course.diagnosis.explain(judged, exercise, grade) if explained else grade)

        self.judged(submission, work)
        return grades

    def first_wrong(
        self, submission: Submission, exercises: Iterable[Exercise], *, training: bool = True
    ) -> tuple[str, Finding] | None:
        """The first check worth points that does not pass, as ("exercise.check", finding). The rest is not run.

        training: ask the checks of trained accuracy too.
        """
        found: list[tuple[str, Finding]] = []

        def work(judged: Grading) -> None:
            for exercise in exercises:
                scored = [
                    check
                    for check in exercise.checks
                    if check.points and not check.bonus and (training or check.kind != "accuracy")
                ]
                for finding in judged.findings(exercise, scored):
                    if finding.outcome is not Outcome.PASSED:
                        found.append((f"{exercise.id}.{finding.id}", finding))
                        return

        self.judged(submission, work)
        return found[0] if found else None


def users(assignment: Assignment, reference: Submission) -> Mapping[str, list[Exercise]]:
    """Exercise id -> the other exercises that build on it: by their stand-ins, or because the reference does."""
    mentions = _mentions(assignment, reference)
    found: dict[str, list[Exercise]] = {}
    for piece in assignment.exercises:
        found[piece.id] = [
            other
            for other in assignment.exercises
            if other is not piece and (set(piece.names) & (set(other.stand_ins) | mentions[other.id]))
        ]
    return found


def _mentions(assignment: Assignment, reference: Submission) -> dict[str, set[str]]:
    """Exercise id -> names of other exercises that its reference mentions, at whatever remove."""
    direct: dict[str, set[str]] = {}
    for file in reference.files:
        for unit in file.units:
            for node in ast.parse(unit.source).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in assignment.owners:
                    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                    direct[node.name] = (names & set(assignment.owners)) - {node.name}
    reached: dict[str, set[str]] = {}
    for exercise in assignment.exercises:
        names = set(exercise.names)
        while True:
            more = names.union(*(direct.get(name, set()) for name in names))
            if more == names:
                break
            names = more
        reached[exercise.id] = names - set(exercise.names)
    return reached

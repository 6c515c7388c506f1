"""Checking: a student's own work by the public cases, before it is handed in."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder import assignment as assignments
from autograder import handout as handouts
from autograder import key as keys
from autograder import pipeline, uses
from autograder.assignment import Assignment
from autograder.errors import AssignmentError, UnknownName
from autograder.exercise import Exercise
from autograder.grading import Grading
from autograder.handout import MARKER
from autograder.key import Key
from autograder.model import WRONG, ExerciseGrade, Grade, Outcome, Submission
from autograder.pipeline import Course
from autograder.sandbox.request import Sandbox

ELSEWHERE = "AUTOGRADER_HANDOUT"  # a folder where the course keeps its newest handout
NOT_JUDGED = (Outcome.PENDING, Outcome.VOID)


@dataclass(frozen=True)
class Desk:
    """What a student's work is checked with: the handout's assignment and its public key.

    folder: the student's folder, with ``handout.json``; None in a course's own checkout.
    """

    assignment: Assignment
    key: Key
    course: Course
    folder: Path | None

    def exercises(self, names: Sequence[str]) -> tuple[Exercise, ...]:
        """The named exercises, or all. Raises UnknownName."""
        known = {exercise.id: exercise for exercise in self.assignment.exercises}
        for name in names:
            if name not in known:
                raise UnknownName(
                    f"{name!r} is neither a file nor an exercise of {self.assignment.id}",
                    mend=f"its exercises: {', '.join(known)}",
                )
        return tuple(known[name] for name in names) or self.assignment.quick_first

    def remarks(self) -> list[str]:
        """What to know before the results are believed."""
        found = self.key.remarks(pipeline.versions())
        if self.folder is None:
            return found
        handout = handouts.read(self.folder)
        changed = [
            name
            for name, digest in handout.files.items()
            if name.startswith("grading/") and _digest(self.folder / name) != digest
        ]
        if changed:
            what = f"{changed[0]} is" if len(changed) == 1 else f"{changed[0]} and {len(changed) - 1} more are"
            found.append(f"{what} not as handed out: your work is graded by the original, which may find other things")
        newest = newer(self.folder, self.assignment)
        if newest is not None:
            version, place = newest
            found.append(
                f"a newer handout is in {place}: {version}, and this is {self.assignment.handout}. What you hand in "
                "is graded by the rules of the newest; copy your own files there"
            )
        return found


@dataclass(frozen=True)
class Checked:
    """What a check of public cases found, and what it cannot know.

    judged, passed: public checks. hidden: checks of the same exercises that are not public.
    by_hand: written answers that a person will read. missing: those that are not there yet.
    """

    grade: Grade
    judged: int
    passed: int
    hidden: int
    by_hand: int
    missing: int
    remarks: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The one line for the end."""
        checks = f"{self.judged} public check{'s' * (self.judged != 1)}"
        if not self.judged:
            found = "no public check here"
        elif self.passed < self.judged:
            found = f"{self.passed} of {checks} passed"
        else:
            found = f"all {checks} passed" if self.judged > 1 else "the one public check passed"
        rest = f"{self.hidden} hidden check{'s' * (self.hidden != 1)} remain{'s' * (self.hidden == 1)}"
        return f"{found}; {rest if self.hidden else 'no hidden check remains'}"

    @property
    def unknown(self) -> str:
        """What only grading can tell."""
        parts = []
        if self.judged:
            parts.append("grading asks the public checks again, with other sizes and numbers")
        if self.hidden:
            parts.append("the hidden checks look at what needs data that nobody has seen, such as trained accuracy")
        if self.by_hand:
            parts.append(f"{_answers(self.by_hand)} read by a person")
        if self.missing:
            parts.append(f"{_answers(self.missing)} not there yet")
        text = "; ".join(parts)
        return text[:1].upper() + text[1:]

    def to_json(self) -> dict[str, Any]:
        """The grade's documented form, and ``public``: counts of checks and what to know."""
        counts = {"judged": self.judged, "passed": self.passed, "hidden": self.hidden, "by_hand": self.by_hand}
        counts["missing"] = self.missing
        return {**self.grade.to_json(), "public": {**counts, "remarks": list(self.remarks)}}


def _answers(count: int) -> str:
    return "1 written answer is" if count == 1 else f"{count} written answers are"


def open_desk(near: Path | None = None, *, name: str | None = None, course: Path | None = None) -> Desk:
    """The desk of the handout at or above ``near`` or the working folder, or of a course's checkout.

    name, course: an assignment of a course, where there is no handout. Raises AssignmentError, TranscriptError.
    """
    folder = None if course is not None or name is not None else _handout(near)
    if folder is not None:
        assignment = assignments.load_handout(folder)
    else:
        assignment = _of_course(name, course)
        folder = assignment.grading.parent if (assignment.grading.parent / MARKER).is_file() else None
    key = keys.load(assignment)
    return Desk(assignment, key, keys.course(assignment, key), folder)


class Judging:
    """One submission at a desk: its exercises judged by public cases, one at a time. Close it at the end."""

    def __init__(self, desk: Desk, submission: Submission, sandbox: Sandbox) -> None:
        self._desk, self._submission, self._level = desk, submission, sandbox.level
        self._started = time.monotonic()
        self._session = sandbox.open(submission)
        self._grading = Grading(desk.assignment, submission, self._session, desk.course.reference, desk.course.seeds)

    def exercise(self, exercise: Exercise) -> ExerciseGrade:
        """The findings of one exercise."""
        grade = self._grading.exercise(exercise)
        if base := _base(self._desk, self._submission, self._grading, exercise, grade):
            grade = _waiting(grade, base)
        return pipeline.explained(self._desk.course.diagnosis, self._grading, exercise, grade)

    def result(self, exercises: Sequence[ExerciseGrade]) -> Checked:
        """What was found in all, with what cannot be known."""
        seconds = time.monotonic() - self._started, self._grading.student_seconds
        loaded = self._session.loaded
        grade = pipeline.assemble(self._submission, self._desk.course, self._level, tuple(exercises), loaded, *seconds)
        return checked(self._desk, grade)

    def close(self) -> None:
        """End the process."""
        self._session.close()


def judge(
    desk: Desk,
    submission: Submission,
    exercises: Sequence[Exercise],
    sandbox: Sandbox,
    seen: Callable[[ExerciseGrade], None] = lambda exercise: None,
) -> Checked:
    """Judge some exercises of a submission by public cases; ``seen`` is told each as soon as it is judged."""
    judging = Judging(desk, submission, sandbox)
    try:
        found = []
        for exercise in exercises:
            found.append(judging.exercise(exercise))
            seen(found[-1])
        return judging.result(found)
    finally:
        judging.close()


def _base(
    desk: Desk, submission: Submission, judged: Grading, exercise: Exercise, grade: ExerciseGrade
) -> Exercise | None:
    """The exercise that a failing one is built on, if that one is not right itself: its slip shows here too.

    Grading would try a working piece in its place; a student's copy has none.
    """
    if not exercise.stand_ins or not any(f.outcome in WRONG for f in grade.checks):
        return None
    for name in sorted(uses.used_by(submission, exercise.names) & set(exercise.stand_ins)):
        owner = desk.assignment.owners[name]
        if any(f.outcome in WRONG for f in judged.exercise(owner).checks):
            return owner
    return None


def _waiting(grade: ExerciseGrade, base: Exercise) -> ExerciseGrade:
    message = (
        f"waits for {base.title}, which it is built on and which is not right yet; "
        "grading also tries it with a working one, so a slip there costs nothing here"
    )
    checks = tuple(
        replace(f, outcome=Outcome.SKIPPED, message=message, hint="", waits_for=base.id, evidence=())
        if f.outcome in WRONG
        else f
        for f in grade.checks
    )
    return replace(grade, checks=checks)


def own_work(folder: Path, submission: Submission) -> Submission:
    """Without notebooks that are as they were handed out: what is not begun there would stand in for a broken file."""
    known = handouts.read(folder).files
    untouched = {n for n, digest in known.items() if n.endswith(".ipynb") and _digest(folder / n) == digest}
    return replace(submission, files=tuple(file for file in submission.files if file.name not in untouched))


def checked(desk: Desk, grade: Grade) -> Checked:
    """A grade by public cases, with its counts; what it cannot know is among its notes."""
    findings = [f for e in grade.exercises for f in e.checks if f.kind != "written" and f.outcome not in NOT_JUDGED]
    written = [f.outcome for e in grade.exercises for f in e.checks if f.kind == "written"]
    by_hand = written.count(Outcome.PENDING)
    hidden = sum(desk.key.hidden.get(e.id, 0) for e in grade.exercises)
    passed = sum(f.outcome is Outcome.PASSED for f in findings)
    missing = len(written) - by_hand
    result = Checked(grade, len(findings), passed, hidden, by_hand, missing, tuple(desk.remarks()))
    notes = ("This is a check by public cases, not a grade.", f"{result.verdict}.", *result.remarks)
    return replace(result, grade=replace(grade, notes=(*notes, *grade.notes)))


def newer(folder: Path, assignment: Assignment) -> tuple[str, Path] | None:
    """The newest handout of the same assignment beside this one, or where ELSEWHERE points: version and folder."""
    places = [path.parent for path in sorted(folder.resolve().parent.glob(f"*/{MARKER}"))]
    if named := os.environ.get(ELSEWHERE):
        places.append(Path(named).parent if Path(named).name == MARKER else Path(named))
    found = [(_version(assignment.handout), assignment.handout, folder)]
    for place in places:
        try:
            handout = handouts.read(place)
        except AssignmentError:
            continue  # it is not ours to mend
        if handout.assignment == assignment.id:
            found.append((_version(handout.version), handout.version, place))
    newest = max(found, key=lambda one: one[0])
    return None if newest[0] == found[0][0] else newest[1:]


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", text))


def _handout(near: Path | None) -> Path | None:
    for start in (near, Path.cwd()):
        if start is not None and start.exists():
            folder = handouts.find(start)
            if folder is not None:
                return folder
    return None


def _of_course(name: str | None, course: Path | None) -> Assignment:
    try:
        root = course or assignments.find_course()
    except AssignmentError:
        raise AssignmentError(
            f"there is no {MARKER} at or above {Path.cwd()}",
            mend="do this in the folder that you were handed out, or name a file in it",
        ) from None
    if (root / MARKER).is_file():
        return assignments.load_handout(root)
    known = assignments.available(root)
    if name is None and len(known) != 1:
        raise UnknownName(f"{root} has {len(known)} assignments: {', '.join(known)}", mend="name one with -a")
    return assignments.load(root, name or known[0], hidden=False)


def _digest(path: Path) -> str:
    try:
        return handouts.sha256(path.read_bytes())
    except OSError:
        return ""

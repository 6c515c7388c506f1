"""The whole flow for one submission, top to bottom."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import metadata

import torch

from autograder import __version__, intake
from autograder.asking import ReferenceSide
from autograder.assignment import Assignment
from autograder.diagnosing.diagnosis import Diagnosis
from autograder.diagnosing.memory import Memory, Shelf
from autograder.errors import AssignmentError, AutograderError
from autograder.exercise import Exercise
from autograder.grading import Grading
from autograder.model import Crash, ExerciseGrade, Finding, Grade, Observation, Outcome, Reply, Submission
from autograder.sandbox.request import Sandbox
from autograder.sandbox.trusted import TrustedSandbox
from autograder.seeds import Seeds


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade, and what was observed for it (a transcript's bytes; None where nothing was).

    faults: exceptions of our own diagnosis, which cost a name and never a point.
    """

    grade: Grade
    transcript: bytes | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """What stays the same for all submissions of a run: the assignment, the reference's answers, the seeds."""

    assignment: Assignment
    reference: ReferenceSide
    seeds: Seeds
    diagnosis: Diagnosis


def prepare(assignment: Assignment, seeds: Seeds, shelf: Shelf | None = None) -> Course:
    """Load the reference in this process, at one thread: workers share its answers.

    shelf: where the known mistakes' answers are kept from run to run, if anywhere.
    """
    torch.set_num_threads(1)
    sandbox = TrustedSandbox(assignment.probes, stubs=assignment.stubs, stand_ins=assignment.stand_ins_file)
    received = intake.receive([assignment.reference], assignment.exercises, mode="single")
    submission = received.entries[0].read()
    if submission.problems:
        raise AssignmentError(f"the reference has problems: {submission.problems[0]}")
    session = sandbox.open(submission)
    if isinstance(session.loaded, Crash):
        raise AssignmentError(f"the reference cannot be loaded: {session.loaded.message}")
    side = ReferenceSide(session)
    diagnosis = Diagnosis(assignment, submission, sandbox, side, seeds, Memory(assignment, shelf))
    return Course(assignment, side, seeds, diagnosis)


def elsewhere(course: Course, shelf: Shelf) -> Course:
    """The same course in a process that was forked from this one, with its own way to the shelf."""
    return replace(course, diagnosis=replace(course.diagnosis, memory=course.diagnosis.memory.elsewhere(shelf)))


def at_attempt(course: Course, number: int) -> Course:
    """The same course for a student's attempt of that number, which meets cases of its own."""
    if number == course.seeds.attempt:
        return course
    seeds, known = replace(course.seeds, attempt=number), course.diagnosis
    diagnosis = Diagnosis(
        known.assignment, known.submission, known.sandbox, known.reference, seeds, known.memory, faults=known.faults
    )
    return replace(course, seeds=seeds, diagnosis=diagnosis)


def grade(submission: Submission, course: Course, sandbox: Sandbox) -> Grade:
    """Run and judge one submission. Nothing that it does raises here."""
    started = time.monotonic()
    if any(problem.ours for problem in submission.problems):
        return void(submission, course, sandbox.level, "the grader could not read the submission; grade it again")
    session = sandbox.open(submission)
    try:
        judged = Grading(course.assignment, submission, session, course.reference, course.seeds)
        judged.foresee([exercise for exercise in course.assignment.quick_first if not exercise.trains])
        exercises = course.assignment.in_order(
            explained(course.diagnosis, judged, exercise, judged.exercise(exercise))
            for exercise in course.assignment.quick_first
        )
        loaded = session.loaded
    finally:
        session.close()
    total = time.monotonic() - started
    made = assemble(submission, course, sandbox.level, exercises, loaded, total, judged.student_seconds)
    # kept beside the grade, out of its digests: another machine, or another moment, gives the same grade
    return replace(made, seconds={**made.seconds, "calibration": round(sandbox.calibration, 4)})


def explained(diagnosis: Diagnosis, judged: Grading, exercise: Exercise, grade: ExerciseGrade) -> ExerciseGrade:
    """With the mistake named. What a submission says of itself may be of any form; a point never hangs on this."""
    try:
        return diagnosis.explain(judged, exercise, grade)
    except AutograderError:
        raise
    except Exception:
        return grade


def void(submission: Submission, course: Course, level: str, why: str) -> Grade:
    """Nothing could be judged, by our fault: nobody loses a point, and the instructor's page lists it first."""
    exercises = tuple(_void(exercise, why) for exercise in course.assignment.exercises)
    return assemble(submission, course, level, exercises, Observation({}), 0.0, 0.0)


def _void(exercise: Exercise, message: str) -> ExerciseGrade:
    if exercise.written:
        finding = Finding(exercise.id, exercise.title, Outcome.VOID, None, exercise.points, "written", message)
        return ExerciseGrade(exercise.id, exercise.title, (finding,))
    checks = tuple(
        Finding(c.id, c.claim, Outcome.VOID, None, c.points, c.kind, message, bonus=c.bonus) for c in exercise.checks
    )
    return ExerciseGrade(exercise.id, exercise.title, checks)


def assemble(
    submission: Submission,
    course: Course,
    level: str,
    exercises: tuple[ExerciseGrade, ...],
    loaded: Reply,
    total: float,
    student: float,
) -> Grade:
    """The grade of a submission whose exercises were judged. total, student: seconds in all, and of their code."""
    assignment = course.assignment
    notes = [f"{e.title}: {note}" for e in exercises for note in e.notes]
    if isinstance(loaded, Crash):
        notes.insert(0, f"your files could not be loaded: {loaded.message}")
    notes = [*_about_handout(submission, assignment), *_about_notebook(submission, loaded), *notes]
    return Grade(
        assignment=assignment.id,
        title=assignment.title,
        student=submission.student,
        submission=submission.digest,
        graded_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        isolation=level,
        exercises=exercises,
        notes=(*submission.notes, *notes),
        problems=submission.problems,
        output=loaded.output,
        output_truncated=loaded.output_truncated,
        files=submission.received,
        digests=digests(submission, assignment, level),
        seconds={"total": round(total, 3), "student": round(student, 3)},
        versions=versions(),
        seed=course.seeds.name,
        attempt=course.seeds.attempt,
        handout=assignment.handout,
    )


def _about_handout(submission: Submission, assignment: Assignment) -> list[str]:
    if submission.handout in ("", assignment.handout):
        return []
    return [
        f"made from handout {submission.handout}, graded by the rules of handout {assignment.handout}; "
        "what is new in it is in its README"
    ]


def _about_notebook(submission: Submission, loaded: Reply) -> list[str]:
    """Where all of a notebook was run: that it was, and what of it failed."""
    if submission.notebook_run != "all" or not submission.notebooks or isinstance(loaded, Crash):
        return []
    notes = ["every cell of the notebook was run, not only definitions"]
    for failure in loaded.values["failures"][:10]:
        place = f"{failure['file']}, line {failure['line']}: " if failure["file"] else ""
        notes.append(f"{place}{': '.join(filter(None, (failure['exception'], failure['message'])))}"[:500])
    return notes


def digests(submission: Submission, assignment: Assignment, level: str) -> dict[str, str]:
    """What the grade depends on. Equal digests and an equal seed mean an equal grade."""
    facts = {**versions(), "isolation": level}
    if submission.notebook_run != "definitions":
        facts["notebook_run"] = submission.notebook_run
    environment = json.dumps(facts, sort_keys=True)
    return {
        "submission": submission.digest,
        "assignment": assignment.digest,
        "environment": f"sha256:{hashlib.sha256(environment.encode()).hexdigest()}",
    }


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """What ran: the grader, Python, and the libraries that numbers depend on."""
    return {
        "autograder": __version__,
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "numpy": metadata.version("numpy"),
        "system": f"{platform.system()} {platform.machine()}",
    }

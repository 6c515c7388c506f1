"""Audit: the grader graded, with work of which it is known beforehand what it deserves.

The reference, the stubs as they are handed out, variants, known mistakes, null models, and mutants of the
reference, each run and judged as a submission is.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from autograder import intake
from autograder.assignment import Assignment
from autograder.auditing import equivalents
from autograder.auditing.equivalents import Equivalents
from autograder.auditing.mutants import Mutant, mutants
from autograder.auditing.nulls import KINDS as NUMBERS
from autograder.auditing.nulls import Null, nulls
from autograder.auditing.scorecard import KINDS, Audit, Row
from autograder.bench import Bench, users
from autograder.diagnosing import known
from autograder.diagnosing.known import Mistake, Variant
from autograder.errors import AssignmentError, IsolationError
from autograder.exercise import Exercise
from autograder.model import ExerciseGrade, Finding, Outcome, Submission
from autograder.pipeline import Course
from autograder.sandbox.policy import LEVELS
from autograder.sandbox.request import Sandbox
from autograder.worker import sandbox_for

Job = Callable[[Bench], Row]
SECRET = b"audit"  # of the seeds: the same cases in every audit


@dataclass(frozen=True)
class _Work:
    """What all jobs share."""

    assignment: Assignment
    reference: Submission
    training: bool  # exercises that train a model are judged where they only use the changed piece

    def exercise(self, name: str) -> Exercise:
        return next(e for e in self.assignment.exercises if e.id == name)


def audit(
    course: Course,
    *,
    only: Collection[str] = KINDS,
    sample: int = 0,
    workers: int = 1,
    began: Callable[[int], None] = lambda total: None,
    finished: Callable[[Row], None] = lambda row: None,
    make_sandbox: Callable[[], Sandbox] | None = None,
) -> Audit:
    """Judge all known work. ``only``: kinds of ``scorecard.KINDS``; ``sample``: so many of the mutants.

    A sample also leaves out what trains a model only because one of its pieces is wrong. Raises
    AssignmentError where a file of known work is out of form.
    """
    started = time.monotonic()
    assignment = course.assignment
    received = intake.receive([assignment.reference], assignment.exercises, mode="single")
    work = _Work(assignment, received.entries[0].read(), training=not sample)
    jobs: list[Job] = []
    if "reference" in only:
        jobs += [partial(_reference, work), partial(_stubs, work)]
    if "variants" in only:
        jobs += [partial(_variant, work, one) for ones in known.variants(assignment).values() for one in ones]
    if "mistakes" in only:
        using = users(assignment, work.reference)
        mistakes = [one for ones in known.mistakes(assignment).values() for one in ones]
        jobs += [partial(_mistake, work, one, using[one.exercise]) for one in mistakes]
    if "nulls" in only:
        jobs += [partial(_null, work, one) for one in nulls(assignment.exercises, work.reference)]
    made: list[Mutant] = []
    listed = Equivalents({}, {}, ())
    if "mutants" in only:
        made = all_mutants(assignment)
        assert assignment.hidden is not None  # the reference was read from there
        listed = equivalents.load(assignment.hidden / equivalents.FILE, made)
        using = users(assignment, work.reference)
        jobs += [partial(_mutant, work, one, _judges(work, one, using), listed) for one in chosen(made, sample)]
    make = make_sandbox or partial(sandbox_of, assignment)
    with make() as first:
        level = first.level
        began(len(jobs))
        rows = _run(jobs, course, first, make, workers, finished)
    killed = [
        f"{row.id} is listed as equivalent, and {row.check} kills it"
        for row in rows
        if row.kind == "mutants" and row.id in listed.reasons and row.details["state"] == "killed"
    ]
    seconds = time.monotonic() - started
    judged = sum(not exercise.written for exercise in assignment.exercises)
    problems = [*listed.problems, *killed]
    return Audit(assignment.id, assignment.title, level, rows, problems, len(made), sample, seconds, judged)


def all_mutants(assignment: Assignment) -> list[Mutant]:
    """The mutants of every reference source."""
    return [
        one for path in sorted(assignment.reference.glob("*.py")) for one in mutants(path.read_text("utf-8"), path.name)
    ]


def chosen(made: Sequence[Mutant], sample: int) -> list[Mutant]:
    """A sample, spread by the digest of the ids, in the order of the files; all of them for 0."""
    if not sample:
        return list(made)
    kept = {m.id for m in sorted(made, key=lambda m: hashlib.sha256(m.id.encode()).digest())[:sample]}
    return [mutant for mutant in made if mutant.id in kept]


def sandbox_of(assignment: Assignment) -> Sandbox:
    """A sandbox at the best level that can be had: the code is our own, so none will do."""
    for level in LEVELS:
        sandbox = sandbox_for(assignment, level)
        try:
            return sandbox.__enter__()  # entering it again does nothing
        except IsolationError:
            continue
    raise IsolationError("no sandbox can be had here", mend="autograder doctor says what is missing")


def _run(
    jobs: Sequence[Job],
    course: Course,
    first: Sandbox,
    make: Callable[[], Sandbox],
    workers: int,
    finished: Callable[[Row], None],
) -> list[Row]:
    """All rows, in the order of the jobs. An exception of ours stops the audit with that exception."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(jobs)):
        waiting.put(index)
    rows: dict[int, Row] = {}
    failure: list[BaseException] = []

    def work(sandbox: Sandbox) -> None:
        bench = Bench(course, sandbox)
        while not failure:
            try:
                index = waiting.get_nowait()
            except queue.Empty:
                return
            started = time.monotonic()
            row = jobs[index](bench)
            rows[index] = replace(row, seconds=round(time.monotonic() - started, 3))
            finished(rows[index])

    def worker(sandbox: Sandbox | None) -> None:
        try:
            if sandbox is not None:
                work(sandbox)
            else:
                with make() as own:
                    work(own)
        except BaseException as error:
            failure.append(error)

    count = max(1, min(workers, len(jobs)))
    threads = [threading.Thread(target=worker, args=(first if n == 0 else None,), daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # so that Ctrl-C is seen
    except KeyboardInterrupt as stop:
        failure.append(stop)
        for thread in threads:
            thread.join(15)
        raise
    if failure:
        raise failure[0]
    return [rows[index] for index in sorted(rows)]


# --- one row each -----------------------------------------------------------------------------------


def _reference(work: _Work, bench: Bench) -> Row:
    exercises = [exercise for exercise in work.assignment.exercises if not exercise.written]
    grades = bench.grades(work.reference, exercises)
    points, possible = sum(g.points for g in grades), sum(e.possible for e in exercises)
    lost = _lost(grades)
    details = {"points": f"{points} of {possible}", "wanted": f"{possible} of {possible}"}
    return Row("reference", "reference", "points of the reference", not lost, lost, _said(grades), details=details)


def _stubs(work: _Work, bench: Bench) -> Row:
    stubs = intake.receive([work.assignment.grading.parent], work.assignment.exercises, mode="single")
    grades = bench.grades(stubs.entries[0].read(), work.assignment.exercises)
    points = sum(grade.points for grade in grades)
    others = [
        f"{grade.id}.{finding.id} is {finding.outcome.value}"
        for grade in grades
        for finding in grade.checks
        if finding.outcome is not Outcome.UNATTEMPTED
    ]
    said = "; ".join(others[:3])
    details = {"points": f"{points}, all unattempted" if not others else f"{points}", "wanted": "0, all unattempted"}
    return Row("reference", "stubs", "points of the untouched stubs", not points and not others, "", said, 0.0, details)


def _variant(work: _Work, one: Variant, bench: Bench) -> Row:
    grades = bench.grades(one.submission(work.reference), [work.exercise(one.exercise)])
    check, said = _lost(grades), _said(grades)
    if not check and one.note and not any(one.note in note for note in grades[0].notes):
        said = f"no note says “{one.note}”; notes: {'; '.join(grades[0].notes) or 'none'}"
    return Row("variants", one.id, one.title, not said and not check, check, said, details={"note": one.note})


def _mistake(work: _Work, one: Mistake, using: Sequence[Exercise], bench: Bench) -> Row:
    others = [e for e in using if not e.written and (work.training or not e.trains)]
    own, *rest = bench.grades(
        one.submission(work.reference), [work.exercise(one.exercise), *others], diagnosed=[one.exercise]
    )
    first = next((f for f in own.checks if f.outcome is not Outcome.PASSED and not f.bonus), None)
    names = {finding.mistake.id for finding in own.checks if finding.mistake is not None}
    named = "no" if not names else "yes" if names == {one.id} else "wrongly"
    lost = {grade.id: grade.possible - grade.points for grade in rest if grade.points < grade.possible}
    void = [f"{g.id}.{f.id}" for g in (own, *rest) for f in g.checks if f.outcome is Outcome.VOID]
    caught = first is not None and first.id == one.caught_by
    said = []
    if not caught:
        said.append(f"{first.id} catches it, not {one.caught_by}: {_words(first)}" if first else "nothing catches it")
    if named == "wrongly":
        said.append(f"is named {', '.join(sorted(names))}")
    said += [f"costs {name} {points} points" for name, points in lost.items()]
    said += [f"{name} is void" for name in void]
    if named == "no" and not said:
        said.append("is not named")
    details = {"bank": one.bank, "caught_by": one.caught_by, "caught": caught, "named": named, "lost": lost}
    ok = caught and named != "wrongly" and not lost and not void
    check = f"{own.id}.{first.id}" if first else ""
    return Row("mistakes", one.id, one.title, ok, check, "; ".join(said), details=details)


def _null(work: _Work, one: Null, bench: Bench) -> Row:
    (grade,) = bench.grades(one.submission(work.reference), [work.exercise(one.exercise)])
    numbers = [f for f in grade.checks if f.kind in NUMBERS]
    short = [f"passes {f.id}" for f in numbers if f.outcome is Outcome.PASSED]
    # one that breaks says nothing about the check
    short += [f"{f.id}: {_words(f)}" for f in numbers if f.outcome in (Outcome.VOID, Outcome.CRASHED)]
    first = next((f.id for f in grade.checks if f.outcome is not Outcome.PASSED), "")
    return Row("nulls", one.id, one.title, not short, first and f"{grade.id}.{first}", "; ".join(short))


def _mutant(work: _Work, one: Mutant, judges: Sequence[Exercise], listed: Equivalents, bench: Bench) -> Row:
    file = known.source_file(one.source, one.file, judges[0], work.assignment)
    changed = known.in_place(work.reference, file, file.defines)
    found = bench.first_wrong(changed, judges, training=one.definition not in listed.free)
    reason = listed.reason(one)
    state, said, ok = "survived", "no check notices", False
    if found is not None and found[1].outcome is Outcome.VOID:
        said = f"{found[0]} is void: {_words(found[1])}"
    elif found is not None:
        state, said, ok = "killed", "", one.id not in listed.reasons
    elif reason:
        state, said, ok = "equivalent", "", True
    details = {
        "state": state,
        "file": one.file,
        "line": one.line,
        "operator": one.operator,
        "diff": one.diff,
        "reason": reason if state == "equivalent" else "",
        "entry": equivalents.written(one) if state == "survived" else "",
    }
    return Row("mutants", one.id, one.definition, ok, found[0] if found else "", said, details=details)


def _judges(work: _Work, mutant: Mutant, using: Mapping[str, list[Exercise]]) -> list[Exercise]:
    """The exercises of the mutant's file that can notice it: its own first, then those that build on it."""
    here = [e for e in work.assignment.exercises if f"{e.stub}.py" == mutant.file and not e.written]
    owner = work.assignment.owners.get(mutant.definition)
    if owner is None:
        judges = [e for e in here if not e.trains] or here
    else:
        judges = [owner, *(e for e in using[owner.id] if e in here and not e.trains)]
    if not judges:
        raise AssignmentError(f"{mutant.file}: no exercise has a stub of this name", mend="see `stub` of Exercise")
    return judges


def _lost(grades: Sequence[ExerciseGrade]) -> str:
    """The first check that lost points or is void, or nothing."""
    return next((f"{g.id}.{f.id}" for g in grades for f in g.checks if not f.bonus and f.points != f.possible), "")


def _said(grades: Sequence[ExerciseGrade]) -> str:
    short = [f"{g.id}.{f.id}: {_words(f)}" for g in grades for f in g.checks if not f.bonus and f.points != f.possible]
    return "; ".join(short[:3])


def _words(finding: Finding) -> str:
    return f"{finding.outcome.value}, {' '.join(finding.message.split())}"[:300]

"""Observations and checks become findings: a function of the replies that two sessions give.

The sessions may be a sandbox and the reference, or stored replies: nothing here runs student code or
knows where a reply came from.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder import remarks
from autograder.alignment import align
from autograder.assignment import Assignment
from autograder.case import Case
from autograder.crashes import Verdict, broken_files, crashed, lost_names
from autograder.exercise import Check, Exercise
from autograder.expect import Mismatch, Record
from autograder.model import Crash, Evidence, ExerciseGrade, Finding, Observation, Outcome, Reply, Submission
from autograder.roles import Alignment
from autograder.sandbox.request import Request, Session
from autograder.seeds import Seeds

OK = (Outcome.PASSED,)


@dataclass
class ReferenceSide:
    """The reference's session with what it has already answered: the same for a whole class."""

    session: Session
    replies: dict[str, Reply] = field(default_factory=dict)
    alignments: dict[tuple[Any, ...], Alignment | Crash] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def ask(self, request: Request) -> Reply:
        """Answer from memory where the same request was answered before."""
        key = request.digest
        with self.lock:  # the reference runs in this process, where torch's defaults are shared
            if key not in self.replies:
                self.replies[key] = self.session.ask(request)
            return self.replies[key]


@dataclass
class Grading:
    """Judges one submission."""

    assignment: Assignment
    submission: Submission
    session: Session
    reference: ReferenceSide
    seeds: Seeds
    student_seconds: float = 0.0
    trail: dict[tuple[str, str], tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=dict)
    asked: dict[str, list[Request]] = field(default_factory=dict)  # by exercise, what its checks asked
    _endless: dict[str, Verdict] = field(default_factory=dict)  # exercises in which a call did not end
    _replies: dict[str, Reply] = field(default_factory=dict)
    _alignments: dict[tuple[Any, ...], Alignment | Crash] = field(default_factory=dict)

    def exercise(self, exercise: Exercise, only: str = "") -> ExerciseGrade:
        """All findings of one exercise, in the order of its checks (``only``: one check and what it needs)."""
        if exercise.written:
            return ExerciseGrade(exercise.id, exercise.title, (self._written(exercise),))
        findings = tuple(self.findings(exercise, exercise.checks))
        notes = dict.fromkeys(note for finding in findings for note in finding.notes)
        return ExerciseGrade(exercise.id, exercise.title, findings, tuple(notes))

    def findings(self, exercise: Exercise, checks: Iterable[Check]) -> Iterator[Finding]:
        """The findings of some of its checks, in their order, each judged when it is asked for."""
        found: dict[str, Finding] = {}
        for check in checks:
            found[check.id] = self._finding(exercise, check, found)
            yield found[check.id]

    def _written(self, exercise: Exercise) -> Finding:
        answer = self.assignment.own_words(exercise, self.submission.answers.get(exercise.id, ""))
        base = Finding(exercise.id, exercise.title, Outcome.UNATTEMPTED, 0, exercise.points, kind="written")
        if not answer:
            return replace(base, message="no answer was handed in")
        evidence = (Evidence("answer", {"markdown": answer}),)
        return replace(base, outcome=Outcome.PENDING, points=None, message="marked by hand", evidence=evidence)

    def _finding(self, exercise: Exercise, check: Check, before: Mapping[str, Finding]) -> Finding:
        finding = Finding(
            id=check.id,
            claim=check.claim,
            outcome=Outcome.PASSED,
            points=check.points,
            possible=check.points,
            kind=check.kind,
            bonus=check.bonus,
            self_reported=check.self_reported,
            visibility=check.visibility,
        )
        parent = before.get(check.needs) if check.needs else None
        if parent is not None and parent.outcome is not Outcome.PASSED:
            if parent.outcome is Outcome.UNATTEMPTED:
                return replace(finding, outcome=Outcome.UNATTEMPTED, points=0, message=parent.message)
            if parent.outcome is Outcome.VOID:
                return replace(finding, outcome=Outcome.VOID, points=None, message=parent.message)
            waits = parent.waits_for if parent.outcome is Outcome.SKIPPED else f"{exercise.id}.{parent.id}"
            message = f"waits for “{parent.claim}”"
            return replace(finding, outcome=Outcome.SKIPPED, points=0, message=message, waits_for=waits)
        verdict = self._best(exercise, check)
        points: int | None = check.points if verdict.outcome is Outcome.PASSED else 0
        return replace(
            finding,
            outcome=verdict.outcome,
            points=None if verdict.outcome is Outcome.VOID else points,
            message=verdict.message,
            hint=(verdict.hint or check.hint) if verdict.outcome in (Outcome.FAILED, Outcome.CRASHED) else "",
            waits_for=verdict.waits_for,
            seconds=round(verdict.seconds, 4),
            notes=tuple(verdict.notes),
            evidence=tuple(verdict.evidence),
        )

    def _best(self, exercise: Exercise, check: Check) -> Verdict:
        """The first verdict that passes, over tries and ways; else the one that tells most."""
        first: Verdict | None = None
        seconds = 0.0
        ways, waits = self._open_ways(exercise, check)
        if waits is not None:
            return waits
        for turn in range(check.tries):
            for way in ways:
                verdict = self._attempt(exercise, check, way, turn)
                seconds += verdict.seconds
                if verdict.outcome in (Outcome.PASSED, Outcome.VOID):
                    if way and verdict.outcome is Outcome.PASSED:
                        verdict.notes.append(
                            "judged with the grader's pieces for the other stages: a slip there costs nothing here"
                        )
                    return replace(verdict, seconds=seconds)
                first = verdict if first is None else _tells_more(first, verdict)
                if verdict.outcome is Outcome.UNATTEMPTED:
                    return replace(verdict, seconds=seconds)
            if first is not None and first.outcome is not Outcome.FAILED:
                break  # other seeds do not mend a crash
        assert first is not None  # there is always one try and one way
        return replace(first, seconds=seconds)

    def _open_ways(self, exercise: Exercise, check: Check) -> tuple[tuple[tuple[str, ...], ...], Verdict | None]:
        """The ways worth trying: a piece that never ended once is not waited for again."""
        stop = self._endless.get(exercise.id)
        if stop is None:
            return check.ways, None
        open_ways = tuple(way for way in check.ways if way) if stop.waits_for else ()
        return open_ways, None if open_ways else stop

    def _attempt(self, exercise: Exercise, check: Check, way: tuple[str, ...], turn: int) -> Verdict:
        """All cases of a check in one way. The first case that does not hold decides."""
        notes: list[str] = []
        seconds = 0.0
        shown: list[Evidence] = []
        for template in check.cases:
            case = self.seeds.case(template, exercise.id, check.probe, turn)
            verdict = self._case(exercise, check, way, case, notes)
            seconds += verdict.seconds
            if verdict.outcome is not Outcome.PASSED:
                return replace(verdict, seconds=seconds)
            shown += verdict.evidence
        return Verdict(Outcome.PASSED, notes=notes, seconds=seconds, evidence=shown)

    def _case(self, exercise: Exercise, check: Check, way: tuple[str, ...], case: Case, notes: list[str]) -> Verdict:
        try:
            if check.prepare is not None:
                case = check.prepare(case)
            mine: Alignment | None = None
            theirs: Alignment | None = None
            their_case = case
            if check.aligned:
                found = self.alignment(exercise, case, way)
                if isinstance(found, Crash):
                    return self._crashed(found, exercise)
                reference = self.reference_alignment(exercise, case)
                if isinstance(reference, Crash) or not reference.complete:
                    return _void(f"the reference of {exercise.id} could not be aligned: {reference}")
                mine, theirs = found, reference
                canonical = mine.canonical(case)
                their_case = case.replace(arrays={**case.arrays, **theirs.write(canonical)})
                case = case.replace(arrays={**case.arrays, **mine.write(canonical)})
            if check.expected is not None:
                expected: Mapping[str, Any] = check.expected(case)
            else:
                answer = self.reference.ask(Request(check.probe, their_case, limits=check.limits))
                if isinstance(answer, Crash):
                    return _void(f"the reference failed: {answer.exception or answer.kind}: {answer.message}")
                expected = _by_role(answer.values, theirs)
        except Exception:
            return _void(f"the grader failed before it looked at the answer:\n{traceback.format_exc(limit=-3)}")
        request = Request(check.probe, case, way, check.limits)
        self.asked.setdefault(exercise.id, []).append(request)
        reply = self.ask(request)
        seen = {"crash": reply.message} if isinstance(reply, Crash) else _by_role(reply.values, mine)
        self.trail[exercise.id, check.id] = (seen, expected)
        if isinstance(reply, Crash):
            return self._crashed(reply, exercise)
        return self._judge(check, case, reply, expected, mine, notes, lambda: self.others(exercise, case, way))

    def _crashed(self, crash: Crash, exercise: Exercise) -> Verdict:
        verdict = crashed(crash, exercise, self.assignment, self.lost, self.broken)
        if crash.kind == "deadline":
            name = crash.frames[-1].function.split(".")[0] if crash.frames else ""
            owner = self.assignment.owners.get(name, exercise)
            stop = replace(verdict, seconds=0.0)
            if owner is not exercise:
                message = f"waits for {owner.title}, which did not come to an end"
                stop = Verdict(Outcome.SKIPPED, message, waits_for=owner.id)
            self._endless.setdefault(exercise.id, stop)
        return verdict

    def _judge(
        self,
        check: Check,
        case: Case,
        reply: Observation,
        expected: Mapping[str, Any],
        mine: Alignment | None,
        notes: list[str],
        others: Any,
    ) -> Verdict:
        shown: list[Evidence] = []
        student = Record(_by_role(reply.values, mine), side="student", notes=notes, shown=shown)
        try:
            check.judge(student, Record(expected, side="reference"))
        except Mismatch as mismatch:
            message, evidence = mismatch.message, [*mismatch.evidence, *shown]
            if mine is not None and not mine.complete:
                reason = others() or remarks.explain(mine)
                message = f"{reason}. Seen at random weights: {message}" if reason else message
                evidence.append(remarks.table(mine))
            return Verdict(Outcome.FAILED, message, mismatch.hint, evidence=evidence, seconds=reply.seconds)
        except Exception:
            broke = f"check {check.id} broke:\n{traceback.format_exc(limit=-3)}"
            if not self._holds(check, case, expected):
                return _void(broke)
            text = "what your code gave back has another form than this check can read"
            return Verdict(Outcome.FAILED, text, seconds=reply.seconds)
        if mine is not None:
            notes += [note for note in remarks.notes(mine) if note not in notes]
        return Verdict(Outcome.PASSED, seconds=reply.seconds, notes=notes, evidence=shown)

    def _holds(self, check: Check, case: Case, expected: Mapping[str, Any]) -> bool:
        """Whether the check can judge the reference: if not, its exception is our fault, else the student's."""
        values = expected
        if check.expected is not None:
            reply = self.reference.ask(Request(check.probe, case, limits=check.limits))
            if isinstance(reply, Crash):
                return False
            values = reply.values
        try:
            check.judge(Record(values, side="student"), Record(expected, side="reference"))
        except Mismatch:
            return True
        except Exception:
            return False
        return True

    @property
    def found_alignments(self) -> Mapping[tuple[Any, ...], Alignment | Crash]:
        """The maps of the student's weights that were looked for."""
        return self._alignments

    # --- asking ---------------------------------------------------------------------------------

    @property
    def lost(self) -> Mapping[str, str]:
        """Wanted names that no file could give, with the reason."""
        return lost_names(self.submission, self.session.loaded)

    @property
    def broken(self) -> Mapping[str, str]:
        """Files of which only a part could be run, with the reason."""
        return broken_files(self.session.loaded)

    def ask(self, request: Request) -> Reply:
        """Ask the student's side; the same request is never run twice."""
        key = request.digest
        if key not in self._replies:
            self._replies[key] = self.session.ask(request)
            self.student_seconds += self._replies[key].seconds
        return self._replies[key]

    def alignment(self, exercise: Exercise, case: Case, way: tuple[str, ...]) -> Alignment | Crash:
        """Which of the student's weights play which roles, at this case's sizes."""

        def ask(probe: str, given: Case) -> Reply:
            return self.ask(Request(probe, given, way, exercise.limits))

        return self._aligned(exercise, case, ask, self._alignments, way)

    def reference_alignment(self, exercise: Exercise, case: Case) -> Alignment | Crash:
        """The same for the reference, once for a whole class."""

        def ask(probe: str, given: Case) -> Reply:
            return self.reference.ask(Request(probe, given, limits=exercise.limits))

        return self._aligned(exercise, case, ask, self.reference.alignments, ())

    def _aligned(
        self,
        exercise: Exercise,
        case: Case,
        ask: Any,
        known: dict[tuple[Any, ...], Alignment | Crash],
        way: tuple[str, ...],
    ) -> Alignment | Crash:
        spec = exercise.align
        assert spec is not None  # validated at registration
        family = self.assignment.families[spec.families[0]]
        sizes = {**case.sizes, **spec.sizes}
        key = (spec.subject, family.name, tuple(sorted(sizes.items())), way)
        if key not in known:
            template = Case(id=f"align-{spec.subject}", sizes=sizes)
            given = self.seeds.case(template, exercise.id, "align")

            def own() -> list[Alignment]:
                return self._own_cells(spec.cell, family, given, ask) if spec.cell else []

            known[key] = align(ask, self.assignment.subjects[spec.subject], spec.subject, family, given, own)
        return known[key]

    def _own_cells(self, cell: tuple[str, str], family: Any, case: Case, ask: Any) -> list[Alignment]:
        subject, name = cell
        hidden = case.sizes.get("hidden_size", case.sizes.get("hidden_dim", 1))
        found = []
        for inputs in dict.fromkeys(family.slots(case.sizes).values()):
            sizes = {"batch": 3, "input_size": inputs, "hidden_size": hidden}
            given = case.replace(id=f"align-{subject}", sizes=sizes)
            result = align(ask, self.assignment.subjects[subject], subject, self.assignment.families[name], given)
            if isinstance(result, Alignment):
                found.append(result)
        return found

    def others(self, exercise: Exercise, case: Case, way: tuple[str, ...]) -> str:
        """What the student built instead, if it is a family that is known and not asked for."""
        spec = exercise.align
        assert spec is not None  # only aligned checks ask
        sizes = {**case.sizes, **spec.sizes}
        given = self.seeds.case(Case(id=f"align-{spec.subject}", sizes=sizes), exercise.id, "align")
        for name in spec.families[1:]:
            family = self.assignment.families[name]
            found = align(
                lambda probe, c: self.ask(Request(probe, c, way, exercise.limits)),
                self.assignment.subjects[spec.subject],
                spec.subject,
                family,
                given,
            )
            if isinstance(found, Alignment) and found.complete:
                return f"this is {family.title}: {family.remark}"
        return ""


def _tells_more(first: Verdict, second: Verdict) -> Verdict:
    """Of two verdicts that do not pass: a wrong answer tells more than a crash, a crash more than a wait."""
    order = (Outcome.FAILED, Outcome.CRASHED, Outcome.SKIPPED, Outcome.UNATTEMPTED)
    return second if order.index(second.outcome) < order.index(first.outcome) else first


def _void(message: str) -> Verdict:
    return Verdict(Outcome.VOID, message)


def _by_role(values: Mapping[str, Any], alignment: Alignment | None) -> dict[str, Any]:
    """Gradients of parameters become gradients of roles, so that both sides speak of the same."""
    if alignment is None:
        return dict(values)
    kept = {name: value for name, value in values.items() if not name.startswith("grad:")}
    named = {name.removeprefix("grad:"): value for name, value in values.items() if name.startswith("grad:")}
    gradients: dict[str, np.ndarray] = {}
    for parameter in alignment.parameters:
        value = named.get(str(parameter["name"]))
        good = isinstance(value, np.ndarray) and value.size == parameter["count"] and value.dtype.kind == "f"
        gradients[str(parameter["name"])] = value if good and value is not None else np.full(parameter["count"], np.nan)
    return kept | {f"grad:{role}": value for role, value in alignment.read(gradients).items()}

"""Observations and checks become findings: a function of the replies that two sessions give.

The sessions may be a sandbox and the reference, or stored replies: nothing here runs student code or
knows where a reply came from.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from autograder.aligning import binding, remarks
from autograder.aligning.alignment import UNREADABLE
from autograder.aligning.roles import Alignment
from autograder.asking import Asking, by_role
from autograder.case import Case
from autograder.crashes import Verdict, crashed, tells_more
from autograder.errors import NotRecorded
from autograder.exercise import Check, Exercise
from autograder.expect import Mismatch, MoreWanted, Record
from autograder.model import WRONG, Crash, Evidence, ExerciseGrade, Finding, Observation, Outcome, Reply
from autograder.sandbox.request import Request

NOT_IN_THE_KEY = "this style is not in the public key, so it cannot be checked here; the hidden checks will judge it"


@dataclass
class Grading(Asking):
    """Judges one submission."""

    trail: dict[tuple[str, str], tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=dict)
    asked: dict[str, list[Request]] = field(default_factory=dict)  # by exercise, what its checks asked
    _endless: dict[tuple[str, tuple[str, ...]], Verdict] = field(default_factory=dict)  # exercise, way
    _stuck: set[str] = field(default_factory=set)  # pieces that did not come to an end when they were called

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
        wrong = verdict.outcome in WRONG
        return replace(
            finding,
            outcome=verdict.outcome,
            points=None if verdict.outcome is Outcome.VOID else points,
            message=verdict.message,
            hint=(verdict.hint or (check.hint if verdict.hints else "")) if wrong else "",
            waits_for=verdict.waits_for,
            seconds=round(verdict.seconds, 4),
            notes=tuple(verdict.notes),
            evidence=tuple(verdict.evidence),
            self_reported=check.self_reported or verdict.self_reported,
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
                first = tells_more(first, verdict, way, own=exercise.own_told) if first is not None else verdict
                if verdict.outcome is Outcome.UNATTEMPTED:
                    return replace(verdict, seconds=seconds)
            if first is not None and first.outcome is not Outcome.FAILED:
                break  # other seeds do not mend a crash
        assert first is not None  # there is always one try and one way
        return replace(first, seconds=seconds)

    def _open_ways(self, exercise: Exercise, check: Check) -> tuple[tuple[tuple[str, ...], ...], Verdict | None]:
        """The ways worth trying: a piece that never ended once is not waited for again.

        Where there are no stand-ins (a student's copy of the assignment), only the student's own pieces are left.
        """
        ways = [way for way in check.ways if self.assignment.stand_ins.issuperset(way)]
        stuck = {piece for way in ways for piece in way} & self._stuck
        ways.sort(key=lambda way: not stuck <= set(way))  # first those that do without what did not end elsewhere
        open_ways = tuple(way for way in ways if (exercise.id, way) not in self._endless)
        return open_ways, None if open_ways else self._endless[exercise.id, ways[0]]

    def _attempt(self, exercise: Exercise, check: Check, way: tuple[str, ...], turn: int) -> Verdict:
        """All cases of a check in one way. The first case that does not hold decides."""
        notes: list[str] = []
        seconds = 0.0
        shown: list[Evidence] = []
        told = False
        for number in range(len(check.cases)):
            verdict = self._case(exercise, check, way, turn, number, notes)
            seconds += verdict.seconds
            if verdict.outcome is not Outcome.PASSED:
                return replace(verdict, seconds=seconds)
            shown += verdict.evidence
            told |= verdict.self_reported
        return Verdict(Outcome.PASSED, notes=notes, seconds=seconds, evidence=shown, self_reported=told)

    def _case(
        self, exercise: Exercise, check: Check, way: tuple[str, ...], turn: int, number: int, notes: list[str]
    ) -> Verdict:
        try:
            drawn, asked = self.reference.request(self.seeds, exercise, check, (), turn, number)
            _, request = self.reference.request(self.seeds, exercise, check, way, turn, number)
            case = request.case
            mine: Alignment | None = None
            canonical = np.zeros(0)
            if check.aligned:
                found = self._aligned_or_refused(exercise, case, way)
                if isinstance(found, Crash):
                    return self._crashed(found, exercise, way)
                mine, canonical = found, found.canonical(case)
                case = case.replace(arrays={**case.arrays, **mine.write(canonical)})
                request = replace(request, case=case)
            if check.expected is not None:
                expected: Mapping[str, Any] = check.expected(drawn)
            else:
                answer = self._reference_answers(exercise, asked, canonical, aligned=check.aligned)
                if isinstance(answer, Crash):
                    return _void(f"the reference failed: {answer.exception or answer.kind}: {answer.message}")
                expected = answer.values
        except NotRecorded:
            return Verdict(Outcome.SKIPPED, NOT_IN_THE_KEY)
        except Exception:
            return _void(f"the grader failed before it looked at the answer:\n{traceback.format_exc(limit=-3)}")
        self.asked.setdefault(exercise.id, []).append(request)
        reply = self.ask(request)
        seen = {"crash": reply.message} if isinstance(reply, Crash) else _by_role(reply.values, mine)
        self.trail[exercise.id, check.id] = (seen, expected)
        if isinstance(reply, Crash):
            return self._crashed(reply, exercise, way)
        unseen = list(check.also)
        while True:
            try:
                others = partial(self.others, exercise, case, way)
                verdict = self._judge(check, case, reply, expected, mine, notes, others, unseen)
                return self._bound(exercise, check, case, way, reply, verdict)
            except MoreWanted as wanted:
                unseen.remove(wanted.probe)
                more, expected = self._beside(exercise, check, way, turn, wanted.probe, reply, expected)
                if isinstance(more, Crash):
                    return self._crashed(more, exercise, way)
                reply = more

    def _bound(
        self,
        exercise: Exercise,
        check: Check,
        case: Case,
        way: tuple[str, ...],
        reply: Observation,
        verdict: Verdict,
    ) -> Verdict:
        """A passed check of parameters holds for what the experiment with weights saw, where it saw all of it.

        Else it is the submission's word alone, and marked so.
        """
        passed = check.kind == "parameters" and verdict.outcome is Outcome.PASSED
        if not passed or exercise.align is None or case.sizes != check.cases[0].sizes:
            return verdict
        found = self._aligned_or_refused(exercise, case, way)
        if not isinstance(found, Alignment):
            return replace(verdict, self_reported=True)
        probe = f"{exercise.align.subject}.interventions"
        doubt = binding.doubt(reply, case, found, lambda given: self.ask(Request(probe, given, way, check.limits)))
        if doubt:
            return Verdict(Outcome.FAILED, doubt, seconds=reply.seconds)
        return replace(verdict, self_reported=not found.complete)

    def _reference_answers(
        self, exercise: Exercise, request: Request, canonical: np.ndarray, *, aligned: bool
    ) -> Reply:
        if not aligned:
            return self.reference.ask(request)
        case = request.case
        return self.reference.at_roles(request, canonical, lambda: self.reference_alignment(exercise, case))

    def _aligned_or_refused(self, exercise: Exercise, case: Case, way: tuple[str, ...]) -> Alignment | Crash:
        """The student's map, ready to be written through.

        The reference has gone through the same code: an exception here comes of what the submission said
        of its weights, and must not pass for a fault of ours.
        """
        try:
            found = self.alignment(exercise, case, way)
            if isinstance(found, Alignment):
                found.write(found.canonical(case))
        except Exception:
            return UNREADABLE
        return found

    def _beside(
        self,
        exercise: Exercise,
        check: Check,
        way: tuple[str, ...],
        turn: int,
        probe: str,
        reply: Observation,
        expected: Mapping[str, Any],
    ) -> tuple[Reply, Mapping[str, Any]]:
        """Another probe's values beside the first one's, as ``PROBE:NAME``: on the case of its own checks."""
        drawn = self.seeds.case(check.cases[0], exercise.id, probe, turn)
        case = self.seeds.prepared(check, drawn)
        more = self.ask(Request(probe, case, way, check.limits))
        if isinstance(more, Crash):
            return more, expected
        theirs = check.expected(drawn) if check.expected is not None else {}
        values = {**reply.values, **{f"{probe}:{name}": value for name, value in more.values.items()}}
        both = {**expected, **{f"{probe}:{name}": value for name, value in theirs.items()}}
        return replace(reply, values=values, seconds=reply.seconds + more.seconds), both

    def _crashed(self, crash: Crash, exercise: Exercise, way: tuple[str, ...]) -> Verdict:
        verdict = crashed(crash, exercise, self.assignment, self.lost, self.broken)
        if crash.kind == "deadline":
            name = crash.frames[-1].function.split(".")[0] if crash.frames else ""
            owner = self.assignment.owners.get(name, exercise)
            self._stuck.add(name)
            stop = replace(verdict, seconds=0.0)
            if owner is not exercise:
                message = f"waits for {owner.title}, which did not come to an end"
                stop = Verdict(Outcome.SKIPPED, message, waits_for=owner.id)
            self._endless[exercise.id, way] = stop
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
        unseen: Sequence[str],
    ) -> Verdict:
        shown: list[Evidence] = []
        student = Record(_by_role(reply.values, mine), side="student", notes=notes, shown=shown, more=unseen)
        try:
            check.judge(student, Record(expected, side="reference", more=unseen))
        except MoreWanted:
            raise
        except Mismatch as mismatch:
            message, evidence = mismatch.message, [*mismatch.evidence, *shown]
            if mine is not None and not mine.complete:
                reason = others() or remarks.explain(mine)
                message = f"{reason}. Seen at random weights: {message}" if reason else message
                if (mine.role >= 0).any():
                    evidence.append(remarks.table(mine))
            return Verdict(Outcome.FAILED, message, mismatch.hint, evidence=evidence, seconds=reply.seconds)
        except Exception:
            broke = f"check {check.id} broke:\n{traceback.format_exc(limit=-3)}"
            if not self._holds(check, case, expected):
                return _void(broke)
            text = "what your code gave back has another form than this check can read"
            return Verdict(Outcome.FAILED, text, seconds=reply.seconds)
        if mine is not None:
            notes += [note for note in self.notes_of(mine) if note not in notes]
        return Verdict(Outcome.PASSED, seconds=reply.seconds, notes=notes, evidence=shown)

    def _holds(self, check: Check, case: Case, expected: Mapping[str, Any]) -> bool:
        """Whether the check can judge the reference: if not, its exception is our fault, else the student's."""
        values = expected
        if check.expected is not None:
            try:
                reply = self.reference.ask(Request(check.probe, case, limits=check.limits))
            except NotRecorded:
                return True  # a public key is made by judging the reference: it holds there
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


def _void(message: str) -> Verdict:
    return Verdict(Outcome.VOID, message)


def _by_role(values: Mapping[str, Any], alignment: Alignment | None) -> dict[str, Any]:
    return dict(values) if alignment is None else by_role(values, alignment)

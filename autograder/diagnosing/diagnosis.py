"""Which known mistake a failed exercise is, and the smallest case that shows it on paper.

A mistake is named only with certainty: the student's module computes the same wrong function as the mistake's, or
what the failed check looks at is equal at equal weights, or, where no weights are involved, everything that was
observed is equal. Nothing here changes a point.
"""

from __future__ import annotations

import ast
import difflib
import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from autograder.aligning.alignment import align
from autograder.aligning.roles import Alignment
from autograder.asking import ReferenceSide, by_role
from autograder.assignment import Assignment
from autograder.case import Case
from autograder.diagnosing import alike, known, lookalike, moments, onpaper
from autograder.diagnosing.known import Mistake
from autograder.diagnosing.memory import Memory, Remembering
from autograder.exercise import Check, Exercise
from autograder.grading import Grading
from autograder.model import WRONG, Crash, ExerciseGrade, Finding, MistakeName, Outcome, Reply, Submission
from autograder.parsing import PARSING
from autograder.sandbox.request import Request
from autograder.sandbox.trusted import TrustedSandbox
from autograder.seeds import Seeds


@dataclass
class _Candidate:
    """A mistake, loaded. What it loses is found when it is first needed: few candidates come so far."""

    mistake: Mistake
    exercise: Exercise
    session: Remembering
    judged: Grading

    @cached_property
    def wrong(self) -> frozenset[str]:
        """The checks that it does not pass, judged as a submission would be; but not trained, which takes seconds."""
        quick = [check for check in self.exercise.checks if check.kind != "accuracy" and not check.bonus]
        wrong = {f.id for f in self.judged.findings(self.exercise, quick) if f.outcome in WRONG}
        return frozenset(wrong | {self.mistake.caught_by})


@dataclass
class Diagnosis:
    """Knows the mistakes of an assignment. Each is loaded once, when it is first a candidate."""

    assignment: Assignment
    submission: Submission  # the reference
    sandbox: TrustedSandbox  # runs the instructor's own files
    reference: ReferenceSide
    seeds: Seeds
    memory: Memory
    _mistakes: Mapping[str, Sequence[Mistake]] | None = None
    _candidates: dict[str, _Candidate] = field(default_factory=dict)
    _families: dict[tuple[str, str, str], lookalike.ModuleFamily | None] = field(default_factory=dict)
    considered: Mapping[str, str] = field(default_factory=dict)  # last time: mistake -> what was seen of it
    faults: list[str] = field(default_factory=list)  # our own exceptions: they cost a name, never a grade
    _locks: dict[str, threading.RLock] = field(default_factory=dict)  # by exercise: what one needs is its own

    def explain(self, judged: Grading, exercise: Exercise, grade: ExerciseGrade) -> ExerciseGrade:
        """The same grade; findings that a known mistake explains carry its name and its feedback."""
        wrong = not_passed(grade)
        if not wrong:
            return grade
        try:
            with self._locks.setdefault(exercise.id, threading.RLock()):
                found = self._nearest(judged, exercise, wrong)
                grade = self._on_paper(judged, exercise, grade)
        except Exception:
            self.faults.append(f"{judged.submission.student}, {exercise.id}:\n{traceback.format_exc(limit=-4)}")
            return grade
        if found is None:
            return self._first_moment(judged, exercise, grade)
        wrong = not_passed(grade)
        name = MistakeName(found.mistake.id, found.mistake.title)
        lead = next((finding for finding in wrong if finding.id == found.mistake.caught_by), wrong[0])
        checks = tuple(
            self._named(finding, name, found, first=finding is lead) if finding in wrong else finding
            for finding in grade.checks
        )
        return replace(grade, checks=checks)

    def _on_paper(self, judged: Grading, exercise: Exercise, grade: ExerciseGrade) -> ExerciseGrade:
        """The first failed parity check with the smallest case that shows it, if there is one."""
        spec = exercise.align
        failed = next((f for f in grade.checks if f.kind == "parity" and f.outcome is Outcome.FAILED), None)
        if spec is None or failed is None:
            return grade

        def ask(probe: str, given: Case) -> Reply:
            return judged.ask(Request(probe, given, limits=exercise.limits))

        table = onpaper.smallest(
            ask,
            lambda case: judged.alignment(exercise, case, ()),
            self.assignment.subjects[spec.subject],
            spec.subject,
            self.assignment.families[spec.families[0]],
            exercise.cases[0].sizes,
        )
        if table is None:
            return grade
        shown = replace(failed, evidence=(table, *failed.evidence))
        return replace(grade, checks=tuple(shown if f is failed else f for f in grade.checks))

    def _first_moment(self, judged: Grading, exercise: Exercise, grade: ExerciseGrade) -> ExerciseGrade:
        """Where no known mistake explains it: from which length on sequences come out wrong."""
        spec = exercise.align
        failed = next((f for f in grade.checks if f.kind == "parity" and f.outcome is Outcome.FAILED), None)
        if spec is None or failed is None:
            return grade
        case = self.seeds.case(exercise.cases[0], exercise.id, "diagnosis")
        aligned = judged.alignment(exercise, case, ())
        if isinstance(aligned, Crash) or not aligned.complete:
            return grade  # the unmatched roles say more

        def ask(probe: str, given: Case) -> Reply:
            return judged.ask(Request(probe, given, limits=exercise.limits))

        said = moments.first_wrong(ask, aligned, self.assignment.subjects[spec.subject], spec.subject, case)
        if not said:
            return grade
        told = replace(failed, message=f"{failed.message}. {said}")
        return replace(grade, checks=tuple(told if f is failed else f for f in grade.checks))

    @staticmethod
    def _named(finding: Finding, name: MistakeName, found: _Candidate, *, first: bool) -> Finding:
        if finding.id not in found.wrong:
            return finding
        return replace(finding, mistake=name, hint=found.mistake.feedback if first else finding.hint)

    def _nearest(self, judged: Grading, exercise: Exercise, wrong: Sequence[Finding]) -> _Candidate | None:
        failed, first = {finding.id for finding in wrong}, leading(wrong)
        likely = [self._candidate(exercise, m) for m in self._of(exercise) if m.caught_by in first]
        told = dict.fromkeys((one.mistake.id for one in likely), "does something else")
        equal = [(0, one) for one in likely if self._observed_alike(judged, exercise, one)]
        if not equal and exercise.align is None:
            equal = [(0, one) for one in likely if one.wrong == failed and _fails_alike(judged, exercise, one)]
        if not equal and exercise.align is not None:
            # a right function is also what a mistake computes that lies elsewhere: that tells nothing
            if likely and not self._right(judged, exercise):
                asked = [(self._same_function(judged, exercise, one), one) for one in likely]
                equal = [(absent, one) for absent, one in asked if absent is not None]
            else:
                equal = [(0, one) for one in likely if self._behaves_alike(judged, exercise, one)]
        for _, one in equal:
            told[one.mistake.id] = "does the same" if one.wrong <= failed else "does the same, but fails elsewhere too"
        self.considered = told
        equal = [pair for pair in equal if pair[1].wrong <= failed]
        if len(equal) > 1:  # the fewest weights too many, then what is written most alike
            own = _code(judged.submission)
            equal.sort(key=lambda pair: (pair[0], -_likeness(own, _shape(pair[1].mistake.path.read_text()))))
        return equal[0][1] if equal else None

    # --- the mistakes' side ---------------------------------------------------------------------

    def _of(self, exercise: Exercise) -> Sequence[Mistake]:
        if self._mistakes is None:
            with PARSING:
                self._mistakes = known.mistakes(self.assignment)
            self.memory.mistakes = frozenset(one.id for found in self._mistakes.values() for one in found)
        return self._mistakes.get(exercise.id, ())

    def _candidate(self, exercise: Exercise, mistake: Mistake) -> _Candidate:
        if mistake.id not in self._candidates:
            submission = mistake.submission(self.submission)
            answers = self.memory.of(mistake.id, submission, self.seeds.attempt)
            session = Remembering(self.sandbox, submission, answers)
            judged = Grading(self.assignment, submission, session, self.reference, self.seeds)
            self._candidates[mistake.id] = _Candidate(mistake, exercise, session, judged)
        return self._candidates[mistake.id]

    # --- comparing ------------------------------------------------------------------------------

    def _observed_alike(self, judged: Grading, exercise: Exercise, one: _Candidate) -> bool:
        """Everything that the failed checks saw is equal, asked of the mistake in the same words."""
        requests = judged.asked.get(exercise.id, [])
        mine = [(request, judged.ask(request)) for request in requests]
        return bool(mine) and all(alike.replies(reply, one.judged.ask(request)) for request, reply in mine)

    def _right(self, judged: Grading, exercise: Exercise) -> bool:
        """Whether the student's module computes the equations' function on the cases that functions are compared on."""
        spec = exercise.align
        assert spec is not None  # asked for aligned exercises only
        cases = tuple(self.seeds.case(template, exercise.id, "diagnosis") for template in exercise.cases)
        found = judged.alignment(exercise, cases[0], ())
        subject = self.assignment.subjects[spec.subject]
        ask = _asking(judged, exercise)
        return not isinstance(found, Crash) and lookalike.follows(ask, subject, spec.subject, found, cases)

    def _same_function(self, judged: Grading, exercise: Exercise, one: _Candidate) -> int | None:
        """How many weights the mistake has too many, where the student's module is the same function."""
        spec = exercise.align
        assert spec is not None  # asked for aligned exercises only
        case = self._experiment(exercise, exercise.cases[0])
        family = self._family(exercise, one, case)
        if family is None:
            return None
        cases = tuple(self.seeds.case(template, exercise.id, "diagnosis") for template in exercise.cases)
        ask = _asking(judged, exercise)
        return lookalike.same_function(ask, spec.subject, family, case, cases, lambda: judged.own_cells(exercise, case))

    def _behaves_alike(self, judged: Grading, exercise: Exercise, one: _Candidate) -> bool:
        """What the check that catches the mistake looks at is equal at equal weights, and wrong."""
        spec = exercise.align
        check = next(check for check in exercise.checks if check.id == one.mistake.caught_by)
        assert spec is not None  # asked for aligned exercises only
        if check.kind in ("parameters", "policy"):
            return False  # these look at names, which are the student's choice
        for template in check.cases:
            case = self._experiment(exercise, template)
            family = self._family(exercise, one, case)
            if family is None:
                return False
            sides = []
            for side in (judged, one.judged):
                own = partial(side.own_cells, exercise, case)
                ask = _asking(side, exercise)
                sides.append((ask, align(ask, family.subject, spec.subject, family, case, own, most=2, strict=True)))
            given = self.seeds.case(template, exercise.id, "diagnosis")
            seen = [_at_equal_weights(ask, found, check, given) for ask, found in sides]
            if seen[0] is None or seen[1] is None or not alike.values(*seen):
                return False
            if check.expected is not None and alike.holds(check, seen[0], check.expected(given)):
                return False
        return True

    def _experiment(self, exercise: Exercise, template: Case) -> Case:
        """The case of the experiment with weights, at a template's sizes."""
        spec = exercise.align
        assert spec is not None  # asked for aligned exercises only
        sizes = {**template.sizes, **spec.sizes}
        if "time" in sizes:
            sizes["time"] = 2  # with one step, a state that is never read cannot be told from one that is
        return self.seeds.case(Case(id=f"align-{spec.subject}", sizes=sizes), exercise.id, "align")

    def _family(self, exercise: Exercise, one: _Candidate, case: Case) -> lookalike.ModuleFamily | None:
        """The mistake's module as a family."""
        spec = exercise.align
        assert spec is not None  # asked for aligned exercises only
        key = (one.mistake.id, spec.subject, case.describe())
        if key not in self._families:
            self._families[key] = lookalike.family_of(
                spec.subject,
                self.assignment.subjects[spec.subject],
                one.session,
                case,
                self.assignment.families[spec.families[0]],
                lambda: one.judged.own_cells(exercise, case),
            )
        return self._families[key]


def _asking(judged: Grading, exercise: Exercise) -> lookalike.Ask:
    return lambda probe, given: judged.ask(Request(probe, given, limits=exercise.limits))


def _at_equal_weights(
    ask: lookalike.Ask, found: Alignment | Crash, check: Check, case: Case
) -> Mapping[str, Any] | None:
    """What a check's probe sees of a module at the canonical weights of a case; None where that cannot be had."""
    if isinstance(found, Crash) or not found.complete:
        return None
    reply = ask(check.probe, case.replace(arrays={**case.arrays, **found.write(found.canonical(case))}))
    if isinstance(reply, Crash):
        return None
    return {name: value for name, value in by_role(reply.values, found).items() if name != "parameters"}


def _fails_alike(judged: Grading, exercise: Exercise, one: _Candidate) -> bool:
    """Each failed check fails of the same values; elsewhere the two may differ in what is accepted either way."""
    for check in exercise.checks:
        if check.id in one.wrong:
            mine, theirs = (side.trail.get((exercise.id, check.id)) for side in (judged, one.judged))
            if mine is None or theirs is None or not alike.values(mine[1], theirs[1]):
                return False  # not judged, or in another case
            if not alike.fails(check, mine[0], theirs[0], mine[1]):
                return False
    return True


def not_passed(grade: ExerciseGrade) -> list[Finding]:
    """The findings behind which a mistake is looked for."""
    return [finding for finding in grade.checks if finding.outcome in WRONG and not finding.bonus]


def leading(wrong: Sequence[Finding]) -> set[str]:
    """Checks whose mistakes are candidates: the first, and the first but for policy: from scratch or not, a slip is
    a slip.
    """
    rest = [finding.id for finding in wrong if finding.kind != "policy"]
    return {finding.id for finding in wrong[:1]} | {*rest[:1]}


def _code(submission: Submission) -> str:
    return _shape("\n".join(unit.source for file in submission.files for unit in file.units))


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _shape(source: str) -> str:
    """The code without comments, docstrings, layout, and the names that people choose."""
    with PARSING:
        return _plain_shape(source)


def _plain_shape(source: str) -> str:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return source
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0] = ast.Pass()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            node.attr = "a"
        elif isinstance(node, ast.Name) and node.id != "self":
            node.id = "n"
        elif isinstance(node, ast.arg):
            node.arg = "n"
    return ast.unparse(tree)

"""Exercise: one thing to implement, its checks in order, validated when they are registered."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.case import Case
from autograder.errors import AssignmentError
from autograder.expect import Record
from autograder.model import Limits
from autograder.rubric import Criterion, make_rubric
from autograder.visibility import VISIBILITIES, may_need

Judge = Callable[[Record, Record], None]
KINDS = ("contract", "shapes", "parameters", "parity", "gradients", "property", "accuracy", "policy", "written")


@dataclass(frozen=True)
class Align:
    """How weights are matched with roles before canonical weights are written.

    subject: name in the probes' SUBJECTS. families: names in the assignment's ``families.py``; those
    that are accepted first, the others only to name what the student built instead. sizes: sizes that
    differ from the case's while roles are found (one step is enough). cell: for networks, the subject
    and family of the student's own cell, so that a network made of it is understood.
    """

    subject: str
    families: tuple[str, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)
    cell: tuple[str, str] | None = None


@dataclass(frozen=True)
class Check:
    """One claim, worth points, judged from observations. Made by ``Exercise.check``."""

    id: str
    claim: str
    judge: Judge
    points: int
    probe: str
    kind: str
    hint: str
    needs: str
    cases: tuple[Case, ...]
    limits: Limits
    aligned: bool
    bonus: bool
    self_reported: bool
    advisory: bool
    visibility: str
    tries: int
    prepare: Callable[[Case], Case] | None
    expected: Callable[[Case], Mapping[str, Any]] | None
    ways: tuple[tuple[str, ...], ...]
    also: tuple[str, ...]
    where: str


class Exercise:
    """One exercise of an assignment.

    names: what the student defines (``("LSTMCell",)``): found whatever the file is called.
    stub: module name of the stub file, without ``.py``.
    align: how the student's weights are matched with the roles of the equations (None: not needed).
    stand_ins: names of other exercises for which the grader has public stand-ins; a check that the
    student's own pieces cannot pass is judged again with these in place, and passes if that passes.
    ways: where it matters which are replaced together: several sets of stand-ins, tried in turn.
    own_told: where every way is wrong, the message is the one with the student's own pieces, because it speaks of
    their names and sizes (otherwise the one with the stand-ins, which is no slip of another exercise).
    written: a written answer, marked by hand; ``points`` are then its weight.
    rubric: what is looked for in a written answer: a text, or criteria whose points add up to ``points``.
    comments: short name -> a comment that markers use again.
    """

    def __init__(
        self,
        id: str,
        *,
        title: str,
        stub: str = "",
        names: Sequence[str] = (),
        cases: Sequence[Case] = (Case(),),
        limits: Limits | None = None,
        align: Align | None = None,
        stand_ins: Sequence[str] = (),
        ways: Sequence[Sequence[str]] = (),
        own_told: bool = False,
        written: bool = False,
        points: int = 0,
        rubric: str | Sequence[Criterion] = "",
        comments: Mapping[str, str] | None = None,
    ) -> None:
        self.id = id
        self.title = title
        self.stub = stub or id
        self.names = tuple(names)
        self.cases = tuple(cases)
        self.limits = limits or Limits()
        self.align = align
        self.ways = tuple(tuple(way) for way in ways) or ((tuple(stand_ins),) if stand_ins else ())
        self.stand_ins = tuple(dict.fromkeys(name for way in self.ways for name in way))
        self.own_told = own_told
        self.written = written
        self.heading = ""  # of a written answer: the first heading of the file that was handed out
        self.points = points
        if not written and (rubric or comments):
            raise AssignmentError(f"{id}: only a written answer has a rubric and comments")
        self.rubric = make_rubric(id, points if written else 0, rubric, comments)
        self.checks: list[Check] = []

    @property
    def possible(self) -> int:
        """All points of this exercise, without the bonus."""
        return self.points if self.written else sum(c.points for c in self.checks if not c.bonus)

    @property
    def trains(self) -> bool:
        """Whether judging it trains a model, which takes seconds."""
        return any(check.kind == "accuracy" for check in self.checks)

    def check(
        self,
        *,
        points: int,
        probe: str,
        kind: str,
        hint: str = "",
        needs: Judge | None = None,
        cases: Sequence[Case] | None = None,
        limits: Limits | None = None,
        aligned: bool = False,
        bonus: bool = False,
        self_reported: bool = False,
        advisory: bool = False,
        visibility: str = "visible",
        tries: int = 1,
        prepare: Callable[[Case], Case] | None = None,
        expected: Callable[[Case], Mapping[str, Any]] | None = None,
        stand_ins: Sequence[str] | None = None,
        also: Sequence[str] = (),
    ) -> Callable[[Judge], Judge]:
        """Register ``function(student, reference)``; its docstring is the claim that the student reads.

        probe: name of a probe, run on both sides unless ``expected`` gives the reference's record.
        aligned: the probe is run at canonical weights, written through the discovered map.
        visibility: when students see it: visible, after_due_date, after_published, hidden. What it needs is seen too.
        also: further probes, run only when the check reads one of their values, as ``PROBE:NAME``.
        tries: passes if any of that many independent seeds passes (one first, the others on failure).
        prepare: adds data to the seeded case, on the trusted side (texts from a generator).
        """

        def register(judge: Judge) -> Judge:
            code = judge.__code__
            where = f"{code.co_filename}:{code.co_firstlineno}"
            claim = inspect.cleandoc(judge.__doc__ or "")
            name = judge.__name__
            known = {c.judge: c.id for c in self.checks}
            if not claim:
                raise AssignmentError(f"{where}: check {self.id}.{name} has no docstring, which is the claim")
            if any(c.id == name for c in self.checks):
                raise AssignmentError(f"{where}: {self.id} already has a check {name!r}")
            if needs is not None and needs not in known:
                raise AssignmentError(f"{where}: {self.id}.{name} needs a check that is not registered before it")
            if kind not in KINDS:
                raise AssignmentError(f"{where}: kind {kind!r} of {self.id}.{name} is none of {', '.join(KINDS)}")
            if points < 0 or (points == 0 and not advisory):
                raise AssignmentError(f"{where}: {self.id}.{name} is worth {points} points")
            if aligned and self.align is None:
                raise AssignmentError(f"{where}: {self.id}.{name} is aligned, but the exercise has no align=")
            if visibility not in VISIBILITIES:
                words = ", ".join(VISIBILITIES)
                raise AssignmentError(f"{where}: visibility {visibility!r} of {self.id}.{name} is none of {words}")
            parent = next((c for c in self.checks if c.judge is needs), None)
            if parent is not None and not may_need(visibility, parent.visibility):
                raise AssignmentError(
                    f"{where}: {self.id}.{name} ({visibility}) needs {parent.id} ({parent.visibility}): students would "
                    "see from the one that the other failed",
                    mend=f"give {name} the visibility {parent.visibility} or hidden, or let it need a visible check",
                )
            others = self.ways if stand_ins is None else tuple(filter(None, [tuple(stand_ins)]))
            check = Check(
                id=name,
                claim=" ".join(claim.split()),
                judge=judge,
                points=points,
                probe=probe,
                kind=kind,
                hint=hint,
                needs=known[needs] if needs is not None else "",
                cases=tuple(cases) if cases is not None else self.cases,
                limits=limits or self.limits,
                aligned=aligned,
                bonus=bonus,
                self_reported=self_reported,
                advisory=advisory,
                visibility=visibility,
                tries=tries,
                prepare=prepare,
                expected=expected,
                ways=((), *others),
                also=tuple(also),
                where=where,
            )
            self.checks.append(check)
            return judge

        return register

"""The records that travel through the engine: frozen, plain data, no input or output."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.asjson import known, plain
from autograder.lateness import Late
from autograder.shown import ShownNotebook

SCHEMA = 1
_TOTALS = ("points", "possible", "pending", "bonus")


class Outcome(enum.StrEnum):
    """How one check ended for one submission. Each member says who has to act."""

    PASSED = "passed"  # nobody
    FAILED = "failed"  # the student: the answer is wrong
    CRASHED = "crashed"  # the student: an exception, a deadline, a limit
    UNATTEMPTED = "unattempted"  # the student: the stub is as it was handed out
    SKIPPED = "skipped"  # nobody yet: it waits for another check or another stub
    VOID = "void"  # us: the reference or the check broke; nobody loses a point
    PENDING = "pending"  # the instructor: to be marked by hand


WRONG = frozenset({Outcome.FAILED, Outcome.CRASHED})  # something is to be mended
UNTOUCHED = frozenset({Outcome.UNATTEMPTED, Outcome.SKIPPED})  # nothing was looked at


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something to look at beside a message. ``kind`` decides the shape of ``data``.

    ========== ==========================================================================
    kind       data (JSON values only)
    ========== ==========================================================================
    shapes     ``rows``: [{"what": "h", "expected": "(3, 4)", "got": "(4, 3)", "ok": false}]
    parameters ``rows``: [{"name": "linear.weight", "shape": "(16, 9)", "count": 144}],
               ``total``: 160, ``expected``: "160 (one bias) or 176 (two biases)"
    errors     ``title``: "h, 3 rows x 4 units"; ``rows``: names of the rows' axis;
               ``columns``; ``values``: [[0.0, 0.21]] absolute errors, never reference values;
               ``tolerance``: 1e-9
    curves     ``title``; ``x``: "epoch"; ``series``: [{"name": "train", "values": [..]}];
               ``band``: {"low": [..], "high": [..], "name": "reference, 30 seeds"} or None
    traceback  ``exception``: "RuntimeError: ..."; ``frames``:
               [{"file": "lstm.py", "line": 14, "function": "LSTMCell.forward", "code": "..."}]
    answer     ``markdown``: a written answer as the student wrote it
    output     ``text``: what was printed; ``truncated``: bytes left out
    table      ``columns``: ["gate", "through x"], ``rows``: [["forget", "yes"]], ``title`` (optional)
    ========== ==========================================================================
    """

    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MistakeName:
    """A known mistake that explains a failure."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. ``points`` is None while it waits to be marked by hand, and where it is void."""

    id: str
    claim: str
    outcome: Outcome
    points: int | None
    possible: int
    kind: str = ""  # shapes, parameters, parity, gradients, property, accuracy, policy, written
    message: str = ""
    hint: str = ""
    mistake: MistakeName | None = None
    waits_for: str = ""  # for a skipped check: the check or the stub
    seconds: float = 0.0
    bonus: bool = False
    self_reported: bool = False  # rests on what the student's process said of itself
    visibility: str = "visible"
    notes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ExerciseGrade:
    """All findings of one exercise. Points are the sum of its checks' points, bonus apart."""

    id: str
    title: str
    checks: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    withheld: Mapping[str, int] = field(default_factory=dict)  # checks that are left out, by visibility

    @property
    def points(self) -> int:
        """Points won, without the bonus and without what is pending."""
        return sum(f.points or 0 for f in self.checks if not f.bonus)

    @property
    def possible(self) -> int:
        """Points that could be won so far: what is pending or void is not in it."""
        return sum(f.possible for f in self.checks if not f.bonus and f.points is not None)

    @property
    def pending(self) -> int:
        """Points that a person has still to give."""
        return sum(f.possible for f in self.checks if not f.bonus and f.outcome is Outcome.PENDING)

    @property
    def bonus(self) -> int:
        """Bonus points won."""
        return sum(f.points or 0 for f in self.checks if f.bonus)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the received files that the student should know.

    ``names`` are the definitions that are lost because of it (a file with a syntax error).
    """

    file: str
    message: str
    line: int | None = None
    code: str = ""
    hint: str = ""
    names: tuple[str, ...] = ()
    fatal: bool = False  # nothing of this submission could be read
    ours: bool = False  # by a fault of the grader: every check is void


@dataclass(frozen=True, slots=True)
class Grade:
    """All findings of one submission with totals, digests and what it ran on."""

    assignment: str
    student: str
    submission: str  # "sha256:..."
    graded_at: str  # ISO 8601, UTC
    isolation: str
    exercises: tuple[ExerciseGrade, ...]
    title: str = ""
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    output: str = ""  # printed while the files were loaded, bounded
    output_truncated: int = 0
    files: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)  # total, student
    versions: Mapping[str, str] = field(default_factory=dict)
    seed: str = ""
    attempt: int = 1
    handout: str = ""
    late: Late | None = None

    @property
    def points(self) -> int:
        """Points won, without bonus."""
        return sum(e.points for e in self.exercises)

    @property
    def counted(self) -> int:
        """Points that count: those won, less what lateness takes."""
        return self.late.left(self.points) if self.late is not None else self.points

    @property
    def possible(self) -> int:
        """Points that could be won so far; what waits for a person is not in it."""
        return sum(e.possible for e in self.exercises)

    @property
    def pending(self) -> int:
        """Points that a person has still to give."""
        return sum(e.pending for e in self.exercises)

    @property
    def bonus(self) -> int:
        """Bonus points won."""
        return sum(e.bonus for e in self.exercises)

    @property
    def void(self) -> int:
        """How many checks broke through our fault."""
        return sum(f.outcome is Outcome.VOID for e in self.exercises for f in e.checks)

    def to_json(self) -> dict[str, Any]:
        """The documented JSON form (docs/formats.md): totals are written out for other programs."""
        data: dict[str, Any] = {"schema": SCHEMA, **plain(self)}
        data |= {name: getattr(self, name) for name in (*_TOTALS, "counted")}
        for grade, exercise in zip(data["exercises"], self.exercises, strict=True):
            grade |= {name: getattr(exercise, name) for name in _TOTALS}
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Grade:
        """Read back what ``to_json`` wrote; fields that a later version added are passed over."""
        exercises = tuple(
            ExerciseGrade(
                id=e["id"],
                title=e["title"],
                notes=tuple(e.get("notes", ())),
                withheld=e.get("withheld", {}),
                checks=tuple(_finding(f) for f in e["checks"]),
            )
            for e in data["exercises"]
        )
        problems = tuple(
            Problem(**known(Problem, p) | {"names": tuple(p.get("names", ()))}) for p in data.get("problems", ())
        )
        return cls(
            **known(cls, data)
            | {
                "exercises": exercises,
                "problems": problems,
                "late": Late.from_json(data.get("late")),
                "notes": tuple(data.get("notes", ())),
                "files": tuple(data.get("files", ())),
            }
        )


def _finding(data: Mapping[str, Any]) -> Finding:
    given = known(Finding, data)
    given["outcome"] = Outcome(given["outcome"])
    given["mistake"] = MistakeName(**given["mistake"]) if given.get("mistake") else None
    given["notes"] = tuple(given.get("notes", ()))
    given["evidence"] = tuple(Evidence(e["kind"], e["data"]) for e in given.get("evidence", ()))
    return Finding(**given)


# --- received files -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a source file that runs as one: a whole module, or one statement of a notebook.

    ``line`` is the line of ``name`` at which ``source`` starts, so that tracebacks are right.
    """

    source: str
    name: str  # shown in tracebacks: "lstm.py", "work.ipynb, cell 4"
    line: int = 1


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One received file of Python, ready to be executed unit by unit.

    A notebook's units are its definitions, imports and constants; one that fails costs only itself
    (``tolerant``). ``fallback`` are the units to run when the whole module fails or hangs: the same
    selection, so that a failing line of top-level training costs nobody a definition.
    """

    module: str  # import name: "lstm"
    name: str  # file name as received: "lstm.py", "work.ipynb"
    units: tuple[Unit, ...]
    defines: tuple[str, ...]  # top-level names of functions and classes, in order
    tolerant: bool = False
    fallback: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """Received files, immutable, with a digest of their content."""

    student: str
    digest: str  # "sha256:..." over names and bytes
    files: tuple[SourceFile, ...]
    answers: Mapping[str, str] = field(default_factory=dict)  # written exercise id -> Markdown
    problems: tuple[Problem, ...] = ()
    received: tuple[str, ...] = ()  # every file name, used or not
    path: str = ""
    handout: str = ""  # the version that it says it was made from
    notes: tuple[str, ...] = ()
    notebook_run: str = "definitions"  # what of a notebook is run: these, or "all"
    notebooks: tuple[ShownNotebook, ...] = ()
    unrun: Mapping[str, str] = field(default_factory=dict)  # names that nothing binds which is run -> place


# --- what goes into a sandbox and what comes back -----------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request, on the reference machine: seconds of computing and waiting, seconds of computing."""

    seconds: float = 10.0
    cpu: float = 10.0


@dataclass(frozen=True, slots=True)
class Observation:
    """What a probe returned: named values, each a numpy array or a JSON value."""

    values: Mapping[str, Any]
    seconds: float = 0.0  # CPU time of the child for this request, measured outside it where possible
    output: str = ""
    output_truncated: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One of the student's own frames of a traceback."""

    file: str
    line: int
    function: str  # qualified: "LSTMCell.forward"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Crash:
    """A probe that gave no observation, and why.

    kind: "exception" (``exception`` is the type's name), "contract" (the call worked, what came back
    is not what the handout asks for: ``message`` says how to mend it), "missing" (``message`` is the
    name that is not defined), "deadline", "memory", "limit" (another bound: ``message`` names it),
    "died" (exit status or signal), "protocol" (what came back was not in the expected form),
    "engine" (our own fault: the check becomes void).
    """

    kind: str
    message: str
    exception: str = ""
    frames: tuple[Frame, ...] = ()
    seconds: float = 0.0
    output: str = ""
    output_truncated: int = 0


Reply = Observation | Crash

"""A crash becomes an outcome: who has to act, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.assignment import Assignment
from autograder.causes import Causes
from autograder.exercise import Exercise
from autograder.model import Crash, Evidence, Frame, Outcome
from autograder.sandbox import budget

NO_END = "a right answer takes a small part of that: look for a loop there that never ends, or for work done too often"
NO_WAITING = "a submission waits for nothing: look there for a sleep, for input(), for a lock or a thread"
# Of these a check's own hint says nothing: the code stopped before there was anything to compare.
_ASIDE = frozenset(
    {"NameError", "UnboundLocalError", "TypeError", "AttributeError", "ImportError", "ModuleNotFoundError"}
)


@dataclass
class Verdict:
    """One attempt at a check."""

    outcome: Outcome
    message: str = ""
    hint: str = ""
    waits_for: str = ""
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    evidence: Sequence[Evidence] = ()
    hints: bool = True  # whether the check's own hint says something about this
    self_reported: bool = False  # nothing that was seen of the module's behaviour bears it out


def crashed(
    crash: Crash, exercise: Exercise, assignment: Assignment, lost: Mapping[str, str], causes: Causes
) -> Verdict:
    """What a probe that gave no observation means for a check of ``exercise``.

    lost: wanted names that no file could give, with the reason. causes: what else was not loaded or not run, which
    is then the likely cause of a name that is not defined.
    """
    verdict = _of_kind(crash, exercise, assignment, lost, causes)
    cause, hint = causes.of(crash, exercise.names)
    if cause:
        verdict.message = f"{cause}. Then: {verdict.message}"
        verdict.hint = verdict.hint or hint
    verdict.seconds = crash.seconds
    return verdict


def _of_kind(
    crash: Crash, exercise: Exercise, assignment: Assignment, lost: Mapping[str, str], causes: Causes
) -> Verdict:
    if crash.kind == "engine":
        return Verdict(Outcome.VOID, crash.message)
    if crash.kind == "missing":
        return _missing(crash.message, exercise, assignment, lost, causes)
    if crash.kind == "contract":
        return Verdict(Outcome.FAILED, crash.message)
    owner = _stub_owner(crash, assignment)
    if owner is exercise:
        return Verdict(Outcome.UNATTEMPTED, f"`{crash.frames[-1].function}` is not written yet")
    if owner is not None:
        return Verdict(Outcome.SKIPPED, f"waits for {owner.title}: its stub is not written yet", waits_for=owner.id)
    where = _where(crash.frames)
    if crash.kind == "exception":
        message = f"{crash.exception}: {crash.message}" if crash.message else crash.exception
        hints = crash.exception not in _ASIDE
        return Verdict(Outcome.CRASHED, f"{message}{where}", evidence=[traceback_of(crash)], hints=hints)
    if crash.frames and f"{crash.frames[-1].file}, line {crash.frames[-1].line}" in crash.message:
        where = ""  # it says so itself, as what was stopped does
    hint = "" if crash.kind != "deadline" else NO_WAITING if budget.WAITED in crash.message else NO_END
    return Verdict(Outcome.CRASHED, f"{crash.message}{where}", hint, evidence=_frames(crash))


def _missing(name: str, exercise: Exercise, assignment: Assignment, lost: Mapping[str, str], causes: Causes) -> Verdict:
    if name in lost:
        return Verdict(Outcome.CRASHED, lost[name], hints=False)
    owner = assignment.owners.get(name)
    if owner is None or owner is exercise:
        text = f"`{name}` is not defined in what was handed in"
        if meant := causes.meant(name, assignment.owners):
            return Verdict(Outcome.CRASHED, f"{text}: {meant}", hints=False)
        return Verdict(Outcome.UNATTEMPTED, causes.borrowed(name) or text)
    return Verdict(Outcome.SKIPPED, f"waits for {owner.title}: `{name}` is not defined", waits_for=owner.id)


def _stub_owner(crash: Crash, assignment: Assignment) -> Exercise | None:
    """The exercise whose own stub raised its NotImplementedError."""
    if crash.exception != "NotImplementedError" or not crash.frames:
        return None
    return assignment.owners.get(crash.frames[-1].function.split(".")[0])


def _where(frames: Sequence[Frame]) -> str:
    if not frames:
        return ""
    last = frames[-1]
    return f" (in `{last.function}`, {last.file} line {last.line})"


def traceback_of(crash: Crash) -> Evidence:
    """The student's own frames, with the line of code."""
    frames = [{"file": f.file, "line": f.line, "function": f.function, "code": f.code} for f in crash.frames]
    title = f"{crash.exception}: {crash.message}" if crash.message else crash.exception
    return Evidence("traceback", {"exception": title or crash.kind, "frames": frames})


def _frames(crash: Crash) -> list[Evidence]:
    return [traceback_of(crash)] if crash.frames else []


def tells_more(first: Verdict, second: Verdict, way: tuple[str, ...], *, own: bool = False) -> Verdict:
    """Of two verdicts that do not pass: a wrong answer tells more than a crash, a crash more than a wait.

    way: the grader's pieces that the second is of. A wrong answer with them is the exercise's own slip and no other's;
    but who relies on how their own pieces are made inside would only learn that the grader's are made otherwise.
    own: of two wrong answers, the one with the student's own pieces is told.
    """
    if any(f"'{name}' object has no attribute" in second.message for name in way):
        return first
    order = (Outcome.FAILED, Outcome.CRASHED, Outcome.SKIPPED, Outcome.UNATTEMPTED)
    earlier, later = order.index(first.outcome), order.index(second.outcome)
    return second if later < earlier or (later == earlier == 0 and way and not own) else first

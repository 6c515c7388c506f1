"""What to do next: what went wrong in the order of the handout, then what is not begun, each with its first cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from autograder.model import WRONG, ExerciseGrade, Finding, Grade, Outcome
from autograder.reporting.text import clean, count, headline, line

MOST = 3


def lost(finding: Finding) -> int:
    """Points that a check has not given, through no fault of ours."""
    if finding.bonus or finding.points is None or finding.outcome is Outcome.VOID:
        return 0
    return max(0, finding.possible - finding.points)


def anchor(exercise: int, check: int | None = None) -> str:
    """The fragment of an exercise or of one of its checks: numbers only, so that no name can forge one."""
    return f"e{exercise}" if check is None else f"e{exercise}-c{check}"


def local(waits_for: str, exercise: str) -> str:
    """The check that ``waits_for`` names, if it is one of this exercise: ``forward`` or ``lstm_cell.forward``."""
    return waits_for.removeprefix(f"{exercise}.")


def stub_of(waits_for: str, exercises: Iterable[ExerciseGrade]) -> str:
    """The id of the exercise that a skipped check waits for, when it waits for a stub; else nothing."""
    wanted = waits_for.removesuffix(".py").partition(".")[0]
    return next((e.id for e in exercises if e.id == wanted), "")


def advice(grade: Grade, shown: Sequence[Sequence[tuple[int, Finding]]]) -> tuple[list[dict[str, Any]], int]:
    """The items of the box on top, and how many more exercises have something to mend.

    ``shown[i]`` are the checks of exercise i that the student may see, each with its number.
    """
    if any(p.fatal for p in grade.problems):
        # Nothing could be read: the page opens with that problem, and every other line follows from it.
        return [], 0
    waiting: dict[str, int] = defaultdict(int)
    for exercise, checks in zip(grade.exercises, shown, strict=True):
        own = {f.id for _, f in checks}
        for _, finding in checks:
            if finding.outcome is Outcome.SKIPPED and local(finding.waits_for, exercise.id) not in own:
                stub = stub_of(finding.waits_for, grade.exercises)
                if stub and stub != exercise.id:
                    waiting[stub] += lost(finding)
    candidates = []
    for number, (exercise, checks) in enumerate(zip(grade.exercises, shown, strict=True), 1):
        stake = sum(lost(f) for _, f in checks)
        wrong = [(n, f) for n, f in checks if f.outcome in WRONG]
        empty = [f for _, f in checks if f.outcome is Outcome.UNATTEMPTED]
        more = waiting.get(exercise.id, 0)
        if wrong and stake:
            candidates.append((0, number, _mend(exercise, number, wrong, stake, more)))
        elif empty and stake:
            candidates.append((1, number, _start(exercise, number, empty[0], stake, more)))
    # What was tried before what was not; in the handout's order, in which an exercise needs earlier ones only.
    candidates.sort(key=lambda c: c[:2])
    return [item for *_, item in candidates[:MOST]], max(0, len(candidates) - MOST)


def _mend(
    exercise: ExerciseGrade, number: int, wrong: list[tuple[int, Finding]], stake: int, more: int
) -> dict[str, Any]:
    # One slip fails several checks: the dearest names it best, and of equals the first, which is the simplest.
    check, first = max(wrong, key=lambda pair: (lost(pair[1]), -pair[0]))
    others = len(wrong) - 1
    text = headline(clean(first.message, 600).strip())[0] or f"this does not hold yet: {clean(first.claim, 250)}"
    return {
        "where": line(exercise.title, 80),
        "text": text,
        "hint": clean(first.hint, 300),
        "mistake": line(first.mistake.title, 200) if first.mistake else "",
        "worth": _worth(stake, more)
        + (f"; {count(others, 'other check')} here may have the same cause" if others else ""),
        "anchor": anchor(number, check),
    }


def _start(exercise: ExerciseGrade, number: int, first: Finding, stake: int, more: int) -> dict[str, Any]:
    return {
        "where": line(exercise.title, 80),
        "text": clean(first.message, 300) or "not started yet: the stub is as it was handed out",
        "hint": "",
        "mistake": "",
        "worth": _worth(stake, more),
        "anchor": anchor(number),
    }


def _worth(stake: int, more: int) -> str:
    return f"up to {count(stake, 'point')}" + (f", and {more} more in exercises that wait for it" if more else "")

"""In a notebook: ``from autograder.notebook import check``, then ``check("lstm_cell")``.

The live objects of the session are judged by the public checks of the handout that the notebook lies in, and
what was found is shown as in the report. The session is left as it was.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder import checking
from autograder.checking import Checked, Desk
from autograder.errors import AutograderError
from autograder.exercise import Exercise
from autograder.handout import MARKER
from autograder.live import LiveSandbox, as_before
from autograder.model import WRONG, Outcome, Submission
from autograder.reporting import html

SECONDS = 120.0
_LOOKS = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.CRASHED: "CRASHED"}
_desks: dict[tuple[Path, float], Desk] = {}


def check(*exercises: str, seconds: float = SECONDS) -> None:
    """Judge exercises by their public checks, as they are defined in this session, and show what was found.

    exercises: their ids; without any, all that are defined. seconds: for all of it, then it is interrupted.
    Default dtype, random states, gradient mode, and the weights, gradients and modes of models stay as they are.
    """
    shell = _shell()
    names: Mapping[str, Any] = shell.user_ns if shell is not None else sys._getframe(1).f_globals
    try:
        found = judged(names, exercises, seconds=seconds)
    except AutograderError as error:
        _show(f"{error}" + (f"\n{error.mend}" if error.mend else ""))
        return
    for one in found:
        _show(one if isinstance(one, str) else as_text(one), None if isinstance(one, str) else as_html(one))


def judged(
    names: Mapping[str, Any], exercises: tuple[str, ...], *, seconds: float = SECONDS, desk: Desk | None = None
) -> Iterator[Checked | str]:
    """What was found for each exercise, or the sentence that is said instead. Raises AutograderError."""
    with _threads():
        desk = desk or _desk()
    chosen = desk.exercises(exercises)
    if not exercises:
        chosen = tuple(exercise for exercise in chosen if exercise.names and not _undefined(exercise, names))
        if not chosen:
            return iter(["nothing of this handout is defined in this session yet: run its cells first"])
    end = time.monotonic() + seconds
    return (_one(desk, exercise, names, end, seconds) for exercise in chosen)


def as_html(found: Checked) -> str:
    """The report's card of the exercise."""
    return html.card(found.grade, verdict=found.verdict, unknown=found.unknown, remarks=found.remarks)


def as_text(found: Checked) -> str:
    """The same without a display."""
    lines = []
    for exercise in found.grade.exercises:
        lines.append(f"{exercise.title}: {exercise.points} of {exercise.possible} points")
        for finding in exercise.checks:
            look = _LOOKS.get(finding.outcome, finding.outcome.value)
            text = finding.claim if finding.outcome is Outcome.PASSED else finding.message or finding.claim
            lines.append(f"  {look:<8} {text}")
            if finding.outcome in WRONG:
                lines += [f"           looks like: {finding.mistake.title}"] if finding.mistake else []
                lines += [f"           try: {finding.hint}"] if finding.hint else []
    return "\n".join([*lines, f"{found.verdict}. {found.unknown}", *found.remarks])


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext autograder.notebook`` gives ``%check lstm_cell``, and ``%%check lstm_cell`` above a cell."""

    def magic(line: str, cell: str | None = None) -> None:
        if cell is not None:
            result = shell.run_cell(cell)
            if not result.success:
                return
        check(*line.replace(",", " ").split())

    shell.register_magic_function(magic, "line_cell", "check")


def _one(desk: Desk, exercise: Exercise, names: Mapping[str, Any], end: float, seconds: float) -> Checked | str:
    if exercise.written:
        return f"{exercise.title}: a person reads this answer; there is nothing to check here"
    if missing := _undefined(exercise, names):
        listed = " and ".join(missing)
        return f"{exercise.title}: {listed} {'is' if len(missing) == 1 else 'are'} not defined; run the cell first"
    left = end - time.monotonic()
    if left <= 0:
        return f"{exercise.title}: not looked at, the {seconds:g} s of this check were over"
    with as_before(names):
        sandbox = LiveSandbox(desk.assignment.probes, names, seconds=left, shown=_cell_name)
        found = checking.judge(desk, Submission("this session", "", ()), (exercise,), sandbox)
    # What is said of a whole grade is shown below the card.
    return dataclasses.replace(found, grade=dataclasses.replace(found.grade, notes=()))


def _undefined(exercise: Exercise, names: Mapping[str, Any]) -> list[str]:
    return [f"`{name}`" for name in exercise.names if name not in names]


def _desk() -> Desk:
    """The desk of the handout around the working folder, kept until its marker changes."""
    from autograder import handout

    folder = handout.find()
    key = (folder or Path.cwd(), (folder / MARKER).stat().st_mtime if folder else 0.0)
    if key not in _desks:
        _desks.clear()
        _desks[key] = checking.open_desk()
    return _desks[key]


@contextmanager
def _threads() -> Iterator[None]:
    """Loading what is compared with may ask for one thread; the session's number comes back."""
    import torch

    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _shell() -> Any:
    """The running IPython, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _cell_name(name: str) -> str:
    """``In [3]`` for the file that a cell was compiled under."""
    shell = _shell()
    known = getattr(getattr(shell, "compile", None), "_filename_map", None) or {}
    if name in known:
        return f"In [{known[name]}]"
    return Path(name).name if "ipykernel" not in name else "a cell"


def _show(text: str, page: str | None = None) -> None:
    """As HTML where there is a display for it, else as text."""
    shell = _shell()
    if shell is None:
        print(text)
        return
    from IPython.display import display

    bundle = {"text/plain": text} | ({"text/html": page} if page is not None else {})
    display(bundle, raw=True)  # type: ignore[no-untyped-call]

"""Hints: three for each exercise, opened one after the other. None of them is a solution.

Imports nothing slow: whoever asks for a hint waits for nothing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from autograder import handout as handouts
from autograder.errors import AssignmentError, UnknownName

FILE = "hints.toml"
STEPS = 3
STATE = Path(".autograder") / "hints.json"  # in the student's folder: how many are open


@dataclass(frozen=True)
class Hint:
    """One hint. ``number`` counts from 1."""

    exercise: str
    number: int
    text: str
    of: int = STEPS

    @property
    def last(self) -> bool:
        """Whether there is no further one."""
        return self.number == self.of


def load(grading: Path) -> dict[str, tuple[str, ...]]:
    """Exercise id -> its hints, of the folder ``grading``. AssignmentError where the file has another form."""
    path = grading / FILE
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssignmentError(f"{path}: {error}", mend="take it again from what you were handed out") from None
    for name, texts in plain.items():
        if not isinstance(texts, list) or len(texts) != STEPS or not all(isinstance(t, str) and t for t in texts):
            raise AssignmentError(f"{path}: {name} must be a list of {STEPS} texts")
    return {name: tuple(texts) for name, texts in plain.items()}


def step(grading: Path, exercise: str, folder: Path) -> list[Hint]:
    """The hints of an exercise that are open, with the next one opened; that is remembered in ``folder``.

    Raises UnknownName where there is no hint for such an exercise.
    """
    hints = load(grading)
    if exercise not in hints:
        raise UnknownName(f"there is no hint for {exercise!r}", mend=f"with hints: {', '.join(hints) or 'none'}")
    opened = _opened(folder)
    count = min(opened.get(exercise, 0) + 1, STEPS)
    _remember(folder, {**opened, exercise: count})
    return [Hint(exercise, number, text) for number, text in enumerate(hints[exercise][:count], start=1)]


def forget(exercise: str, folder: Path) -> None:
    """Close the hints of an exercise again."""
    opened = _opened(folder)
    opened.pop(exercise, None)
    _remember(folder, opened)


def show(console: Console, exercise: str, *, near: Path | None = None, again: bool = False) -> int:
    """Open the next hint of the handout around ``near`` and print all that are open. Returns the exit status.

    again: close them first, and begin with the first one.
    """
    folder = handouts.find(near)
    if folder is None:
        raise AssignmentError(
            f"there is no {handouts.MARKER} at or above {near or Path.cwd()}",
            mend="do this in the folder that you were handed out",
        )
    if again:
        forget(exercise, folder)
    found = step(folder / "grading", exercise, folder)
    for hint in found:
        newest = hint is found[-1]
        console.print(Text(f"{exercise}, hint {hint.number} of {hint.of}", style="bold" if newest else "dim"))
        console.print(Padding(Text(hint.text, style="" if newest else "dim"), (0, 0, 1, 2)))
    more = "That was the last one. `autograder check` says where your code differs."
    console.print(Text(more if found[-1].last else f"The next one: autograder hint {exercise}", style="dim"))
    return 0


def _opened(folder: Path) -> dict[str, int]:
    """What was opened so far; a file that cannot be read counts as nothing opened."""
    try:
        plain = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(plain, dict):
        return {}
    return {str(name): count for name, count in plain.items() if type(count) is int and count > 0}


def _remember(folder: Path, opened: Mapping[str, int]) -> None:
    path = folder / STATE
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(dict(sorted(opened.items())), indent=1) + "\n", encoding="utf-8")
    except OSError:
        return  # a folder that cannot be written to: the same hint comes again, and that is all

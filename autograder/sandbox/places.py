"""Places: where a program was, as it or its Python says, looked up in the files that were handed in.

Whoever says it may be the submission speaking: file, line and code that are told are those of its own files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.model import Frame

MOST_FRAMES = 20
_TRACED = re.compile(r'^  File "([^"\n]{1,200})", line (\d{1,7}) in ([^\n]{1,200})$', re.MULTILINE)
_UNNAMED = ("<module>", "<locals>", "<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_OPENS = re.compile(r"([ \t]*)(?:async[ \t]+def|def|class)[ \t]+(\w+)")

Files = Sequence[Mapping[str, Any]]  # as they cross to where they are loaded


def traced(text: str, files: Files) -> tuple[Frame, ...]:
    """The last place that faulthandler wrote, outermost first; it knows neither classes nor code."""
    for trace in reversed(text.split("most recent call first")):
        found = [(name, int(line), function) for name, line, function in _TRACED.findall(trace)]
        frames = [frame for entry in found[::-1] if (frame := named(files, *entry))]
        if frames:
            return tuple(frames[-MOST_FRAMES:])
    return ()


def named(files: Files, name: str, line: int, function: str) -> Frame | None:
    """The frame with the class that its function stands in; None for code that is not the submission's."""
    for file in files:
        for unit in (*file["units"], *file["fallback"]):
            lines = unit["source"].splitlines()
            at = line - unit["line"]
            if unit["name"] == name and 0 <= at < len(lines):
                return Frame(name, line, _function(lines, at, function)[:200], lines[at].strip()[:300])
    return None


def _function(lines: Sequence[str], at: int, said: str) -> str:
    """The name that is given to the function of a line, with its class; none that the file does not have."""
    known = _qualified(lines, at)
    names = {found[2] for line in lines if (found := _OPENS.match(line))}
    if not all(part in names or part in _UNNAMED for part in said.split(".")):
        return known or "<module>"
    return known if known.rpartition(".")[2] == said else said


def _qualified(lines: Sequence[str], at: int) -> str:
    """The dotted name of the function that the line stands in, by indentation; empty at top level."""
    own = _OPENS.match(lines[at])  # a whole function on one line
    names = [own[2]] if own else []
    depth = len(lines[at]) - len(lines[at].lstrip())
    for line in reversed(lines[:at]):
        opens = _OPENS.match(line)
        if opens and len(opens[1]) < depth:
            names.append(opens[2])
            depth = len(opens[1])
    return ".".join(reversed(names))

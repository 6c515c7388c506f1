"""Notebook cells to Python: lines that only Jupyter understands go, line numbers stay."""

from __future__ import annotations

import re
import textwrap

from autograder.intake.syntax import Unparsable, parse

_PYTHON_CELLS = ("time", "timeit", "capture", "prun", "python", "python3", "memit", "mprun", "lprun", "debug")
_HELP = re.compile(r"[\w.\[\]]+ ?\?{1,2};?")
_ASSIGNED = re.compile(r"^[\w.,\s\[\]]+=\s*[!%](?!=)")
_TIMED = re.compile(r"^(\s*)%(?:time|prun)\s+(?!-)(\S.*)$")
_STRING = re.compile(r"'''|\"\"\"|'|\"")


def to_python(source: str) -> str:
    """The cell as Python with as many lines. A cell for another language (``%%bash``) becomes empty.

    A cell that already is Python comes back as it is: a line that starts with ``%`` may also go on with
    an expression.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    try:
        parse(source, notebook=True)
    except Unparsable:
        return without_magics(textwrap.dedent(source))
    return source


def is_python(text: str) -> bool:
    """Whether a cell's text is code as a whole."""
    try:
        parse(to_python(text), notebook=True)
    except Unparsable:
        return False
    return True


def without_magics(source: str) -> str:
    """The lines without those that only Jupyter understands, as many as before."""
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].lstrip().startswith("%%"):
        magic, _, rest = lines[first].lstrip()[2:].partition(" ")
        is_module = magic in ("writefile", "file") and rest.strip().endswith(".py")
        if magic.strip() not in _PYTHON_CELLS and not is_module:
            return "\n" * (len(lines) - 1)
        lines[first] = ""
    result: list[str] = []
    state = _State()
    dropping = False  # a shell line that goes on after a backslash
    for line in lines:
        if dropping or (not state.inside and _is_magic(line)):
            timed = None if dropping else _TIMED.match(line)
            indent = line[: len(line) - len(line.lstrip())]
            replaced = timed.group(1) + timed.group(2) if timed else f"{indent}pass" if not dropping else ""
            dropping = not timed and line.rstrip().endswith("\\")
            line = replaced
        state.read(line)
        result.append(line)
    return "\n".join(result)


def _is_magic(line: str) -> bool:
    text = line.lstrip()
    return text.startswith(("%", "!", "?")) or bool(_HELP.fullmatch(text.rstrip())) or bool(_ASSIGNED.match(line))


class _State:
    """Whether the next line goes on with a string, a bracket or a line that ended in a backslash."""

    def __init__(self) -> None:
        self.quote = ""
        self.depth = 0
        self.backslash = False

    @property
    def inside(self) -> bool:
        return bool(self.quote) or self.depth > 0 or self.backslash

    def read(self, line: str) -> None:
        position, self.backslash = 0, False
        while position < len(line):
            character = line[position]
            if self.quote:
                if character == "\\":
                    position += 2
                elif line.startswith(self.quote, position):
                    position += len(self.quote)
                    self.quote = ""
                else:
                    position += 1
                continue
            if character == "#":
                break
            if opened := _STRING.match(line, position):
                self.quote = opened.group()
                position = opened.end()
                continue
            if character in "([{":
                self.depth += 1
            elif character in ")]}":
                self.depth = max(0, self.depth - 1)
            elif character == "\\" and position == len(line) - 1:
                self.backslash = True
            position += 1
        if len(self.quote) == 1:  # an ordinary string ends with its line
            self.quote = ""

"""Stubs: what students receive, made from the sources that hold the answers between solution markers."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import AssignmentError

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"
MARKERS = {
    ".py": {"### BEGIN SOLUTION": BEGIN, "### END SOLUTION": END},
    ".md": {"<!-- BEGIN SOLUTION -->": BEGIN, "<!-- END SOLUTION -->": END},
}
COPIED = (".csv", ".json", ".txt")  # data that a stub reads; it has no answers to take out
PLACEHOLDER = "*Your answer here.*"
ALIKE = re.compile(r"\b(begin|end)[\s_-]*solution\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Region:
    """Lines ``begin`` to ``end``, counted from 1, markers included; ``indent`` is that of both markers."""

    begin: int
    end: int
    indent: str


def make(source_text: str, name: str) -> str:
    """The stub of one source. ``name`` is its file name: the ending says how the markers look.

    Python (``### BEGIN SOLUTION`` … ``### END SOLUTION``): a region inside a function becomes a
    ``raise NotImplementedError`` that names the function; a region outside every function is taken out.
    Markdown (``<!-- BEGIN SOLUTION -->`` …): a region becomes the line ``*Your answer here.*``.

    Raises AssignmentError, with file and line, for markers that are nested, unclosed, misspelt or not on
    a line of their own, and for regions after whose replacement the stub is no Python any more.
    """
    suffix = Path(name).suffix
    if suffix not in MARKERS:
        raise AssignmentError(f"{name}: stubs are made from {' and '.join(MARKERS)} files only")
    lines = source_text.replace("\r\n", "\n").split("\n")
    regions = _regions(lines, name, MARKERS[suffix])
    tree = _parse(source_text, name) if suffix == ".py" else None
    kept: list[str] = []
    done = 0
    for region in regions:
        kept += lines[done : region.begin - 1]
        done = region.end
        if tree is None:
            kept.append(region.indent + PLACEHOLDER)
        elif function := _enclosing(tree, region, lines, name):
            kept.append(f'{region.indent}raise NotImplementedError("{function} is not written yet")')
        else:
            while kept and not kept[-1].strip():  # the blank lines after the region separate what is left
                kept.pop()
    stub = "\n".join([*kept, *lines[done:]]).strip("\n") + "\n"
    if tree is not None:
        _parse(stub, f"the stub of {name}")
    return stub


def make_all(source: Path) -> dict[str, str]:
    """The stubs of all files of a folder: file name to text, sorted by name.

    Raises AssignmentError as ``make`` does, and for a file of another kind, whose answers could not be told apart.
    """
    stubs = {}
    for path in sorted(source.iterdir()):
        if path.is_dir() or path.name.startswith("."):
            continue
        if path.suffix not in (*MARKERS, *COPIED):
            known = ", ".join((*MARKERS, *COPIED))
            raise AssignmentError(f"{path}: no stub can be made from this; a source ends in one of {known}")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise AssignmentError(f"{path}: not UTF-8 (byte {error.start})") from None
        stubs[path.name] = text if path.suffix in COPIED else make(text, path.name)
    if not stubs:
        raise AssignmentError(f"{source}: no sources to make stubs from")
    return stubs


def _regions(lines: list[str], name: str, markers: dict[str, str]) -> list[_Region]:
    regions = []
    begin: int | None = None
    indent = ""
    for number, line in enumerate(lines, 1):
        where = f"{name}:{number}"
        kind = markers.get(line.strip())
        if kind is None and ALIKE.search(line):
            wanted = " or ".join(markers)
            raise AssignmentError(f"{where}: this looks like a marker; write {wanted}, alone on its line")
        here = line[: len(line) - len(line.lstrip())]
        if kind == BEGIN:
            if begin is not None:
                raise AssignmentError(f"{where}: a solution begins inside the one that began in line {begin}")
            begin, indent = number, here
        elif kind == END:
            if begin is None:
                raise AssignmentError(f"{where}: a solution ends here, but none has begun")
            if here != indent:
                raise AssignmentError(f"{where}: indented differently from its beginning in line {begin}")
            regions.append(_Region(begin, number, indent))
            begin = None
        elif begin is not None and line.strip() and not line.startswith(indent):
            raise AssignmentError(f"{where}: indented less than its solution, which begins in line {begin}")
    if begin is not None:
        raise AssignmentError(f"{name}:{begin}: the solution that begins here is never closed")
    return regions


def _parse(text: str, name: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise AssignmentError(f"{name}:{error.lineno}: not Python: {error.msg}") from None


def _enclosing(tree: ast.Module, region: _Region, lines: list[str], name: str) -> str:
    """The qualified name of the function that the region is in; empty outside of functions."""
    inside = range(region.begin + 1, region.end)
    first = next((n for n in inside if (line := lines[n - 1].strip()) and not line.startswith("#")), None)
    if first is None:
        raise AssignmentError(f"{name}:{region.begin}: the solution has no code, so there is nothing to write")

    def search(node: ast.AST, path: tuple[str, ...]) -> str:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.stmt) or not child.lineno < region.begin < first <= (child.end_lineno or 0):
                continue
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                path = (*path, child.name)
                return search(child, path) or ".".join(path)
            return search(child, (*path, child.name) if isinstance(child, ast.ClassDef) else path)
        return ""

    return search(tree, ())

"""Notebooks: their cells, whatever version wrote them, and the Python and Markdown in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder.intake import syntax
from autograder.intake.limits import MAX_SOURCE, megabytes
from autograder.intake.magics import to_python
from autograder.intake.selection import Selector
from autograder.intake.source import Piece, selected
from autograder.intake.text import lossy
from autograder.model import Problem, SourceFile

_AGAIN = "Download the notebook again as .ipynb (File > Download), check that it opens, and hand it in."


class NotANotebook(Exception):  # noqa: N818  # becomes a Problem of one student
    """Bytes that are no notebook. ``hint`` says what to do."""

    def __init__(self, message: str, hint: str = _AGAIN) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Cell:
    """One cell. ``number`` counts all cells from 1, as editors show it."""

    number: int
    kind: str  # code, markdown, heading
    text: str


def cells(data: bytes) -> list[Cell]:
    """The code and Markdown cells of a notebook of format 2, 3 or 4. Raises NotANotebook."""
    if not data.strip():
        raise NotANotebook("is empty")
    try:
        # Numbers stay text: a number of 5,000 digits is legal JSON and an error of int().
        content = json.loads(data.decode("utf-8-sig"), parse_int=str, parse_float=str)
    except UnicodeDecodeError:
        raise NotANotebook("is not UTF-8 text, so it is no notebook") from None
    except json.JSONDecodeError as error:
        raise NotANotebook(f"is not valid JSON (line {error.lineno}: {error.msg}), so it is no notebook") from None
    except RecursionError:
        raise NotANotebook("is nested too deeply to be a notebook") from None
    found = _listed(content)
    if found is None:
        raise NotANotebook("is JSON but no notebook: it has no list of cells")
    result: list[Cell] = []
    for number, cell in enumerate(found, 1):
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if kind in ("code", "markdown", "heading"):
            # Format 3 and older: code lies in "input", and a heading is a cell of its own.
            text = _joined(cell.get("source", cell.get("input", "")))
            result.append(
                Cell(number, "markdown" if kind == "heading" else kind, ("# " + text) if kind == "heading" else text)
            )
    return result


@dataclass(frozen=True)
class Notebook:
    """The pieces of a notebook that parse, and what is wrong with the others."""

    pieces: tuple[Piece, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    defines: tuple[str, ...]


def read(name: str, found: Iterable[Cell]) -> Notebook:
    """Parse the code cells of the notebook called ``name``. A broken cell costs itself only."""
    pieces: list[Piece] = []
    problems: list[Problem] = []
    notes: list[str] = []
    where: dict[str, list[int]] = {}
    size = 0
    for cell in found:
        if cell.kind != "code" or not cell.text.strip():
            continue
        size += len(cell.text)
        if size > MAX_SOURCE:
            problems.append(Problem(name, f"has more than {megabytes(MAX_SOURCE)} of code; the rest is not read"))
            break
        text = to_python(cell.text)
        title = f"{name}, cell {cell.number}"
        try:
            piece = Piece(title, text, syntax.parse(text, notebook=True))
        except syntax.Unparsable as error:
            problems.append(syntax.problem(title, text, error))
            continue
        pieces.append(piece)
        for defined in piece.defines:
            where.setdefault(defined, []).append(cell.number)
    for defined, numbers in where.items():
        if len(numbers) > 1:
            listed = ", ".join(map(str, numbers[:-1]))
            notes.append(f"{name} defines {defined} in cells {listed} and {numbers[-1]}; the last one counts.")
    return Notebook(tuple(pieces), tuple(problems), tuple(notes), tuple(where))


def source_file(
    name: str, import_name: str, notebook: Notebook, own: Iterable[str], modules: Iterable[str]
) -> SourceFile:
    """The kept statements of all cells, each a unit of its own: one that fails costs only itself."""
    units = selected(notebook.pieces, Selector(own, modules))
    return SourceFile(module=import_name, name=name, units=units, defines=notebook.defines, tolerant=True)


def looks_like(text: str) -> bool:
    """Whether a ``.py`` file is a notebook under another name."""
    return text.lstrip().startswith("{") and '"cell_type"' in text


def searchable(data: bytes) -> str:
    """The text of a notebook's JSON in which a pattern for definitions can be looked for."""
    return lossy(data)


def _listed(content: Any) -> list[Any] | None:
    if not isinstance(content, dict):
        return None
    if isinstance(content.get("cells"), list):
        return list(content["cells"])
    sheets = content.get("worksheets")
    if not isinstance(sheets, list):
        return None
    lists = [sheet["cells"] for sheet in sheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)]
    return [cell for cells_ in lists for cell in cells_]


def _joined(source: Any) -> str:
    """A cell's text: a string, or a list of lines that keep their ends. Lone surrogates go."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    text = source if isinstance(source, str) else ""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")

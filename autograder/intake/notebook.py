"""Notebooks: their cells, whatever version wrote them, and the Python and Markdown in them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.intake import syntax
from autograder.intake.limits import MAX_NAME, MAX_SOURCE, MAX_VALUES, megabytes
from autograder.intake.magics import to_python
from autograder.intake.names import listed
from autograder.intake.quiet import Program
from autograder.intake.selection import Selector
from autograder.intake.source import Everything, Piece, selected
from autograder.model import Problem, SourceFile, Unit

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
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
    kind: str  # code, markdown, raw
    text: str
    outputs: tuple[Any, ...] = ()  # as they were stored: anything
    execution: str = ""  # what stands in "In [ ]"
    attachments: Any = None  # as they were stored: anything
    names: tuple[str, ...] = ()  # its id, and the grade_id of nbgrader


def cells(data: bytes) -> list[Cell]:
    """The cells of a notebook of format 2, 3 or 4. Raises NotANotebook."""
    if not data.strip():
        raise NotANotebook("is empty")
    if too_many_values(data):
        raise NotANotebook("holds millions of values, so it is not read", "Clear its outputs and hand it in again.")
    try:
        # Numbers stay text: a number of 5,000 digits is legal JSON and an error of int().
        content = json.loads(data.decode("utf-8-sig"), parse_int=str, parse_float=str)
    except UnicodeDecodeError:
        raise NotANotebook("is not UTF-8 text, so it is no notebook") from None
    except json.JSONDecodeError as error:
        raise NotANotebook(f"is not valid JSON (line {error.lineno}: {error.msg}), so it is no notebook") from None
    except RecursionError:
        raise NotANotebook("is nested too deeply to be a notebook") from None
    found = _cells_of(content)
    if found is None:
        raise NotANotebook("is JSON but no notebook: it has no list of cells")
    result: list[Cell] = []
    for number, cell in enumerate(found, 1):
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if kind in ("code", "markdown", "heading", "raw"):
            # Format 3 and older: code lies in "input", and a heading is a cell of its own.
            text = joined(cell.get("source", cell.get("input", "")))
            heading = kind == "heading"
            outputs = cell.get("outputs") if kind == "code" else None
            execution = cell.get("execution_count", cell.get("prompt_number"))
            result.append(
                Cell(
                    number,
                    "markdown" if heading else kind,
                    f"# {text}" if heading else text,
                    tuple(outputs) if isinstance(outputs, list) else (),
                    execution[:8] if isinstance(execution, str) else "",
                    cell.get("attachments"),
                    _names(cell),
                )
            )
    return result


def too_many_values(data: bytes) -> bool:
    """Whether the JSON would become more objects than memory should hold; short strings and empty lists do."""
    if data.count(b",") + data.count(b"[") + data.count(b"{") <= MAX_VALUES:
        return False
    rest = _STRING.sub(b"", data, MAX_VALUES)  # commas inside of strings separate nothing
    return rest.count(b",") + rest.count(b"[") + rest.count(b"{") > MAX_VALUES


@dataclass(frozen=True)
class Notebook:
    """The pieces of a notebook that parse, and what is wrong with the others."""

    pieces: tuple[Piece, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    defines: tuple[str, ...]
    cells: Mapping[str, int]  # of each name, the number of the cell that counts, or that would if it could be read
    without: frozenset[int]  # ids of statements that define a name which another cell has filled in

    def stubs(self, name: str) -> bool:
        """Whether the definition of ``name`` that counts is the stub as it was handed out."""
        at = [piece for piece in self.pieces if piece.name.endswith(f", cell {self.cells.get(name)}")]
        return any(syntax.is_stub(piece.tree.body, name) for piece in at)


def read(name: str, found: Iterable[Cell]) -> Notebook:
    """Parse the code cells of the notebook called ``name``. A broken cell costs itself only."""
    pieces: list[Piece] = []
    problems: list[Problem] = []
    where: dict[str, list[Definition]] = {}
    lost: dict[str, int] = {}
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
            problem = syntax.problem(title, text, error)
            problems.append(problem)
            lost.update(dict.fromkeys(problem.names, cell.number))
            continue
        pieces.append(piece)
        named = _named(piece.tree.body)
        for defined in piece.defines:
            where.setdefault(defined, []).append(Definition(cell.number, tuple(named.get(defined, ()))))
    chosen = {defined: _counting(defined, places) for defined, places in where.items()}
    notes = _double(name, where, chosen)
    without = {
        id(statement)
        for defined, places in where.items()
        for place in places[places.index(chosen[defined]) + 1 :]
        for statement in place.statements
    }
    numbers = lost | {defined: place.cell for defined, place in chosen.items()}
    return Notebook(tuple(pieces), tuple(problems), notes, tuple(where), numbers, frozenset(without))


@dataclass(frozen=True)
class Definition:
    """A cell that defines some name, and the statements at its top level that do."""

    cell: int
    statements: tuple[ast.stmt, ...]


def _named(body: Sequence[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """Functions and classes by name, in one pass: a cell may have tens of thousands."""
    found: dict[str, list[ast.stmt]] = {}
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.setdefault(statement.name, []).append(statement)
    return found


def _counting(name: str, places: Sequence[Definition]) -> Definition:
    """The last cell in which ``name`` is filled in; the last of all where none is."""
    filled = [place for place in places if not syntax.is_stub(place.statements, name)]
    return (filled or places)[-1]


def _double(name: str, where: Mapping[str, Sequence[Definition]], chosen: Mapping[str, Definition]) -> tuple[str, ...]:
    """What to say of names that several cells define: those of the same cells together."""
    groups: dict[tuple[tuple[int, ...], int], list[str]] = {}
    for defined, places in where.items():
        numbers = tuple(dict.fromkeys(place.cell for place in places))
        if len(numbers) > 1:
            groups.setdefault((numbers, chosen[defined].cell), []).append(defined)
    notes = []
    for (numbers, counts), names in groups.items():
        cells_ = f"cells {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
        if counts == numbers[-1]:
            notes.append(f"{name} defines {listed(names)} in {cells_}; the last one counts.")
        else:
            why = f"cell {counts} counts, the last one that is filled in"
            notes.append(f"{name} defines {listed(names)} in {cells_}; {why}.")
    return tuple(notes)


def source_file(
    name: str,
    import_name: str,
    notebook: Notebook,
    own: Iterable[str],
    modules: Iterable[str],
    *,
    everything: bool = False,
    program: Program | None = None,
    unrun: dict[str, str] | None = None,
) -> SourceFile:
    """The kept statements of all cells, each a unit of its own: one that fails costs only itself.

    everything: all statements are kept; imports, definitions and constants alone are the fallback.
    unrun: filled with the names that are bound by nothing that is kept, and where.
    """
    without = notebook.without
    left_out: dict[str, str] = {}
    keeper = Selector(own, modules, program)
    units = selected(notebook.pieces, keeper, without=without, reorder=True, unrun=left_out)
    if unrun is not None and not everything:
        unrun.update(left_out)
    fallback: tuple[Unit, ...] = ()
    if everything:
        units, fallback = selected(notebook.pieces, Everything(), without=without, reorder=True), units
    return SourceFile(import_name, name, units, notebook.defines, tolerant=True, fallback=fallback)


def looks_like(text: str) -> bool:
    """Whether a ``.py`` file is a notebook under another name."""
    return text.lstrip().startswith("{") and '"cell_type"' in text


def _cells_of(content: Any) -> list[Any] | None:
    if not isinstance(content, dict):
        return None
    if isinstance(content.get("cells"), list):
        return list(content["cells"])
    sheets = content.get("worksheets")
    if not isinstance(sheets, list):
        return None
    lists = [sheet["cells"] for sheet in sheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)]
    return [cell for cells_ in lists for cell in cells_]


def _names(cell: Mapping[str, Any]) -> tuple[str, ...]:
    metadata = cell.get("metadata")
    graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = graded.get("grade_id") if isinstance(graded, dict) else None
    return tuple(name for name in (cell.get("id"), grade_id) if isinstance(name, str) and len(name) <= MAX_NAME)


def joined(source: Any) -> str:
    """Text as notebooks store it: a string, or a list of lines that keep their ends. Lone surrogates go."""
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    text = source if isinstance(source, str) else ""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")

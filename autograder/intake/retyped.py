"""Cells whose type was changed by a slip of a key: code that became text, an answer that became code."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from autograder.intake import syntax
from autograder.intake.answers import has_mark
from autograder.intake.magics import is_python
from autograder.intake.names import listed
from autograder.intake.notebook import Cell


def retyped(name: str, cells: Sequence[Cell], wanted: Collection[str]) -> tuple[list[Cell], list[str]]:
    """The cells as they were meant, and a note for each that was taken for another kind.

    A text cell that is Python as a whole and defines a name that is graded, and that no code cell defines, is
    code. A code cell or a raw cell with the mark of a written answer is text.
    """
    lost = set(wanted) - {n for cell in cells if cell.kind == "code" for n in syntax.lost_names(cell.text)}
    result, notes = [], []
    for cell in cells:
        names = [n for n in _defines(cell) if n in lost] if cell.kind in ("markdown", "raw") else []
        if names:
            what = "Markdown" if cell.kind == "markdown" else "raw text"
            notes.append(
                f"{name}, cell {cell.number} is {what} and was read as code, because it defines {listed(names)}."
            )
            result.append(dataclasses.replace(cell, kind="code"))
        elif cell.kind != "markdown" and has_mark(cell.text) and not is_python(cell.text):
            notes.append(f"{name}, cell {cell.number} holds a written answer and was read as text.")
            result.append(dataclasses.replace(cell, kind="markdown"))
        else:
            result.append(cell)
    return result, notes


def _defines(cell: Cell) -> Sequence[str]:
    found = syntax.lost_names(cell.text)  # a pattern, so that prose is not parsed
    return found if found and is_python(cell.text) else ()

"""Where on the page of a student's notebooks each cell is, for links to it."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.shown import ShownNotebook


def notebook_places(notebooks: Sequence[ShownNotebook]) -> dict[str, str]:
    """Exercise id -> the fragment of its last cell on the page."""
    found: dict[str, str] = {}
    for number, book in enumerate(notebooks, 1):
        for exercise, numbers in book.places.items():
            if numbers:
                found[exercise] = cell_anchor(number, numbers[-1])
    return found


def cell_anchor(book: int, cell: int) -> str:
    """The fragment of a cell's address; notebooks and their cells are counted from 1."""
    return f"n{book}-{cell}"

"""A notebook's cells with the metadata that other graders write into them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import IntakeError
from autograder.intake.limits import MAX_NOTEBOOK, megabytes
from autograder.intake.magics import to_python
from autograder.intake.notebook import NotANotebook, joined, too_many_values
from autograder.intake.syntax import lost_names

MOST_POINTS = 1e9  # beyond it, and not a number, it is no number of points


@dataclass(frozen=True)
class RawCell:
    """One cell. ``number`` counts from 1."""

    number: int
    kind: str
    text: str
    metadata: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """Functions and classes that a code cell defines at its top level."""
        return lost_names(to_python(self.text)) if self.kind == "code" else ()


@dataclass(frozen=True)
class RawNotebook:
    """A notebook of format 4, or one that is read as such."""

    name: str
    cells: tuple[RawCell, ...]
    metadata: Mapping[str, Any]


def load(path: Path) -> RawNotebook:
    """The notebook at ``path``. Raises IntakeError where there is none."""
    try:
        if path.stat().st_size > MAX_NOTEBOOK:
            raise IntakeError(f"{path} is too large", mend=f"at most {megabytes(MAX_NOTEBOOK)} are read")
        data = path.read_bytes()
        if too_many_values(data):
            raise NotANotebook("holds millions of values, so it is not read", "Clear its outputs.")
        content = json.loads(data.decode("utf-8-sig"))
        found = content["cells"] if isinstance(content, dict) else None
        if not isinstance(found, list):
            raise NotANotebook(
                "has no list of cells", "Open it in Jupyter once and save it: that brings it to format 4."
            )
    except OSError as error:
        raise IntakeError(f"{path} cannot be read: {error.strerror}", mend="Name a notebook (.ipynb).") from None
    except NotANotebook as error:
        raise IntakeError(f"{path} {error.message}", mend=error.hint) from None
    except (ValueError, KeyError, RecursionError):
        raise IntakeError(f"{path} is no notebook of format 4", mend="Open it in Jupyter once and save it.") from None
    cells = tuple(
        RawCell(number, str(cell.get("cell_type", "")), joined(cell.get("source", "")), _mapping(cell.get("metadata")))
        for number, cell in enumerate(found, 1)
        if isinstance(cell, dict)
    )
    return RawNotebook(path.name, cells, _mapping(content.get("metadata")))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def number_of(value: Any) -> float | None:
    """A number of points, or None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MOST_POINTS else None

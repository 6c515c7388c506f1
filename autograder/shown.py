"""A received notebook as it can be shown: plain, bounded, and with the cells that belong to each exercise."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ShownOutput:
    """One stored output. Nothing in it is trusted.

    ========== =======================================================
    kind       data
    ========== =======================================================
    text       what was printed, or a result's plain form
    error      a traceback, perhaps with terminal colours
    html       HTML as it was stored
    markdown   Markdown as it was stored
    png, jpeg, gif   the picture in base64
    svg        the picture's XML
    left_out   a sentence that says what is not shown, and why
    ========== =======================================================
    """

    kind: str
    data: str


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell. ``number`` counts all cells from 1, as editors show it; ``execution`` is what stood in ``In [ ]``."""

    number: int
    kind: str  # code, markdown, raw
    source: str
    outputs: tuple[ShownOutput, ...] = ()
    execution: str = ""
    attached: Mapping[str, ShownOutput] = field(default_factory=dict)  # pictures in a Markdown cell, by name


@dataclass(frozen=True, slots=True)
class ShownNotebook:
    """One notebook. ``places``: exercise id -> numbers of the cells that it is judged by, in order."""

    name: str
    cells: tuple[ShownCell, ...]
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data, for a store."""
        plain = dataclasses.asdict(self)
        return plain | {"places": {exercise: list(numbers) for exercise, numbers in self.places.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ShownNotebook:
        """Read back what ``to_json`` gave."""
        cells = tuple(
            ShownCell(
                **cell
                | {
                    "outputs": tuple(ShownOutput(**output) for output in cell["outputs"]),
                    "attached": {name: ShownOutput(**one) for name, one in cell.get("attached", {}).items()},
                }
            )
            for cell in data["cells"]
        )
        return cls(data["name"], cells, {exercise: tuple(numbers) for exercise, numbers in data["places"].items()})

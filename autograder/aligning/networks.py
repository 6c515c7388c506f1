"""Cells inside a network: torch's own layers by their documented layout, the student's by their alignment.

In a network every weight can hide behind zeros, so single interventions from zero see nothing. What is
known of its parts is used instead: then only the remaining weights need an experiment.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.aligning.torchcells import TORCH_CELLS

if TYPE_CHECKING:
    from autograder.aligning.roles import Alignment, Layout

MOST_WAYS = 24
MOST_PARTS = 500
Known = tuple[np.ndarray, np.ndarray]  # of one parameter: flat indices of its roles, signs


@dataclass(frozen=True)
class FoundCell:
    """A cell inside a network: parameter -> roles within the cell ("forget.x[7]") and signs."""

    input_size: int
    hidden_size: int
    roles: Mapping[str, tuple[list[str], np.ndarray]]


def known_roles(
    layout: Layout, parameters: Sequence[Mapping[str, Any]], modules: Any, own: Callable[[], Sequence[Alignment]]
) -> Iterator[dict[str, Known]]:
    """Every way to give the cells found in a network the family's slots, the natural order first, at least one.

    One empty way when the family is a single cell, or nothing in the network is recognised.
    """
    if layout.family.slots is None:
        yield {}
        return
    shapes = {str(p["name"]): tuple(p["shape"]) for p in parameters}
    try:
        parts = [(str(m["name"]), str(m["torch"])) for m in (modules or [])[:MOST_PARTS]]
    except (TypeError, KeyError):
        parts = []
    table = _embedding(layout, shapes, parts)
    cells = _cells(shapes, parts, own)
    slots = layout.family.slots(layout.sizes)
    orders = itertools.islice(itertools.permutations(cells), 5000) if len(cells) == len(slots) else ()
    fitting = (
        order
        for order in orders
        if [cell.input_size for cell in order] == list(slots.values())
        and all(cell.hidden_size == _hidden(layout) for cell in order)
    )
    some = False
    for order in itertools.islice(fitting, MOST_WAYS):
        some = True
        yield table | _placed(layout, dict(zip(slots, order, strict=True)))
    if not some:
        yield table


def hides(layout: Layout, known: Mapping[str, Known]) -> bool:
    """Whether a network's weights hide behind zeros, because none of its cells is known."""
    if layout.family.slots is None:
        return False
    firsts = [int(indices[0]) for indices, _ in known.values() if len(indices)]
    return not any(span.start <= first < span.stop for first in firsts for _, span in _of_cells(layout))


def biases(layout: Layout) -> np.ndarray:
    """The indices of the biases of all cells."""
    return np.concatenate([np.arange(s.start, s.stop) for role, s in _of_cells(layout) if role.endswith(".b")])


def candidates(layout: Layout) -> list[slice]:
    """Where the candidates' biases lie, cell by cell."""
    return [span for role, span in _of_cells(layout) if role.endswith(".candidate.b")]


def _of_cells(layout: Layout) -> list[tuple[str, slice]]:
    """Each role of each cell of a network, cell by cell, and where its weights lie."""
    slots = layout.family.slots(layout.sizes)
    return [(role, span) for slot in slots for role, span in layout.spans().items() if role.startswith(f"{slot}.")]


def _hidden(layout: Layout) -> int:
    return int(layout.sizes.get("hidden_size", layout.sizes.get("hidden_dim", 0)))


def _embedding(
    layout: Layout, shapes: Mapping[str, tuple[int, ...]], parts: Sequence[tuple[str, str]]
) -> dict[str, Known]:
    wanted = layout.shapes.get("embedding.weight")
    for name, kind in parts:
        key = f"{name}.weight"
        if kind == "Embedding" and shapes.get(key) == wanted and wanted is not None:
            span = layout.spans()["embedding.weight"]
            indices = np.arange(span.start, span.stop)
            return {key: (indices, np.ones(len(indices)))}
    return {}


def _cells(
    shapes: Mapping[str, tuple[int, ...]],
    parts: Sequence[tuple[str, str]],
    own: Callable[[], Sequence[Alignment]],
) -> list[FoundCell]:
    found: list[FoundCell] = []
    for name, kind in parts:
        start = f"{name}." if name else ""  # the network itself may be a layer of torch's
        inside = {key.removeprefix(start): shape for key, shape in shapes.items() if key.startswith(start)}
        if kind in TORCH_CELLS:
            for cell in TORCH_CELLS[kind](inside):
                plus = {start + key: (list(names), np.ones(len(names))) for key, names in cell.roles.items()}
                found.append(FoundCell(cell.input_size, cell.hidden_size, plus))
        elif inside and name and not kind:
            for alignment in own():
                if {str(p["name"]): tuple(p["shape"]) for p in alignment.parameters} == inside and alignment.complete:
                    sizes = alignment.layout.sizes
                    roles = {start + key: pair for key, pair in _own_roles(alignment).items()}
                    found.append(FoundCell(sizes["input_size"], sizes["hidden_size"], roles))
                    break
    return found


def _own_roles(own: Alignment) -> dict[str, tuple[list[str], np.ndarray]]:
    names = [f"{role}[{i}]" for role, span in own.layout.spans().items() for i in range(span.stop - span.start)]
    roles: dict[str, tuple[list[str], np.ndarray]] = {}
    start = 0
    for parameter in own.parameters:
        stop = start + parameter["count"]
        inside = [names[i] if i >= 0 else "" for i in own.role[start:stop].tolist()]
        roles[str(parameter["name"])] = (inside, own.sign[start:stop])
        start = stop
    return roles


@lru_cache(maxsize=100_000)
def _numbered(role: str) -> tuple[str, int]:
    """``forget.x[7]`` -> ``("forget.x", 7)``."""
    name, _, number = role.rstrip("]").partition("[")
    return name, int(number) if role else 0


def _placed(layout: Layout, order: Mapping[str, FoundCell]) -> dict[str, Known]:
    spans = layout.spans()

    def index(slot: str, role: str) -> int:
        name, number = _numbered(role)
        span = spans.get(f"{slot}.{name}")
        return span.start + number if role and span is not None else -1

    return {
        parameter: (np.array([index(slot, role) for role in roles]), signs)
        for slot, cell in order.items()
        for parameter, (roles, signs) in cell.roles.items()
    }

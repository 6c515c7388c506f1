"""Binding: what a module declared to a check of its parameters, against what it is seen to be made of.

A list of parameters is the submission's own word. The experiment that matches weights with roles asks for
it too, and writes values into what it was told; parity then judges what follows. So both lists must be one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.aligning.alignment import read_parameters
from autograder.aligning.roles import Alignment
from autograder.case import Case
from autograder.model import Observation, Reply

_NOTHING = 1e-12
_NO_WEIGHTS = ("batch", "time")  # sizes that no parameter depends on


def doubt(declared: Observation, case: Case, found: Alignment, ask: Callable[[Case], Reply]) -> str:
    """Why the parameters that a probe listed on ``case`` are not those of the module; empty where they are.

    ask: has the experiment made on a case; asked only where the map is complete without some weight.
    """
    if told := _told_otherwise(declared.values.get("parameters"), case.sizes, found):
        return told
    idle = np.flatnonzero((found.role < 0) & found.dead) if found.complete else np.zeros(0, dtype=np.int64)
    dead = _dead(ask, case, idle, len(found.role)) if len(idle) else idle
    if len(dead):
        (name, *_) = found.holding(np.isin(np.arange(len(found.role)), dead))
        return f"weights in `{name[:60]}` change nothing: they are declared, but not used"
    return ""


def _told_otherwise(listing: Any, sizes: Mapping[str, int], found: Alignment) -> str:
    told = read_parameters(listing)
    if told is None:
        return "the list of parameters cannot be read"
    same_sizes = _of_weights(sizes) == _of_weights(found.layout.sizes)  # else shapes may differ, and names may not
    mine, theirs = (
        {str(p["name"]): tuple(p["shape"]) if same_sizes else () for p in one} for one in (told, found.parameters)
    )
    others = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
    if not others:
        return ""
    shown = ", ".join(f"`{name[:60]}`" for name in others[:3]) + (", …" if len(others) > 3 else "")
    return f"asked twice for its parameters, the module names different ones: {shown}"


def _dead(ask: Callable[[Case], Reply], case: Case, elements: np.ndarray, count: int) -> np.ndarray:
    """Those of the weights that change no output at random values of all, tried at two draws.

    A reply that cannot be read proves nothing.
    """
    quiet = np.ones(len(elements), dtype=bool)
    for draw in range(2):
        base = case.generator(f"bound {draw}").standard_normal(count) * 0.5
        reply = ask(case.replace(arrays={"base": base, "elements": elements}))
        changed = reply.values.get("changed") if isinstance(reply, Observation) else None
        if not isinstance(changed, np.ndarray) or changed.ndim != 2 or len(changed) != len(elements):
            return elements[:0]
        quiet &= np.abs(changed).max(axis=1, initial=0.0) <= _NOTHING
    return elements[quiet]


def _of_weights(sizes: Mapping[str, int]) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if name not in _NO_WEIGHTS}

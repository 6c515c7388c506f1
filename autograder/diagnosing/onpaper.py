"""The smallest case that shows a wrong module wrong, with numbers that can be redone on paper.

Sizes of one, weights of zero or of one decimal, inputs 1, 0.6 and 2: what the public equations give and
what the student's module gives, side by side. No hidden case is involved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from autograder.aligning.roles import Alignment, Layout
from autograder.case import Case
from autograder.model import Crash, Evidence, Observation, Reply

ROUND_INPUTS = {"x": 1.0, "h": 0.6, "h_prev": 0.6, "c": 2.0}
ROUND_WEIGHTS = (0.5, -1.0, 0.2, 1.5, -0.5, 1.0, 0.3, -0.2, 0.8, 0.4, -0.7, 0.1)
ONES = {"batch": 1, "time": 1, "input_size": 1, "hidden_size": 1, "output_size": 1, "num_layers": 1}
FAR = 1e-6
MOST_WEIGHTS = 16

Ask = Callable[[str, Case], Reply]


def smallest(
    ask: Ask,
    aligned: Callable[[Case], Alignment | Crash],
    subject: Any,
    name: str,
    family: Any,
    sizes: Mapping[str, int],
) -> Evidence | None:
    """The first of a few tiny cases in which the module differs from the family's equations, as a table."""
    small = {key: ONES[key] for key in sizes if key in ONES}
    if len(small) != len(sizes) or sum(np.prod(shape) for shape in family.roles(small).values()) > MOST_WEIGHTS:
        return None  # a network: too large for paper
    at_zero = _compare(ask, None, subject, name, family, Case(id="paper", sizes=small), zero=True)
    if at_zero is not None:
        return at_zero
    for steps in (1, 2):
        if steps == 2 and "time" not in small:
            break
        case = Case(id="paper", sizes={**small, "time": steps} if "time" in small else small)
        found = aligned(case)
        if isinstance(found, Alignment):
            seen = _compare(ask, found, subject, name, family, case, zero=False)
            if seen is not None:
                return seen
    return None


def _compare(
    ask: Ask, found: Alignment | None, subject: Any, name: str, family: Any, case: Case, *, zero: bool
) -> Evidence | None:
    inputs = {key: torch.full_like(value, ROUND_INPUTS.get(key, 1.0)) for key, value in subject.inputs(case).items()}
    if "x" in inputs and inputs["x"].dim() == 3 and inputs["x"].shape[1] > 1:
        inputs["x"][:, 1] = -1.0  # two steps that differ, so that their order shows
    arrays = {f"input:{key}": value.numpy() for key, value in inputs.items()}
    layout = Layout(family, dict(case.sizes), family.roles(case.sizes))
    canonical = np.zeros(layout.total)
    if found is not None:
        driven = np.unique(found.role[found.role >= 0])
        canonical[driven] = np.resize(ROUND_WEIGHTS, layout.total)[driven]
        arrays |= _written(found, canonical)
    given = case.replace(arrays=arrays, values={"all_weights": 0.0} if zero else {})
    reply = ask(f"{name}.parity", given)
    if not isinstance(reply, Observation):
        return None
    wanted = family.outputs(layout.split(torch.from_numpy(canonical)), inputs, case.sizes)
    rows, off = [], False
    for key, value in wanted.items():
        mine = reply.values.get(f"out:{key}")
        if not isinstance(mine, np.ndarray) or mine.shape != tuple(value.shape):
            return None
        off |= not bool(np.allclose(mine, value.numpy(), rtol=0, atol=FAR))
        rows.append([key, _numbers(value.numpy()), _numbers(mine)])
    if not off:
        return None
    return Evidence("table", {"columns": ["value", "the equations", "your code"], "rows": rows, "title": _title(
        inputs, layout, canonical, found, family if zero else None
    )})  # fmt: skip


def _written(found: Alignment, canonical: np.ndarray) -> dict[str, np.ndarray]:
    """Canonical weights carried over; weights that play no role are zero, as the page says of them."""
    arrays, start = found.write(canonical), 0
    for parameter in found.parameters:
        inside = found.role[start : start + parameter["count"]].reshape(parameter["shape"])
        key = f"weight:{parameter['name']}"
        arrays[key] = np.where(inside < 0, 0.0, arrays[key])
        start += parameter["count"]
    return arrays


def _title(
    inputs: Mapping[str, torch.Tensor], layout: Layout, canonical: np.ndarray, found: Alignment | None, by_hand: Any
) -> str:
    given = ", ".join(f"{key} = {_numbers(value.numpy())}" for key, value in inputs.items())
    if found is None:
        hand = getattr(by_hand, "by_hand", "")
        return f"On paper: all sizes 1, every weight and bias 0, {given}" + (f". {hand}" if hand else "")
    weights = ", ".join(f"{role} {_numbers(canonical[span])}" for role, span in layout.spans().items())
    return f"On paper: all sizes 1, {given}; weights {weights}"


def _numbers(values: np.ndarray) -> str:
    return ", ".join(f"{value:.4g}" for value in np.asarray(values).reshape(-1))

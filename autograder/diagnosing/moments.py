"""The first wrong moment of a sequence: up to which length a module follows the equations.

For networks that return nothing of what happens on the way. The public equations say what is right, so
no reference is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.aligning.roles import Alignment
from autograder.case import Case
from autograder.model import Observation, Reply

Ask = Callable[[str, Case], Reply]
MOST_STEPS = 12
FAR = 1e-7


def first_wrong(ask: Ask, found: Alignment, subject: Any, name: str, case: Case) -> str:
    """A sentence for the report, or "" where nothing can be said.

    found: a complete map; case: of the failed parity check, with a size ``time``.
    """
    longest = min(int(case.sizes.get("time", 0)), MOST_STEPS)
    for steps in range(1, longest + 1):
        same = _follows(ask, found, subject, name, case.replace(sizes={**case.sizes, "time": steps}))
        if same is None:
            return ""
        if not same:
            if steps == 1:
                return "A sequence of a single step already comes out wrong."
            right = "of 1 step" if steps == 2 else f"of 1 to {steps - 1} steps"
            where = f"look at what happens at step {steps - 1}, counted from 0"
            return f"Sequences {right} come out right, those of {steps} do not: {where}."
    return ""


def _follows(ask: Ask, found: Alignment, subject: Any, name: str, case: Case) -> bool | None:
    canonical = found.canonical(case)
    reply = ask(f"{name}.parity", case.replace(arrays={**case.arrays, **found.write(canonical)}))
    if not isinstance(reply, Observation):
        return None
    with torch.no_grad():
        outputs = found.layout.family.outputs(
            found.layout.split(torch.from_numpy(canonical)), subject.inputs(case), case.sizes
        )
    for key, wanted in outputs.items():
        got = reply.values.get(f"out:{key}")
        if not isinstance(got, np.ndarray) or got.shape != tuple(wanted.shape):
            return None
        if not np.allclose(got, wanted.numpy(), rtol=FAR, atol=FAR):
            return False
    return True

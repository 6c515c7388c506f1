"""Perform: one request against a loaded submission, answered as plain data.

The same code answers in the child and, for the reference, in the grader.
"""

from __future__ import annotations

import random
from collections.abc import Container, Mapping
from typing import Any

import numpy as np
import torch

from autograder.case import Case, seed_torch
from autograder.sandbox import blame, wire

VALUE = ":"  # before the names of a probe's values, so that they meet no name of ours


def fresh_state(seed: int) -> None:
    """Torch's and everybody's global state as in a new process, random numbers from ``seed``.

    So the same request is answered alike whatever ran before it.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)
    seed_torch(seed % 2**63)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


def case_values(probe: str, case: Case) -> dict[str, Any]:
    """A request as a flat dict for the wire; whether the case is public does not cross."""
    head = {"probe": probe, "seed": case.seed, "sizes": dict(case.sizes), "dtype": case.dtype}
    arrays = {f"{VALUE}{name}": np.asarray(array) for name, array in case.arrays.items()}
    return head | {"values": dict(case.values)} | arrays


def perform(probes: Mapping[str, Any], code: Any, asked: Mapping[str, Any], files: Container[str]) -> bytes:
    """Run the probe that ``asked`` (from ``case_values``) names: a frame with ``kind`` and what it gave.

    ``kind`` is "observation", with the probe's values each under a name that starts with VALUE, or one
    of the kinds of ``model.Crash`` with ``message``, ``exception`` and ``frames``.
    """
    number = asked.get("id", 0)
    try:
        probe = probes[asked["probe"]]
    except KeyError:
        known = ", ".join(sorted(probes))
        return wire.encode(
            {"id": number, "kind": "engine", "message": f"no probe {asked['probe']!r}; there are {known}"}
        )
    arrays = {name.removeprefix(VALUE): value for name, value in asked.items() if name.startswith(VALUE)}
    case = Case(seed=asked["seed"], sizes=asked["sizes"], values=asked["values"], arrays=arrays, dtype=asked["dtype"])
    try:
        fresh_state(case.seed)
        values = probe(code, case)
        return wire.encode({"id": number, "kind": "observation"} | {f"{VALUE}{k}": v for k, v in values.items()})
    except BaseException as error:  # whatever student code raises, SystemExit and KeyboardInterrupt too
        crash = blame.crash(error, files)
    if crash["exception"] == "WireError":
        crash["message"] = crash["message"].removeprefix(VALUE)
    return wire.encode({"id": number} | crash)

"""A tiny assignment's probes, for tests of the sandbox."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from autograder import subject
from autograder.case import Case
from autograder.subject import ContractError, Subject, as_tensor

from .stand_ins import Doubler


class Scale(Subject):
    """A module ``Scaler(size)`` with ``forward(x[B, size])``."""

    def build(self, code: Any, case: Case) -> nn.Module:
        return code.Scaler(case.size)

    def inputs(self, case: Case) -> dict[str, torch.Tensor]:
        return {"x": case.normal("x", 3, case.size)}

    def call(self, module: nn.Module, **inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"y": as_tensor(module(inputs["x"]), "what Scaler.forward returns")}


def double(code: Any, case: Case) -> dict[str, Any]:
    return {"result": code.double(case.normal("x", 4)), "seed": case.seed}


def call(code: Any, case: Case) -> dict[str, Any]:
    """Call the function that the case names; the result as it is."""
    return {"result": getattr(code, case.values["name"])(*case.values.get("arguments", ()))}


def optional(code: Any, case: Case) -> dict[str, Any]:
    return {"there": case.values["name"] in code, "default": getattr(code, case.values["name"], "absent")}


def echo(code: Any, case: Case) -> dict[str, Any]:
    return {"array": case.arrays["array"], "sizes": dict(case.sizes), "values": dict(case.values)}


def contract(code: Any, case: Case) -> dict[str, Any]:
    raise ContractError("double must return a tensor; it returned None. End with `return 2 * x`.")


PROBES = {
    "double": double,
    "call": call,
    "optional": optional,
    "echo": echo,
    "contract": contract,
    "shapes": lambda code, case: subject.shapes(Scale(), code, case),
    "parity": lambda code, case: subject.parity(Scale(), code, case),
}
STAND_INS = {"double": Doubler(), "Helper": dict}

"""Subject: how a module under test is built, fed and called; and the probes that every subject has.

Runs beside student code (and, for the reference, in the grader): imports ``case`` and nothing else of
ours, and holds no answers. A subject belongs to an assignment's ``probes.py``::

    class Cell(Subject):
        def build(self, code, case): return code.LSTMCell(case.input_size, case.hidden_size)
        def inputs(self, case): return {"x": case.normal("x", case.batch, case.input_size), ...}
        def call(self, module, x, h, c): h, c = module(x, (h, c)); return {"h": h, "c": c}
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.case import Case, seed_torch


class ContractError(Exception):
    """The call worked, but what came back is not what the handout asks for. The message says the mend."""


class MissingName(Exception):  # noqa: N818  # a fact about the submission
    """A name that the handout asks for is not defined anywhere in the submission."""


class Subject:
    """A module under test. Subclasses say how to build, feed and call it."""

    def build(self, code: Any, case: Case) -> nn.Module:
        """The implementation's module for the case's sizes. ``code`` has the submission's names."""
        raise NotImplementedError

    def inputs(self, case: Case) -> dict[str, torch.Tensor]:
        """Named inputs, drawn from the case. Floating ones get gradients in ``parity``."""
        raise NotImplementedError

    def call(self, module: nn.Module, **inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        """Run the module: named tensors. Raises ContractError when what came back has another form."""
        raise NotImplementedError


def as_tensor(value: Any, what: str, shape: tuple[int, ...] | None = None) -> torch.Tensor:
    """``value`` if it is a tensor (of ``shape``), else a ContractError in the student's words."""
    if not isinstance(value, torch.Tensor):
        raise ContractError(f"{what} must be a tensor; got {describe(value)}")
    if shape is not None and tuple(value.shape) != shape:
        raise ContractError(f"{what} must have shape {shape}; got {tuple(value.shape)}")
    return value


def describe(value: Any) -> str:
    """A short, safe description of any value: type, and shape or length where it has one."""
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, list | tuple):
        inside = ", ".join(describe(item) for item in value[:3]) + (", …" if len(value) > 3 else "")
        return (
            f"a {type(value).__name__} of {len(value)} ({inside})" if len(value) else f"an empty {type(value).__name__}"
        )
    if value is None:
        return "None"
    if isinstance(value, bool | int | float):
        return f"the {type(value).__name__} {value!r}"
    return f"a {type(value).__name__}"


def new_module(subject: Subject, code: Any, case: Case) -> nn.Module:
    """Build under a fixed seed and the case's default dtype, so zeros made inside have it too."""
    seed_torch(int(case.values.get("build_seed", case.seed)) % (2**31))
    torch.set_default_dtype(case.torch_dtype)
    module = subject.build(code, case)
    if not isinstance(module, nn.Module):
        raise ContractError(f"the class must be an nn.Module; it is {describe(module)}")
    module = module.to(case.torch_dtype)
    if any(isinstance(parameter, nn.parameter.UninitializedParameter) for parameter in module.parameters()):
        with torch.no_grad():  # lazy layers get their sizes from a first call
            subject.call(module, **subject.inputs(case))
    return module


def listing(module: nn.Module) -> list[dict[str, Any]]:
    """Name, shape and count of every parameter, each once."""
    return [
        {"name": name, "shape": list(parameter.shape), "count": parameter.numel(), "trains": parameter.requires_grad}
        for name, parameter in module.named_parameters()
    ]


def structure(module: nn.Module) -> list[dict[str, Any]]:
    """The module (named "") and every part of it: its name, the names of its own classes, and the nearest of torch's.

    ``kinds``: of the part's class and those that it is made from, ``torch``: "" where torch has none.
    """
    rows = []
    for name, part in module.named_modules():
        kinds = [kind for kind in type(part).__mro__ if kind not in (nn.Module, object)]
        known = [kind.__name__ for kind in kinds if kind.__module__.startswith("torch.nn")]
        own = [kind.__name__ for kind in kinds if not kind.__module__.startswith("torch.")]
        rows.append({"name": name, "kinds": own, "torch": known[0] if known else ""})
    return rows


# --- probes that every subject has ---------------------------------------------------------------


def shapes(subject: Subject, code: Any, case: Case) -> dict[str, Any]:
    """Build it for the case's sizes, call it once in evaluation mode, look at sizes only."""
    module = new_module(subject, code, case).eval()
    with torch.no_grad():
        outputs = subject.call(module, **subject.inputs(case))
    return {
        "shapes": {name: list(value.shape) for name, value in outputs.items()},
        "dtypes": {name: str(value.dtype) for name, value in outputs.items()},
        "parameters": listing(module),
        "modules": structure(module),
    }


def given_inputs(subject: Subject, case: Case) -> dict[str, torch.Tensor]:
    """The subject's inputs; ``input:NAME`` arrays of the case take the place of drawn ones."""
    inputs = subject.inputs(case)
    return {
        name: case.tensor(f"input:{name}") if f"input:{name}" in case.arrays else value
        for name, value in inputs.items()
    }


def fill(module: nn.Module, case: Case) -> None:
    """Write the case's ``weight:NAME`` arrays into the parameters of the same names.

    ``all_weights`` among its values is written into every parameter first.
    """
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "all_weights" in case.values:
                parameter.fill_(float(case.values["all_weights"]))
            key = f"weight:{name}"
            if key in case.arrays:
                parameter.copy_(case.tensor(key).reshape(parameter.shape))


def parity(subject: Subject, code: Any, case: Case) -> dict[str, Any]:
    """Outputs, and gradients for random cotangents, at given weights.

    Values: ``out:NAME``, ``in_grad:NAME`` for each floating input, ``grad:NAME`` for each parameter, and
    ``after:NAME``, each input as the call left it: whether it was changed is decided outside.
    A gradient that does not exist counts as zeros. ``grad_error`` is set where backward itself failed.
    """
    module = new_module(subject, code, case).eval()
    fill(module, case)
    inputs = {
        name: value.clone().requires_grad_() if value.is_floating_point() else value.clone()
        for name, value in given_inputs(subject, case).items()
    }
    outputs = subject.call(module, **inputs)
    values: dict[str, Any] = {f"out:{name}": value.detach().clone() for name, value in outputs.items()}
    values |= {f"after:{name}": value.detach().clone() for name, value in inputs.items()}
    wanted = {f"in_grad:{name}": value for name, value in inputs.items() if value.requires_grad}
    wanted |= {f"grad:{name}": value for name, value in module.named_parameters() if value.requires_grad}
    loss = torch.zeros((), dtype=case.torch_dtype)
    for name, value in outputs.items():
        if value.requires_grad:
            loss = loss + (value * case.normal(f"cotangent:{name}", *value.shape)).sum()
    gradients: tuple[torch.Tensor | None, ...] = (None,) * len(wanted)
    if loss.requires_grad:
        try:
            gradients = torch.autograd.grad(loss, list(wanted.values()), allow_unused=True)
        except RuntimeError as error:  # the outputs are right or wrong all the same: only the gradients are lost
            values["grad_error"] = str(error).splitlines()[0][:300]
    for (name, tensor), gradient in zip(wanted.items(), gradients, strict=True):
        values[name] = torch.zeros_like(tensor) if gradient is None else gradient.detach()
    values["parameters"] = listing(module)
    return values


def interventions(subject: Subject, code: Any, case: Case) -> dict[str, Any]:
    """Change one weight at a time and write down what the outputs do.

    Given: ``base`` (all weights in order of ``named_parameters``, or absent: zeros), ``elements``
    (which to change, or absent: all), ``step``. Returned: ``parameters``, ``base`` (the outputs, flat,
    at the base weights) and ``changed`` [elements, outputs] (the outputs less those at the base).
    Weights named in ``weight:NAME`` arrays are set once and left out of the numbering.
    """
    module = new_module(subject, code, case).eval()
    fixed = {key.removeprefix("weight:") for key in case.arrays if key.startswith("weight:")}
    free = [(name, parameter) for name, parameter in module.named_parameters() if name not in fixed]
    count = sum(parameter.numel() for _, parameter in free)
    if count > case.values.get("most", 4096):
        raise ContractError(f"the module has {count:,} weights for {case.describe()}: far more than the task needs")
    step = float(case.values.get("step", 0.7))
    base = case.arrays.get("base", np.zeros(count))
    elements = case.arrays.get("elements", np.arange(count))
    inputs = subject.inputs(case)

    def run() -> torch.Tensor:
        outputs = subject.call(module, **{name: value.clone() for name, value in inputs.items()})
        return torch.cat([value.detach().reshape(-1).to(torch.float64) for value in outputs.values()])

    with torch.no_grad():
        fill(module, case)
        flat: list[tuple[torch.Tensor, int]] = []
        start = 0
        for _, parameter in free:
            values = torch.as_tensor(base[start : start + parameter.numel()]).reshape(parameter.shape)
            parameter.copy_(values)
            view = parameter.data.view(-1) if parameter.is_contiguous() else parameter.data.reshape(-1)
            flat += [(view, i) for i in range(parameter.numel())]
            start += parameter.numel()
        at_base = run()
        changed = torch.zeros(len(elements), at_base.numel(), dtype=torch.float64)
        for row, element in enumerate(elements.tolist()):
            view, index = flat[element]
            old = view[index].item()
            view[index] = old + step
            changed[row] = run() - at_base
            view[index] = old
    return {
        "parameters": [entry for entry in listing(module) if entry["name"] not in fixed],
        "modules": structure(module),
        "base": at_base,
        "changed": changed,
    }


def probes(subjects: Mapping[str, Subject], **more: Any) -> dict[str, Any]:
    """Every subject with every probe: ``"lstm_cell.parity"`` is a function of ``(code, case)``."""
    kinds = {"shapes": shapes, "parity": parity, "interventions": interventions, **more}
    return {
        f"{name}.{kind}": functools.partial(probe, subject)
        for name, subject in subjects.items()
        for kind, probe in kinds.items()
    }

"""What the grader does with the functions that look at networks: gradients over time, counts, a comparison."""

from __future__ import annotations

import itertools
import math
from typing import Any

import torch
from torch import nn

from autograder.case import Case
from autograder.subject import ContractError, describe


class GivenRNN(nn.Module):
    """A network of the grader's, called as VanillaRNN is: ``hidden_state_gradients`` is asked about this one.

    It is torch's own cell, which VanillaRNN may not be.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.cell = nn.RNNCell(input_size, hidden_size)
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, x: torch.Tensor, h_prev: torch.Tensor | None = None) -> tuple[torch.Tensor, list[torch.Tensor]]:
        start = torch.zeros_like(self.cell(x[:, 0])) if h_prev is None else h_prev
        path = list(itertools.accumulate(x.unbind(1), lambda h, x_t: self.cell(x_t, h), initial=start))
        return self.readout(path[-1]), path[1:]


def hidden_state_gradients(code: Any, case: Case) -> dict[str, Any]:
    """The norms that the function returns for a given RNN at known weights."""
    torch.set_default_dtype(case.torch_dtype)
    rnn = GivenRNN(case.input_size, case.hidden_size, case.output_size).to(case.torch_dtype)
    with torch.no_grad():
        for name, parameter in rnn.named_parameters():
            parameter.copy_(case.normal(f"weights:{name}", *parameter.shape, scale=0.4))
    x = case.normal("x", case.batch, case.time, case.input_size)
    given = code.hidden_state_gradients(rnn, x)
    if isinstance(given, torch.Tensor):
        given = given.detach().tolist()
    if not isinstance(given, list | tuple):
        raise ContractError(f"hidden_state_gradients must return a list of {case.time} floats; got {describe(given)}")
    return {"norms": torch.tensor([number(value) for value in given], dtype=torch.float64)}


class Calls:
    """Writes down the calls of a class's forward, and the gradients that come back to its outputs."""

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self.made: list[tuple[nn.Module, torch.Tensor, dict[str, torch.Tensor]]] = []
        self.arrived: dict[int, torch.Tensor] = {}

    def __enter__(self) -> Calls:
        forward = self.original = self.kind.forward

        def noted(module: nn.Module, x: Any, *args: Any, **kwargs: Any) -> Any:
            weights = {name: value.detach().clone() for name, value in module.named_parameters()}
            result = forward(module, x, *args, **kwargs)
            output = result[0] if isinstance(result, list | tuple) and result else result
            if isinstance(x, torch.Tensor) and x.dim() == 3 and isinstance(output, torch.Tensor):
                number = len(self.made)
                self.made.append((module, x.detach().clone(), weights))
                if output.requires_grad:
                    output.register_hook(lambda gradient: self.arrived.__setitem__(number, gradient.detach().clone()))
            return result

        self.kind.forward = noted
        return self

    def __exit__(self, *error: object) -> None:
        self.kind.forward = self.original

    def seen(self) -> dict[str, Any]:
        """``lengths`` of the sequences, and for the last call that backward came to, what it brought."""
        values: dict[str, Any] = {"lengths": [x.shape[1] for _, x, _ in self.made[:100]]}
        if not self.arrived:
            return values
        number = max(self.arrived)
        module, x, weights = self.made[number]
        with torch.no_grad():  # an optimiser may have made a step since
            for name, parameter in module.named_parameters():
                parameter.copy_(weights[name])
        result = module(x)
        output = result[0] if isinstance(result, list | tuple) else result
        wanted = dict(module.named_parameters())
        brought = (output * self.arrived[number]).sum()  # as grad_outputs it would bring sympy, a quarter of a second
        gradients = torch.autograd.grad(brought, list(wanted.values()), allow_unused=True)
        norms = [0.0 if gradient is None else float(gradient.norm()) for gradient in gradients]
        measured = dict(zip(wanted, norms, strict=True))
        return values | {"arrived": self.arrived[number], "measured": measured}


def demonstrate(code: Any, case: Case) -> dict[str, Any]:
    """The list of (parameter name, gradient norm) for one sequence length, beside what the networks were asked.

    What the function draws is its own affair, so its calls of VanillaRNN are written down: ``lengths`` of
    the sequences; ``arrived``, the gradient that backward brought to the last output; and ``measured``, the
    norms that follow from it for the parameters, worked out again here.
    """
    torch.manual_seed(case.seed % (2**31))
    with Calls(code.VanillaRNN) as calls:
        given = code.demonstrate_vanishing_gradient(seq_length=case.time)
    if not isinstance(given, list | tuple) or not all(isinstance(p, list | tuple) and len(p) == 2 for p in given):
        raise ContractError(
            "demonstrate_vanishing_gradient must return a list of (parameter name, gradient norm) pairs; "
            f"got {describe(given)}"
        )
    rnn = code.VanillaRNN(10, 20, 1)
    return {
        "listed": [str(name) for name, _ in given],
        "norms": [number(norm) for _, norm in given],
        "parameters": [name for name, _ in rnn.named_parameters()],
        **calls.seen(),
    }


def number(value: Any) -> float:
    """A Python float from a float or a tensor of one element."""
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        return float(value.detach())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ContractError(f"a gradient norm must be a number; got {describe(value)}")


class Oddments(nn.Module):
    """A module with everything that a count can get wrong: a shared, a frozen and a bare parameter, a buffer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Linear(width, width + 2)
        self.frozen = nn.Linear(width + 2, 3, bias=False)
        self.frozen.weight.requires_grad_(False)
        self.inner = nn.ModuleList([nn.GRUCell(3, 2), nn.LayerNorm(4)])
        self.shared = self.first
        self.bare = nn.Parameter(torch.zeros(2, 5))
        self.register_buffer("steps", torch.zeros(7))
        self.norm = nn.BatchNorm1d(6)


def count_parameters(code: Any, case: Case) -> dict[str, Any]:
    """The count for three modules of known make."""
    modules = {
        "a linear layer": nn.Linear(case.width, 3),
        "an LSTM": nn.LSTM(case.width, 4, num_layers=2, bidirectional=True),
        "a module with shared, frozen and bare parameters and a buffer": Oddments(case.width),
    }
    counts = {}
    for name, module in modules.items():
        count = code.count_parameters(module)
        if isinstance(count, torch.Tensor) and count.numel() == 1:
            count = count.item()
        if isinstance(count, bool) or not isinstance(count, int | float) or count != math.floor(count):
            raise ContractError(f"count_parameters must return a whole number; got {describe(count)}")
        counts[name] = int(count)
    return {"counts": counts}


def compare_architectures(code: Any, case: Case) -> dict[str, Any]:
    """The comparison for two pairs of sizes, as plain values."""
    given = code.compare_architectures(case.input_size, case.hidden_size)
    wanted = ("VanillaRNN", "LSTM", "GRU")
    if not isinstance(given, dict) or any(name not in given for name in wanted):
        raise ContractError(
            f"compare_architectures must return a dict with the keys {', '.join(wanted)}; got {describe(given)}"
        )
    table = {}
    for name in wanted:
        entry = given[name]
        if not isinstance(entry, dict) or any(key not in entry for key in ("parameters", "gates", "complexity")):
            raise ContractError(f"the entry of {name} must be a dict with parameters, gates and complexity")
        count, gates = entry["parameters"], entry["gates"]
        for key, value in (("parameters", count), ("gates", gates)):
            if isinstance(value, bool) or not isinstance(value, int):
                raise ContractError(f"{key} of {name} must be a whole number; got {describe(value)}")
        table[name] = {"parameters": count, "gates": gates, "complexity": str(entry["complexity"])}
    return {"table": table}


PROBES: dict[str, Any] = {
    "vanishing.hidden": hidden_state_gradients,
    "vanishing.demonstrate": demonstrate,
    "count_parameters": count_parameters,
    "compare_architectures": compare_architectures,
}

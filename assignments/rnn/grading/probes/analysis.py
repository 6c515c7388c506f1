"""What the grader does with the functions that look at networks: gradients over time, counts, a comparison."""

from __future__ import annotations

import contextlib
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
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
    """The norms that the function returns for a given RNN at known weights, twice; and x as it is afterwards."""
    torch.set_default_dtype(case.torch_dtype)
    rnn = GivenRNN(case.input_size, case.hidden_size, case.output_size).to(case.torch_dtype)
    with torch.no_grad():
        for name, parameter in rnn.named_parameters():
            parameter.copy_(case.normal(f"weights:{name}", *parameter.shape, scale=0.4))
    x = case.normal("x", case.batch, case.time, case.input_size)
    values: dict[str, Any] = {}
    for turn in ("norms", "again"):
        given = code.hidden_state_gradients(rnn, x)
        if isinstance(given, torch.Tensor):
            given = given.detach().tolist()
        if not isinstance(given, list | tuple):
            raise ContractError(
                f"hidden_state_gradients must return a list of {case.time} floats; got {describe(given)}"
            )
        values[turn] = torch.tensor([number(value) for value in given], dtype=torch.float64)
    return values | {"x": x.detach()}


class Calls:
    """Writes down the calls of a class's forward, and the gradients that come back to its outputs.

    moved: by how much the outputs are moved before they are given back, each by another amount.
    """

    def __init__(self, kind: Any, *, moved: float = 0.0) -> None:
        self.kind, self.moved = kind, moved
        self.made: list[tuple[nn.Module, torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]] = []
        self.arrived: dict[int, torch.Tensor] = {}

    def __enter__(self) -> Calls:
        forward = self.original = self.kind.forward

        def noted(module: nn.Module, x: Any, *args: Any, **kwargs: Any) -> Any:
            weights = {name: value.detach().clone() for name, value in module.named_parameters()}
            result = forward(module, x, *args, **kwargs)
            output = result[0] if isinstance(result, list | tuple) and result else result
            if isinstance(x, torch.Tensor) and x.dim() == 3 and isinstance(output, torch.Tensor):
                number = len(self.made)
                self.made.append((module, x.detach().clone(), output.detach().clone(), weights))
                if self.moved:
                    output = output + self.moves(output)
                    result = (output, *result[1:]) if isinstance(result, list | tuple) else output
                if output.requires_grad:
                    output.register_hook(lambda gradient: self.arrived.__setitem__(number, gradient.detach().clone()))
            return result

        self.kind.forward = noted
        return self

    def __exit__(self, *error: object) -> None:
        self.kind.forward = self.original

    def moves(self, output: torch.Tensor) -> torch.Tensor:
        """The amount for each number of an output."""
        return self.moved * torch.linspace(1.0, 2.0, output.numel()).reshape(output.shape)

    def seen(self) -> dict[str, Any]:
        """``shapes`` of the sequences, and what is known of the last call that backward came to.

        That is: ``x`` (its shape), ``lowest`` (of its numbers), ``output``, ``arrived`` (what backward brought to it),
        ``used`` (the sizes of the network's parameters) and ``measured`` (the norms of their gradients).
        """
        values: dict[str, Any] = {"shapes": [list(x.shape) for _, x, _, _ in self.made[:100]]}
        if not self.arrived:
            return values
        number = max(self.arrived)
        module, x, output, weights = self.made[number]
        with torch.no_grad():  # an optimiser may have made a step since
            for name, parameter in module.named_parameters():
                parameter.copy_(weights[name])
        result = module(x)
        found = result[0] if isinstance(result, list | tuple) else result
        wanted = dict(module.named_parameters())
        brought = (found * self.arrived[number]).sum()  # as grad_outputs it would bring sympy, a quarter of a second
        gradients = torch.autograd.grad(brought, list(wanted.values()), allow_unused=True)
        norms = [0.0 if gradient is None else float(gradient.norm()) for gradient in gradients]
        return values | {
            "x": list(x.shape),
            "lowest": float(x.min()),
            "output": output,
            "arrived": self.arrived[number],
            "used": sizes(module),
            "measured": dict(zip(wanted, norms, strict=True)),
        }

    def response(self, other: Calls) -> torch.Tensor | None:
        """By how much the gradient at each output changed, for each unit that ``other`` moved this output by.

        None where the other call was not of the same network with the same numbers.
        """
        if not self.arrived or self.arrived.keys() != other.arrived.keys():
            return None
        number = max(self.arrived)
        mine, theirs = self.made[number], other.made[number]
        same = torch.equal(mine[1], theirs[1]) and torch.equal(mine[2], theirs[2])
        if not same or self.arrived[number].shape != other.arrived[number].shape:
            return None
        return (other.arrived[number] - self.arrived[number]) / other.moves(theirs[2])


def sizes(module: nn.Module) -> list[list[Any]]:
    """[name, shape] of each parameter."""
    return [[name, list(parameter.shape)] for name, parameter in module.named_parameters()]


DEFAULT = 50  # steps where the stub's signature says how many


def demonstrate(code: Any, case: Case) -> dict[str, Any]:
    """The list of (parameter name, gradient norm) for one sequence length, beside what the networks were asked.

    What the function draws is its own affair, so its calls of VanillaRNN are written down (``Calls.seen``). It is
    called once more for the same draws, with the outputs moved: ``response`` says what became of the gradients that
    its loss brings to them. For sequences of DEFAULT steps it is called without an argument.
    """
    given, calls = _demonstrated(code, case)
    if not isinstance(given, list | tuple) or not all(isinstance(p, list | tuple) and len(p) == 2 for p in given):
        raise ContractError(
            "demonstrate_vanishing_gradient must return a list of (parameter name, gradient norm) pairs; "
            f"got {describe(given)}"
        )
    values = {
        "listed": [str(name) for name, _ in given],
        "norms": [number(norm) for _, norm in given],
        "parameters": sizes(code.VanillaRNN(10, 20, 1)),
        **calls.seen(),
    }
    if case.time < DEFAULT:
        with contextlib.suppress(Exception):  # that it can be called again is not asked for
            response = calls.response(_demonstrated(code, case, moved=0.5)[1])
            values |= {} if response is None else {"response": response}
    return values


def _demonstrated(code: Any, case: Case, *, moved: float = 0.0) -> tuple[Any, Calls]:
    torch.manual_seed(case.seed % (2**31))
    random.seed(case.seed)
    np.random.seed(case.seed % (2**31))
    asked = {} if case.time == DEFAULT else {"seq_length": case.time}
    with Calls(code.VanillaRNN, moved=moved) as calls:
        return code.demonstrate_vanishing_gradient(**asked), calls


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


class Tied(nn.Module):
    """An embedding and a linear layer with one and the same weight, as language models have."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(8, width)
        self.readout = nn.Linear(width, 8, bias=False)
        self.readout.weight = self.embedding.weight


class Scale(nn.Module):
    """A module whose parameter is a number without dimensions."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(1.0))


def count_parameters(code: Any, case: Case) -> dict[str, Any]:
    """The count for modules of known make, the first of them once more at the end."""
    first = nn.Linear(case.width, 3)
    modules = {
        "a linear layer": first,
        "an LSTM": nn.LSTM(case.width, 4, num_layers=2, bidirectional=True),
        "a module with shared, frozen and bare parameters and a buffer": Oddments(case.width),
        "an embedding and a linear layer that share one weight": Tied(case.width),
        "two layer norms of the same size, with the same values": nn.Sequential(nn.LayerNorm(4), nn.LayerNorm(4)),
        "a module whose one parameter is a single number": Scale(),
        "a module without parameters": nn.Tanh(),
        "the linear layer, asked again": first,
    }
    counts = {}
    for name, module in modules.items():
        count = whole(code.count_parameters(module))
        if not isinstance(count, int):
            raise ContractError(f"count_parameters must return a whole number; for {name} it returned {count}")
        counts[name] = count
    return {"counts": counts}


def whole(value: Any) -> int | str:
    """A Python int from a whole number in any form; else what the value is, in words."""
    if isinstance(value, np.generic) or (isinstance(value, torch.Tensor | np.ndarray) and math.prod(value.shape) == 1):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return describe(value)
    return int(value) if math.isfinite(value) and value == math.floor(value) else describe(value)


ROWS = {"VanillaRNN": "VanillaRNN", "LSTM": "LSTMCell", "GRU": "GRUCell"}  # key -> class


def compare_architectures(code: Any, case: Case) -> dict[str, Any]:
    """The comparison for two pairs of sizes, as plain values; and how many parameters the modules themselves have.

    ``table``: for each key the entry's ``keys``, and ``parameters`` and ``gates``, each a whole number or, where it is
    none, what it is in words. ``built``: parameters of each module as it is built; with one output for VanillaRNN.
    """
    with told_apart(getattr(code, name, None) for name in ("LSTMCell", "GRUCell")):
        given = code.compare_architectures(case.input_size, case.hidden_size)
        if not isinstance(given, dict):
            raise ContractError(
                f"compare_architectures must return a dict with the keys {', '.join(ROWS)}; got {describe(given)}"
            )
        missing = [name for name in ROWS if name not in given]
        if missing:
            raise ContractError(
                f"compare_architectures must return a dict with the keys {', '.join(ROWS)}; it has no "
                f"{', '.join(missing)}: its keys are {keys(given)}"
            )
        built = {}
        for name, kind in ROWS.items():
            with contextlib.suppress(Exception):  # there may be none yet
                arguments = (case.input_size, case.hidden_size, 1)[: 3 if name == kind else 2]
                built[name] = sum(parameter.numel() for parameter in getattr(code, kind)(*arguments).parameters())
    return {"table": {name: entry(given[name], name) for name in ROWS}, "built": built}


def entry(row: Any, name: str) -> dict[str, Any]:
    """One architecture's row as plain values."""
    if not isinstance(row, dict):
        raise ContractError(
            f"the entry of {name} must be a dict with parameters, gates and complexity; it is {describe(row)}"
        )
    values: dict[str, Any] = {key: whole(row[key]) for key in ("parameters", "gates") if key in row}
    if row.get("complexity") is not None:
        values["complexity"] = str(row["complexity"])
    return values | {"keys": keys(row)}


def keys(table: dict[Any, Any]) -> str:
    """The keys of a dict, to be read."""
    return ", ".join(repr(key)[:40] for key in list(table)[:8]) or "none"


@contextlib.contextmanager
def told_apart(kinds: Iterator[Any]) -> Iterator[None]:
    """Inside, a stand-in has a parameter more than torch's layer, from which it is made.

    So who counts torch's layers is not taken for someone who counts the modules that are there.
    """
    ours: Sequence[Any] = [kind for kind in kinds if str(getattr(kind, "__module__", "")).endswith("stand_ins")]
    before = [kind.__init__ for kind in ours]
    try:
        for kind, original in zip(ours, before, strict=True):

            def longer(module: Any, *args: Any, original: Any = original, **kwargs: Any) -> None:
                original(module, *args, **kwargs)
                module.register_parameter("one_more", nn.Parameter(torch.zeros(1)))

            kind.__init__ = longer
        yield
    finally:
        for kind, original in zip(ours, before, strict=True):
            kind.__init__ = original


PROBES: dict[str, Any] = {
    "vanishing.hidden": hidden_state_gradients,
    "vanishing.demonstrate": demonstrate,
    "count_parameters": count_parameters,
    "compare_architectures": compare_architectures,
}

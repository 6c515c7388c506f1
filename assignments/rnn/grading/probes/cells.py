"""What the grader does with your modules: how it builds, feeds and calls them. It knows no answers."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from autograder import subject
from autograder.case import Case
from autograder.subject import ContractError, Subject, as_tensor, describe


class VanillaRNN(Subject):
    """``forward(x[B,T,I], h_prev=None) -> (output[B,O], hidden_states)``."""

    def build(self, code: Any, case: Case) -> nn.Module:
        return code.VanillaRNN(case.input_size, case.hidden_size, case.output_size)

    def inputs(self, case: Case) -> dict[str, Tensor]:
        x = case.normal("x", case.batch, case.time, case.input_size)
        return {"x": x, "h_prev": case.normal("h_prev", case.batch, case.hidden_size, scale=0.5)}

    def call(self, module: nn.Module, **inputs: Tensor) -> dict[str, Tensor]:
        given = module(inputs["x"], inputs["h_prev"]) if "h_prev" in inputs else module(inputs["x"])
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise ContractError(
                f"VanillaRNN.forward must return (output, hidden_states); it returned {describe(given)}. "
                "Collect every h in a list and end with `return output, hidden_states`."
            )
        output = as_tensor(given[0], "output, the first value that VanillaRNN.forward returns,")
        return {"output": output, "hidden_states": self.stack(given[1], inputs["x"])}

    @staticmethod
    def stack(states: Any, x: Tensor) -> Tensor:
        """A list or tuple of T states [B,H], or one tensor [B,T,H], as one tensor [B,T,H]."""
        batch, time = x.shape[0], x.shape[1]
        if isinstance(states, Tensor):
            if states.dim() == 3 and states.shape[:2] == (batch, time):
                return states
            if states.dim() == 3 and states.shape[:2] == (time, batch):
                return states.transpose(0, 1)
            raise ContractError(
                f"hidden_states must hold {time} states of shape (batch, hidden_size); got {describe(states)}"
            )
        if not isinstance(states, list | tuple):
            raise ContractError(f"hidden_states must be a list with one state for each step; got {describe(states)}")
        if len(states) != time:
            raise ContractError(f"hidden_states must have one state for each of the {time} steps; got {len(states)}")
        tensors = [as_tensor(state, f"hidden_states[{t}]") for t, state in enumerate(states)]
        if len({tuple(tensor.shape) for tensor in tensors}) > 1:
            raise ContractError(f"the states in hidden_states differ in shape: {describe(states)}")
        return torch.stack(tensors, dim=1)


class LSTMCell(Subject):
    """``forward(x[B,I], states=None) -> (h[B,H], c[B,H])``."""

    def build(self, code: Any, case: Case) -> nn.Module:
        return code.LSTMCell(case.input_size, case.hidden_size)

    def inputs(self, case: Case) -> dict[str, Tensor]:
        state = (case.batch, case.hidden_size)
        return {
            "x": case.normal("x", case.batch, case.input_size),
            "h": case.normal("h", *state, scale=0.5),
            "c": case.normal("c", *state),
        }

    def call(self, module: nn.Module, **inputs: Tensor) -> dict[str, Tensor]:
        given = module(inputs["x"], (inputs["h"], inputs["c"])) if "h" in inputs else module(inputs["x"])
        if isinstance(given, tuple | list) and len(given) == 2:
            h, c = given
            if isinstance(c, tuple | list) and len(c) == 2:  # (h, (h, c)), as nn.LSTM returns it
                c = c[1]
            return {"h": as_tensor(h, "h"), "c": as_tensor(c, "c")}
        raise ContractError(
            f"LSTMCell.forward must return two tensors, (h, c); it returned {describe(given)}. "
            "End it with `return h, c`."
        )


class GRUCell(Subject):
    """``forward(x[B,I], h=None) -> h[B,H]``."""

    def build(self, code: Any, case: Case) -> nn.Module:
        return code.GRUCell(case.input_size, case.hidden_size)

    def inputs(self, case: Case) -> dict[str, Tensor]:
        x = case.normal("x", case.batch, case.input_size)
        return {"x": x, "h": case.normal("h", case.batch, case.hidden_size)}

    def call(self, module: nn.Module, **inputs: Tensor) -> dict[str, Tensor]:
        given = module(inputs["x"], inputs["h"]) if "h" in inputs else module(inputs["x"])
        if isinstance(given, tuple | list) and len(given) == 2:  # (h, h) or (out, h)
            given = given[1]
        return {"h": as_tensor(given, "what GRUCell.forward returns")}


class SimpleLSTM(Subject):
    """``forward(x[B,T,I], states=None) -> output[B,O]``."""

    def build(self, code: Any, case: Case) -> nn.Module:
        return code.SimpleLSTM(case.input_size, case.hidden_size, case.output_size)

    def inputs(self, case: Case) -> dict[str, Tensor]:
        state = (case.batch, case.hidden_size)
        return {
            "x": case.normal("x", case.batch, case.time, case.input_size),
            "h": case.normal("h", *state, scale=0.5),
            "c": case.normal("c", *state),
        }

    def call(self, module: nn.Module, **inputs: Tensor) -> dict[str, Tensor]:
        given = module(inputs["x"], (inputs["h"], inputs["c"])) if "h" in inputs else module(inputs["x"])
        return {"output": first(given, "SimpleLSTM.forward")}


class BiLSTM(Subject):
    """``forward(x[B,T,I]) -> output[B,O]``."""

    def build(self, code: Any, case: Case) -> nn.Module:
        sizes = (case.input_size, case.hidden_size, case.output_size)
        layers = case.sizes.get("num_layers", 1)
        return code.BiLSTM(*sizes) if layers == 1 else code.BiLSTM(*sizes, num_layers=layers)

    def inputs(self, case: Case) -> dict[str, Tensor]:
        return {"x": case.normal("x", case.batch, case.time, case.input_size)}

    def call(self, module: nn.Module, **inputs: Tensor) -> dict[str, Tensor]:
        return {"output": first(module(inputs["x"]), "BiLSTM.forward")}


class SentimentLSTM(Subject):
    """``forward(x[B,T] long) -> logits[B, output_dim]``. No token is padding; the last one has the largest id."""

    def build(self, code: Any, case: Case) -> nn.Module:
        return code.SentimentLSTM(case.vocab_size, case.embedding_dim, case.hidden_dim, case.output_dim)

    def inputs(self, case: Case) -> dict[str, Tensor]:
        tokens = case.integers("tokens", case.batch, case.time, low=2, high=case.vocab_size)
        tokens[-1, -1] = case.vocab_size - 1
        return {"tokens": tokens}

    def call(self, module: nn.Module, **inputs: Tensor) -> dict[str, Tensor]:
        return {"logits": first(module(inputs["tokens"]), "SentimentLSTM.forward")}


def first(given: Any, what: str) -> Tensor:
    """The output where a module returns it alone or first of several."""
    if isinstance(given, tuple | list) and given and isinstance(given[0], Tensor):
        given = given[0]
    return as_tensor(given, f"what {what} returns")


# --- probes of their own ----------------------------------------------------------------------------


def randomise(module: nn.Module, case: Case) -> nn.Module:
    """Random weights, biases too, drawn by name from the case; those that it holds are written as they are."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(case.normal(f"weights:{name}", *parameter.shape, scale=0.5))
    subject.fill(module, case)
    return module


def states(kind: Subject, code: Any, case: Case) -> dict[str, Any]:
    """The same module asked in several ways, at random weights: with no state, with zeros, twice, row by row.

    Everything is compared outside: ``none`` with ``zeros`` (no state means zeros), ``again`` with ``given``
    (nothing is kept between calls), ``alone`` with the first row of ``given`` (rows do not mix), ``train`` with
    ``given`` (training mode changes nothing), ``single`` with ``given`` and ``fresh`` with ``none`` (in float32, as
    programs run every day).
    """
    module = randomise(subject.new_module(kind, code, case), case).eval()
    inputs = kind.inputs(case)
    sequence = {"x", "tokens"}
    only_x = {name: value for name, value in inputs.items() if name in sequence}
    zeros = {name: value if name in sequence else torch.zeros_like(value) for name, value in inputs.items()}
    small = {name: value[:1].clone() for name, value in inputs.items()}
    values: dict[str, Any] = {}

    def call(way: str, given: Mapping[str, Tensor]) -> None:
        outputs = kind.call(module, **{name: value.clone() for name, value in given.items()})
        values.update({f"{way}:{name}": value.clone() for name, value in outputs.items()})

    with torch.no_grad():
        for way, given in (("given", inputs), ("none", only_x), ("zeros", zeros), ("alone", small), ("again", inputs)):
            call(way, given)
        module.train()
        call("train", inputs)
        case = case.replace(dtype="float32")
        module = randomise(subject.new_module(kind, code, case), case).eval()
        inputs = kind.inputs(case)
        call("single", inputs)
        call("fresh", {name: value for name, value in inputs.items() if name in sequence})
    return values


def split_run(code: Any, case: Case) -> dict[str, Any]:
    """VanillaRNN on the whole sequence, and on its two parts with the state carried over by hand."""
    kind = VanillaRNN()
    module = randomise(subject.new_module(kind, code, case), case).eval()
    x, h = kind.inputs(case).values()
    cut = max(1, case.time // 2)
    with torch.no_grad():
        whole = kind.call(module, x=x, h_prev=h)
        head = kind.call(module, x=x[:, :cut].clone(), h_prev=h)
        tail = kind.call(module, x=x[:, cut:].clone(), h_prev=head["hidden_states"][:, -1])
    return {"whole": whole["hidden_states"], "parts": torch.cat([head["hidden_states"], tail["hidden_states"]], 1)}


def alive(kind: Subject, code: Any, case: Case) -> dict[str, Any]:
    """Weights changed one at a time at random weights; and two modules of other seeds at the same weights.

    ``changed:NAME``: the largest change of the outputs for each weight tried, at most 40 of a parameter;
    what does nothing is tried again at other draws, since a unit may be idle at one of them. 0 is a
    weight that never does anything. ``first`` and ``second`` are the outputs of the two modules: they
    agree if the declared parameters decide everything.
    """
    parameters = subject.listing(subject.new_module(kind, code, case))
    count = sum(entry["count"] for entry in parameters)
    elements, owners, start = [], [], 0
    for entry in parameters:
        tried = np.unique(np.linspace(0, entry["count"] - 1, min(40, entry["count"])).astype(int))
        elements += [start + int(i) for i in tried]
        owners += [entry["name"]] * len(tried)
        start += entry["count"]
    largest = torch.zeros(len(elements), dtype=torch.float64)
    outputs = {}
    for draw in range(6):
        quiet = torch.nonzero(largest <= 1e-12).flatten()
        if draw and not len(quiet):
            break
        base = case.generator(f"alive {draw}").standard_normal(count) * 0.5
        chosen = np.array([elements[int(i)] for i in quiet], dtype=np.int64)
        values = subject.interventions(kind, code, case.replace(arrays={"base": base, "elements": chosen}))
        if len(quiet):
            largest[quiet] = values["changed"].abs().amax(dim=1)
        if draw == 0:
            nothing = {"base": base, "elements": np.zeros(0, dtype=np.int64)}
            seeded = case.replace(arrays=nothing, values={"build_seed": case.seed + 1})
            outputs = {"first": values["base"], "second": subject.interventions(kind, code, seeded)["base"]}
    changed = {
        f"changed:{entry['name']}": largest[[i for i, owner in enumerate(owners) if owner == entry["name"]]]
        for entry in parameters
    }
    return {"parameters": parameters, **outputs, **changed}


def modes(code: Any, case: Case) -> dict[str, Any]:
    """SentimentLSTM in evaluation mode twice and in training mode twice, on the same tokens.

    ``rates``: the rate of every dropout that one call in training mode applies, those inside of nn.LSTM too.
    ``dropped``: of what the output layer reads, the share that is zero in training mode only, column by column.
    ``kept``: how many times as large as in evaluation mode the rest of it is in training mode, taken together.
    ``noise``: the functions of torch that drew random numbers besides. All in float32, in which models are trained.
    """
    kind, case = SentimentLSTM(), case.replace(dtype="float32")
    module = randomise(subject.new_module(kind, code, case), case)
    tokens = kind.inputs(case)
    values = {}
    with torch.no_grad():
        for mode in ("eval", "train"):
            module.train(mode == "train")
            for turn in ("first", "second"):
                values[f"{mode}:{turn}"] = kind.call(module, **tokens)["logits"]
        with CalledFunctions() as called:
            kind.call(module, **tokens)
        many = kind.inputs(case.replace(sizes={**case.sizes, "batch": MANY}))
        read = []
        for mode in ("eval", "train"):
            module.train(mode == "train")
            with CalledFunctions() as among_many:
                kind.call(module, **many)
            read += [factor for factor in among_many.factors if factor.shape == (MANY, 2 * case.hidden_dim)][:1]
    dropped, kept = torch.zeros(0, dtype=torch.float64), 0.0
    if len(read) == 2:
        there = (read[0] != 0).double()
        dropped = ((read[1] == 0) * there).sum(dim=0) / there.sum(dim=0)
        dropped = dropped[there.mean(dim=0) > 0.9]
        kept = float(read[1].abs().sum() / (read[0].abs() * (read[1] != 0)).sum())
    noise = sorted(called.names & NOISE)
    return {**values, "rates": called.rates, "noise": noise, "dropped": dropped, "kept": kept}


def padding(code: Any, case: Case) -> dict[str, Any]:
    """SentimentLSTM on padded tokens: the gradient that reaches each row of its embedding table.

    Each text has a word more than the one before it, so what relies on the longest coming first shows. ``batch`` are
    the logits of all texts together, ``alone`` those of each text by itself, padded as it was.
    """
    kind = SentimentLSTM()
    module = subject.new_module(kind, code, case).eval()
    subject.fill(module, case)
    tables = [part for part in module.modules() if isinstance(part, nn.Embedding)]
    if not tables:
        raise ContractError("SentimentLSTM has no nn.Embedding; the handout asks for one with padding_idx=0")
    tokens = kind.inputs(case)["tokens"]
    for row, text in enumerate(tokens):
        text[max(1, case.time // 2 - 1) + row :] = 0
    tokens[-1, 0] = 1  # an unknown word is no padding
    logits = kind.call(module, tokens=tokens.clone())["logits"]
    (logits * case.normal("cotangent", *logits.shape)).sum().backward()
    gradient = tables[0].weight.grad
    with torch.no_grad():
        alone = [kind.call(module, tokens=text[None].clone())["logits"] for text in tokens]
    return {
        "row": tables[0].weight.detach()[0].clone(),
        "gradient": torch.zeros_like(tables[0].weight) if gradient is None else gradient,
        "tokens": tokens,
        "batch": logits.detach(),
        "alone": torch.cat(alone),
    }


MANY = 300  # texts, so that a share of 0.3 is seen with a standard deviation of 0.026
NOISE = {"rand", "rand_like", "randn", "randn_like", "randint", "bernoulli", "bernoulli_", "uniform_", "normal_"}
PRODUCTS = ("linear", "matmul", "__matmul__", "__rmatmul__", "mm", "addmm", "einsum")


class CalledFunctions(TorchFunctionMode):
    """Writes down the names of the torch functions that are called."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.rates: list[float] = []  # of every dropout: torch.dropout's, and that between the layers of an LSTM
        self.factors: list[Tensor] = []  # of the last product: what an output layer reads is among them

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = getattr(func, "__name__", str(func))
        self.names.add(name)
        if name in ("dropout", "lstm"):  # the rate is the one float among the arguments
            given = (*args, *(kwargs or {}).values())
            rates = [value for value in given if isinstance(value, float)]
            self.rates += [rate for rate in rates if rate or name == "dropout"]  # an LSTM's 0 means none
        if name in PRODUCTS:
            self.factors = [value.detach() for value in args if isinstance(value, Tensor)]
        return func(*args, **(kwargs or {}))


def ingredients(kind: Subject, code: Any, case: Case) -> dict[str, Any]:
    """The classes of the module's parts and the names of the torch functions that one call uses.

    ``cells``: the names of the parts that are made from the submission's own LSTMCell.
    """
    module = subject.new_module(kind, code, case).eval()
    with torch.no_grad(), CalledFunctions() as called:
        kind.call(module, **kind.inputs(case))
    bases = sorted({base.__name__ for base in type(module).__mro__ if base.__module__.startswith("torch.nn")})
    structure = subject.structure(module)
    cells = [row["name"] for row in structure if "LSTMCell" in row["kinds"]]
    with contextlib.suppress(subject.MissingName):
        own = code.LSTMCell
        cells = [name for name, part in module.named_modules() if isinstance(own, type) and isinstance(part, own)]
    return {"modules": structure, "bases": bases, "functions": sorted(called.names), "cells": cells}


SUBJECTS: dict[str, Subject] = {
    "vanilla_rnn": VanillaRNN(),
    "lstm_cell": LSTMCell(),
    "gru_cell": GRUCell(),
    "simple_lstm": SimpleLSTM(),
    "bilstm": BiLSTM(),
    "sentiment_lstm": SentimentLSTM(),
}

PROBES: dict[str, Any] = {
    **subject.probes(SUBJECTS, states=states, alive=alive, ingredients=ingredients),
    "vanilla_rnn.split_run": split_run,
    "sentiment_lstm.modes": modes,
    "sentiment_lstm.padding": padding,
}

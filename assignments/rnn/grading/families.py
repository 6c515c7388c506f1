"""The families of cells that the grader knows, as public equations.

A family says which roles its weights play ("forget.h": the forget gate's weights on h), their shapes,
and what follows from them. The grader finds out which of your weights plays which role, so names,
layout, order and the number of biases are yours to choose. ``accepted`` families earn the points; the
others are named in the report when your cell turns out to be one of them.

Every function is pure: tensors in, tensors out, any leading batch dimensions of the weights by vmap.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Sizes = Mapping[str, int]
Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class Family:
    """One family of modules.

    roles(sizes): shape of every role. outputs(weights, inputs): what the module returns, by the names
    and in the order in which the subject returns them. optional: ends of roles that may have no weight.
    counts(sizes): how many parameters the accepted conventions have, by the convention's name.
    slots(sizes): for networks made of cells: slot -> input size of its cell; the roles of a slot are
    ``slot + "." + role`` of the family named ``cell``.
    """

    name: str
    title: str
    roles: Callable[[Sizes], dict[str, tuple[int, ...]]]
    outputs: Callable[[Weights, Mapping[str, Tensor], Sizes], dict[str, Tensor]]
    optional: tuple[str, ...] = ()
    accepted: bool = True
    remark: str = ""  # what to say to somebody whose module is of this family, if it is not accepted
    counts: Callable[[Sizes], dict[str, int]] | None = None
    slots: Callable[[Sizes], dict[str, int]] | None = None
    cell: str = ""
    by_hand: str = ""  # what follows when every weight is zero, as one would say it at a blackboard
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)  # role part -> word for a reader


WORDS = {
    "x": "the input x",
    "h": "the previous state h",
    "b": "a bias",
    "inner": "the bias inside the reset product",
    "c": "the cell state c",
    "forget": "the forget gate",
    "input": "the input gate",
    "output": "the output gate",
    "candidate": "the candidate",
    "reset": "the reset gate",
    "update": "the update gate",
    "hidden": "the hidden state",
    "readout": "the output layer",
    "readout.h": "the last h",
    "embedding": "the embedding",
}

LSTM_GATES = ("forget", "input", "output", "candidate")
GRU_GATES = ("reset", "update", "candidate")


def gate_roles(gates: tuple[str, ...], inputs: int, hidden: int) -> dict[str, tuple[int, ...]]:
    """Each gate's weights on x and h and its bias."""
    roles: dict[str, tuple[int, ...]] = {}
    for gate in gates:
        roles |= {f"{gate}.x": (hidden, inputs), f"{gate}.h": (hidden, hidden), f"{gate}.b": (hidden,)}
    return roles


def gate(weights: Weights, name: str, x: Tensor, h: Tensor) -> Tensor:
    """The pre-activation of one gate."""
    return x @ weights[f"{name}.x"].mT + h @ weights[f"{name}.h"].mT + weights[f"{name}.b"]


# --- LSTM -------------------------------------------------------------------------------------------


def lstm_step(weights: Weights, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """c = f * c + i * tanh(...); h = o * tanh(c)."""
    f, i, o = (torch.sigmoid(gate(weights, name, x, h)) for name in LSTM_GATES[:3])
    c = f * c + i * torch.tanh(gate(weights, "candidate", x, h))
    return o * torch.tanh(c), c


def _lstm_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    return gate_roles(LSTM_GATES, sizes["input_size"], sizes["hidden_size"])


def _lstm(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    h, c = lstm_step(weights, inputs["x"], inputs["h"], inputs["c"])
    return {"h": h, "c": c}


def _gate_counts(gates: int, *, no_bias: bool) -> Callable[[Sizes], dict[str, int]]:
    def counts(sizes: Sizes) -> dict[str, int]:
        hidden = sizes["hidden_size"]
        core = gates * hidden * (sizes["input_size"] + hidden)
        found = {"one bias": core + gates * hidden, "two biases": core + 2 * gates * hidden}
        return {"no bias": core, **found} if no_bias else found

    return counts


LSTM = Family(
    "lstm",
    "the LSTM of the handout",
    _lstm_roles,
    _lstm,
    counts=_gate_counts(4, no_bias=False),
    by_hand="Every gate is sigmoid(0) = 1/2 and the candidate tanh(0) = 0, so the new c is c/2 and h is tanh(c/2)/2",
    words=WORDS,
)


def _coupled_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    return gate_roles(("forget", "output", "candidate"), sizes["input_size"], sizes["hidden_size"])


def _coupled(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    x, h, c = inputs["x"], inputs["h"], inputs["c"]
    f, o = torch.sigmoid(gate(weights, "forget", x, h)), torch.sigmoid(gate(weights, "output", x, h))
    c = f * c + (1 - f) * torch.tanh(gate(weights, "candidate", x, h))
    return {"h": o * torch.tanh(c), "c": c}


COUPLED_LSTM = Family(
    "lstm-coupled",
    "an LSTM with coupled gates (i = 1 − f)",
    _coupled_roles,
    _coupled,
    accepted=False,
    remark="the input gate is derived from the forget gate; the handout's input gate has weights of its own",
    words=WORDS,
)


def _peephole_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    hidden = (sizes["hidden_size"],)
    return _lstm_roles(sizes) | {f"{name}.c": hidden for name in LSTM_GATES[:3]}


def _peephole(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    x, h, c = inputs["x"], inputs["h"], inputs["c"]
    f, i = (torch.sigmoid(gate(weights, name, x, h) + weights[f"{name}.c"] * c) for name in ("forget", "input"))
    c = f * c + i * torch.tanh(gate(weights, "candidate", x, h))
    o = torch.sigmoid(gate(weights, "output", x, h) + weights["output.c"] * c)
    return {"h": o * torch.tanh(c), "c": c}


PEEPHOLE_LSTM = Family(
    "lstm-peephole",
    "an LSTM with peepholes",
    _peephole_roles,
    _peephole,
    accepted=False,
    remark="its gates read the cell state too; the handout's gates read x and h only",
    words=WORDS,
)


def _no_forget_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    return gate_roles(("input", "output", "candidate"), sizes["input_size"], sizes["hidden_size"])


def _no_forget(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    x, h, c = inputs["x"], inputs["h"], inputs["c"]
    i, o = torch.sigmoid(gate(weights, "input", x, h)), torch.sigmoid(gate(weights, "output", x, h))
    c = c + i * torch.tanh(gate(weights, "candidate", x, h))
    return {"h": o * torch.tanh(c), "c": c}


NO_FORGET_LSTM = Family(
    "lstm-1997",
    "the LSTM of 1997, without a forget gate",
    _no_forget_roles,
    _no_forget,
    accepted=False,
    remark="the old memory is added whole; the handout multiplies it by the forget gate first",
    words=WORDS,
)


# --- GRU --------------------------------------------------------------------------------------------


def _gru_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    return gate_roles(GRU_GATES, sizes["input_size"], sizes["hidden_size"])


def _gru(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    x, h = inputs["x"], inputs["h"]
    r, z = torch.sigmoid(gate(weights, "reset", x, h)), torch.sigmoid(gate(weights, "update", x, h))
    n = torch.tanh(gate(weights, "candidate", x, r * h))
    return {"h": (1 - z) * h + z * n}


GRU = Family(
    "gru",
    "the GRU of the handout (reset before the product)",
    _gru_roles,
    _gru,
    optional=(".b",),
    counts=_gate_counts(3, no_bias=True),
    by_hand="Both gates are sigmoid(0) = 1/2 and the candidate tanh(0) = 0, so the new h is h/2",
    words=WORDS,
)


def _gru_after_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    return _gru_roles(sizes) | {"candidate.inner": (sizes["hidden_size"],)}


def _gru_after(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    x, h = inputs["x"], inputs["h"]
    r, z = torch.sigmoid(gate(weights, "reset", x, h)), torch.sigmoid(gate(weights, "update", x, h))
    inner = h @ weights["candidate.h"].mT + weights["candidate.inner"]
    n = torch.tanh(x @ weights["candidate.x"].mT + weights["candidate.b"] + r * inner)
    return {"h": (1 - z) * h + z * n}


GRU_AFTER = Family(
    "gru-reset-after",
    "a GRU that resets after the product (as nn.GRU does)",
    _gru_after_roles,
    _gru_after,
    optional=(".b", ".inner"),
    accepted=False,
    remark="it gates W·h; the handout gates h first and multiplies then: tanh(W·[r ⊙ h, x])",
    words=WORDS,
)


# --- networks ---------------------------------------------------------------------------------------


def _rnn_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    hidden, outputs = sizes["hidden_size"], sizes["output_size"]
    readout = {"readout.h": (outputs, hidden), "readout.b": (outputs,)}
    return gate_roles(("hidden",), sizes["input_size"], hidden) | readout


def _rnn(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    x, h = inputs["x"], inputs["h_prev"]
    states = []
    for t in range(x.shape[1]):
        h = torch.tanh(gate(weights, "hidden", x[:, t], h))
        states.append(h)
    output = h @ weights["readout.h"].mT + weights["readout.b"]
    return {"output": output, "hidden_states": torch.stack(states, dim=1)}


def _rnn_counts(sizes: Sizes) -> dict[str, int]:
    inputs, hidden, outputs = sizes["input_size"], sizes["hidden_size"], sizes["output_size"]
    one = hidden * (inputs + hidden + 1) + outputs * (hidden + 1)
    return {"one bias": one, "two biases": one + hidden}


RNN = Family(
    "rnn",
    "the vanilla RNN of the handout",
    _rnn_roles,
    _rnn,
    counts=_rnn_counts,
    by_hand="Every state is tanh(0) = 0, and so is the output",
    words=WORDS,
)


def _slot(weights: Weights, slot: str) -> dict[str, Tensor]:
    start = slot + "."
    return {role.removeprefix(start): value for role, value in weights.items() if role.startswith(start)}


def _simple_lstm_slots(sizes: Sizes) -> dict[str, int]:
    return {"cell": sizes["input_size"]}


def _simple_lstm_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    hidden, outputs = sizes["hidden_size"], sizes["output_size"]
    cell = {f"cell.{role}": shape for role, shape in _lstm_roles(sizes).items()}
    return cell | {"readout.h": (outputs, hidden), "readout.b": (outputs,)}


def _simple_lstm(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    x, h, c = inputs["x"], inputs["h"], inputs["c"]
    cell = _slot(weights, "cell")
    for t in range(x.shape[1]):
        h, c = lstm_step(cell, x[:, t], h, c)
    return {"output": h @ weights["readout.h"].mT + weights["readout.b"]}


def _simple_lstm_counts(sizes: Sizes) -> dict[str, int]:
    readout = sizes["output_size"] * (sizes["hidden_size"] + 1)
    return {name: count + readout for name, count in _gate_counts(4, no_bias=False)(sizes).items()}


SIMPLE_LSTM = Family(
    "simple-lstm",
    "an LSTM with an output layer on its last h",
    _simple_lstm_roles,
    _simple_lstm,
    counts=_simple_lstm_counts,
    slots=_simple_lstm_slots,
    cell="lstm",
    words=WORDS,
)


def _bilstm_slots(sizes: Sizes) -> dict[str, int]:
    hidden, slots = sizes["hidden_size"], {}
    for layer in range(sizes.get("num_layers", 1)):
        inputs = sizes["input_size"] if layer == 0 else 2 * hidden
        slots |= {f"layer{layer}-forward": inputs, f"layer{layer}-backward": inputs}
    return slots


def _bilstm_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    hidden, outputs = sizes["hidden_size"], sizes["output_size"]
    roles: dict[str, tuple[int, ...]] = {}
    for slot, inputs in _bilstm_slots(sizes).items():
        roles |= {f"{slot}.{role}": shape for role, shape in gate_roles(LSTM_GATES, inputs, hidden).items()}
    halves = {"readout.forward": (outputs, hidden), "readout.backward": (outputs, hidden)}
    return roles | halves | {"readout.b": (outputs,)}


def _bidirectional(weights: Weights, x: Tensor, sizes: Sizes) -> Tensor:
    hidden = sizes["hidden_size"]
    last: dict[str, Tensor] = {}
    for layer in range(sizes.get("num_layers", 1)):
        outputs = {}
        for direction, steps in (("forward", range(x.shape[1])), ("backward", range(x.shape[1] - 1, -1, -1))):
            cell = _slot(weights, f"layer{layer}-{direction}")
            h = c = torch.zeros_like(x[:, 0, :1]).expand(-1, hidden)
            states: dict[int, Tensor] = {}
            for t in steps:
                h, c = lstm_step(cell, x[:, t], h, c)
                states[t] = h
            last[direction] = h
            outputs[direction] = torch.stack([states[t] for t in range(x.shape[1])], dim=1)
        x = torch.cat([outputs["forward"], outputs["backward"]], dim=-1)
    forward, backward = weights["readout.forward"], weights["readout.backward"]
    return last["forward"] @ forward.mT + last["backward"] @ backward.mT + weights["readout.b"]


def _bilstm(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    return {"output": _bidirectional(weights, inputs["x"], sizes)}


def _bilstm_counts(sizes: Sizes) -> dict[str, int]:
    hidden = sizes["hidden_size"]
    readout = sizes["output_size"] * (2 * hidden + 1)
    core = sum(4 * hidden * (inputs + hidden) for inputs in _bilstm_slots(sizes).values())
    biases = 4 * hidden * len(_bilstm_slots(sizes))
    return {"one bias": core + biases + readout, "two biases": core + 2 * biases + readout}


BILSTM = Family(
    "bilstm",
    "a bidirectional LSTM with an output layer on the last forward and backward state",
    _bilstm_roles,
    _bilstm,
    counts=_bilstm_counts,
    slots=_bilstm_slots,
    cell="lstm",
    words={**WORDS, "forward": "the last forward state", "backward": "the last backward state"},
)


def _as_bilstm(sizes: Sizes) -> dict[str, int]:
    return {
        "input_size": sizes["embedding_dim"],
        "hidden_size": sizes["hidden_dim"],
        "output_size": sizes["output_dim"],
        "num_layers": 2,
    }


def _sentiment_roles(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    table = {"embedding.weight": (sizes["vocab_size"], sizes["embedding_dim"])}
    return table | _bilstm_roles(_as_bilstm(sizes))


def _sentiment(weights: Weights, inputs: Mapping[str, Tensor], sizes: Sizes) -> dict[str, Tensor]:
    embedded = torch.nn.functional.embedding(inputs["tokens"], weights["embedding.weight"])
    return {"logits": _bidirectional(weights, embedded, _as_bilstm(sizes))}


def _sentiment_counts(sizes: Sizes) -> dict[str, int]:
    table = sizes["vocab_size"] * sizes["embedding_dim"]
    return {name: count + table for name, count in _bilstm_counts(_as_bilstm(sizes)).items()}


SENTIMENT = Family(
    "sentiment-lstm",
    "an embedding, a two-layer bidirectional LSTM and an output layer",
    _sentiment_roles,
    _sentiment,
    counts=_sentiment_counts,
    slots=lambda sizes: _bilstm_slots(_as_bilstm(sizes)),
    cell="lstm",
    words=BILSTM.words,
)

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        RNN,
        LSTM,
        COUPLED_LSTM,
        PEEPHOLE_LSTM,
        NO_FORGET_LSTM,
        GRU,
        GRU_AFTER,
        SIMPLE_LSTM,
        BILSTM,
        SENTIMENT,
    )
}

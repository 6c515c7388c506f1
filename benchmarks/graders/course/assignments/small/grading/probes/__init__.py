"""How the modules are built, fed and called, and how a classifier is seen to learn."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from autograder import subject
from autograder.case import Case
from autograder.subject import Subject


class Cell(Subject):
    """A cell: one step from a state."""

    def __init__(self, name: str, states: tuple[str, ...]) -> None:
        self.name = name
        self.states = states

    def build(self, code: Any, case: Case) -> nn.Module:
        return getattr(code, self.name)(case.input_size, case.hidden_size)

    def inputs(self, case: Case) -> dict[str, Tensor]:
        states = {name: case.normal(name, case.batch, case.hidden_size) for name in self.states}
        return {"x": case.normal("x", case.batch, case.input_size), **states}

    def call(self, module: nn.Module, **inputs: Tensor) -> dict[str, Tensor]:
        state = tuple(inputs[name] for name in self.states)
        given = module(inputs["x"], state if len(state) > 1 else state[0])
        return dict(zip(self.states, given if len(state) > 1 else (given,), strict=True))


class Network(Subject):
    """A network over a sequence: the states that it starts from, the outputs that it returns."""

    def __init__(self, name: str, states: tuple[str, ...], outputs: tuple[str, ...]) -> None:
        self.name = name
        self.states = states
        self.outputs = outputs

    def build(self, code: Any, case: Case) -> nn.Module:
        return getattr(code, self.name)(case.input_size, case.hidden_size, case.output_size)

    def inputs(self, case: Case) -> dict[str, Tensor]:
        states = {name: case.normal(name, case.batch, case.hidden_size) for name in self.states}
        return {"x": case.normal("x", case.batch, case.time, case.input_size), **states}

    def call(self, module: nn.Module, **inputs: Tensor) -> dict[str, Tensor]:
        state = tuple(inputs[name] for name in self.states)
        given = module(inputs["x"], *([state] if len(state) > 1 else state))
        return dict(zip(self.outputs, given if len(self.outputs) > 1 else (given,), strict=True))


def same_weights(kind: Subject, code: Any, case: Case) -> dict[str, Tensor]:
    """The outputs at weights that are drawn by the names that the handout prescribes."""
    module = subject.new_module(kind, code, case).eval()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(case.normal(f"weight:{name}", *parameter.shape))
        return kind.call(module, **kind.inputs(case))


def training(code: Any, case: Case) -> dict[str, Tensor]:
    """Train on texts with labels; logits [N, 2] for texts without."""
    torch.set_default_dtype(torch.float32)
    values = case.values
    model, vocab = code.train_sentiment(list(values["texts"]), list(values["labels"]), seed=1)
    model.eval()
    with torch.no_grad():
        return {"logits": model(code.encode(list(values["hidden_texts"]), vocab))}


SUBJECTS: dict[str, Subject] = {
    "vanilla_rnn": Network("VanillaRNN", ("h",), ("output", "states")),
    "lstm_cell": Cell("LSTMCell", ("h", "c")),
    "gru_cell": Cell("GRUCell", ("h",)),
    "simple_lstm": Network("SimpleLSTM", ("h", "c"), ("output",)),
    "bilstm": Network("BiLSTM", (), ("output",)),
}
PROBES: dict[str, Any] = {**subject.probes(SUBJECTS, same_weights=same_weights), "training": training}

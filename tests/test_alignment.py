"""Weights are matched with roles by what they do, whatever they are called and wherever they lie."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from autograder.aligning.alignment import align
from autograder.aligning.roles import Alignment
from autograder.assignment import Assignment
from autograder.case import Case
from autograder.model import Crash, Observation, Reply

SIZES = {"batch": 3, "input_size": 5, "hidden_size": 4}


class Names:
    """A namespace of code under test."""

    def __init__(self, **names: object) -> None:
        self.__dict__.update(names)


def find(rnn: Assignment, subject: str, family: str, code: object, **sizes: int) -> Alignment | Crash:
    """Align code that runs in this process."""
    kind = rnn.subjects[subject]

    def ask(probe: str, case: Case) -> Reply:
        from autograder.subject import interventions

        assert probe == f"{subject}.interventions"
        values = interventions(kind, code, case)
        torch.set_default_dtype(torch.float32)
        return Observation({k: v.numpy() if isinstance(v, torch.Tensor) else v for k, v in values.items()})

    return align(ask, kind, subject, rnn.families[family], Case(seed=11, sizes=SIZES | sizes))


class Interleaved(nn.Module):
    """An LSTM cell with [h, x], interleaved rows, a complemented forget gate and raw transposed weights."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.odd = nn.Parameter(torch.randn(hidden_size + input_size, hidden_size, 4))
        self.shift = nn.Parameter(torch.randn(hidden_size, 4))

    def forward(self, x: torch.Tensor, states: tuple[torch.Tensor, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        h, c = states
        a = torch.einsum("bi,ihg->bhg", torch.cat([h, x], 1), self.odd) + self.shift
        forget = 1 - torch.sigmoid(a[..., 2])
        c = forget * c + torch.sigmoid(a[..., 0]) * torch.tanh(a[..., 3])
        return torch.sigmoid(a[..., 1]) * torch.tanh(c), c


class UnusedGate(nn.Module):
    """A GRU cell whose reset gate is computed and then forgotten."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.gates = nn.Linear(input_size + hidden_size, 2 * hidden_size)
        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        _, z = torch.sigmoid(self.gates(torch.cat([x, h], 1))).chunk(2, 1)
        return (1 - z) * h + z * torch.tanh(self.candidate(torch.cat([x, h], 1)))


def test_a_cell_of_unusual_layout_is_understood_whole(rnn: Assignment) -> None:
    found = find(rnn, "lstm_cell", "lstm", Names(LSTMCell=Interleaved))

    assert isinstance(found, Alignment)
    assert found.complete
    assert sorted(found.role.tolist()) == list(range(found.layout.total))


def test_a_complemented_gate_is_a_negative_sign_of_its_weights_only(rnn: Assignment) -> None:
    found = find(rnn, "lstm_cell", "lstm", Names(LSTMCell=Interleaved))

    assert isinstance(found, Alignment)
    spans = found.layout.spans()
    forget = (found.role >= spans["forget.x"].start) & (found.role < spans["forget.b"].stop)
    assert (found.sign[forget] == -1).all()
    assert (found.sign[~forget] == 1).all()


@pytest.mark.parametrize(("subject", "family", "name", "cell"), [
    ("lstm_cell", "lstm", "LSTMCell", nn.LSTMCell),
    ("gru_cell", "gru-reset-after", "GRUCell", nn.GRUCell),
])  # fmt: skip
def test_torch_cells_are_the_families_that_their_documentation_says(
    rnn: Assignment, subject: str, family: str, name: str, cell: type[nn.Module]
) -> None:
    found = find(rnn, subject, family, Names(**{name: cell}))

    assert isinstance(found, Alignment)
    assert found.complete


def test_two_biases_share_a_role(rnn: Assignment) -> None:
    found = find(rnn, "lstm_cell", "lstm", Names(LSTMCell=nn.LSTMCell))

    assert isinstance(found, Alignment)
    span = found.layout.spans()["candidate.b"]
    assert ((found.role >= span.start) & (found.role < span.stop)).sum() == 2 * SIZES["hidden_size"]


def test_written_weights_add_up_to_the_canonical_ones(rnn: Assignment) -> None:
    found = find(rnn, "lstm_cell", "lstm", Names(LSTMCell=nn.LSTMCell))
    assert isinstance(found, Alignment)
    canonical = found.canonical(Case(seed=3, sizes=SIZES))

    arrays = found.write(canonical)

    flat = np.concatenate([array.reshape(-1) for array in arrays.values()])
    total = np.zeros_like(canonical)
    np.add.at(total, found.role, flat * found.sign)
    np.testing.assert_allclose(total, canonical, atol=1e-12)


def test_a_gate_that_is_computed_and_not_used_is_missing_and_its_weights_are_idle(rnn: Assignment) -> None:
    found = find(rnn, "gru_cell", "gru", Names(GRUCell=UnusedGate))

    assert isinstance(found, Alignment)
    assert not found.complete
    assert {"reset.x", "reset.h"} <= set(found.undriven)
    assert found.idle == ["gates.weight", "gates.bias"]


def test_reset_after_the_product_is_not_taken_for_reset_before_it(rnn: Assignment) -> None:
    found = find(rnn, "gru_cell", "gru", Names(GRUCell=nn.GRUCell))

    assert isinstance(found, Alignment)
    assert not found.complete


def test_a_module_that_lies_about_its_parameters_gives_no_map(rnn: Assignment) -> None:
    kind = rnn.subjects["lstm_cell"]
    answers = [
        {"parameters": None},
        {"parameters": [{"name": "w", "shape": [-1, 2], "count": 1}]},
        {"parameters": [{"name": "w", "shape": [10**6, 10**6], "count": 1}]},
        {"parameters": [{"name": "w", "shape": "abc"}]},
        {"parameters": [{"name": "w", "shape": [3]}], "changed": "no", "base": np.zeros(2)},
        {"parameters": [{"name": "w", "shape": [3]}], "changed": np.zeros((3, 1)), "base": np.full(1, np.nan)},
    ]
    for values in answers:
        found = align(
            lambda probe, case, given=values: Observation(given),
            kind,
            "lstm_cell",
            rnn.families["lstm"],
            Case(seed=1, sizes=SIZES),
        )
        assert isinstance(found, Crash) or not found.complete

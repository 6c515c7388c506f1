"""VanillaRNN, LSTMCell and GRUCell: the equations from scratch."""

from __future__ import annotations

from typing import Any

from autograder import Align, Case, Exercise, Limits, close, grid

from ..families import FAMILIES
from .common import (
    Expected,
    no_library_cells,
    right_parameters,
    same_gradients,
    same_outputs,
    same_sizes,
)

# B, T, I, H, O pairwise distinct and co-prime: equal sizes hide x[t] for x[:, t]
CELL_SIZES = (
    *grid(batch=3, input_size=5, hidden_size=4),
    *grid(batch=4, input_size=3, hidden_size=7),
    *grid(batch=1, input_size=1, hidden_size=2),
)
CELL_PARITY = grid(batch=(3, 1), input_size=5, hidden_size=4)
RNN_SIZES = (
    *grid(batch=3, time=7, input_size=5, hidden_size=4, output_size=2),
    *grid(batch=4, time=2, input_size=3, hidden_size=7, output_size=5),
    *grid(batch=1, time=1, input_size=1, hidden_size=2, output_size=1),
)
RNN_PARITY = (  # one step, and more than a short loop or a buffer of a fixed length would do
    *grid(batch=3, time=7, input_size=5, hidden_size=4, output_size=2),
    *grid(batch=1, time=1, input_size=5, hidden_size=4, output_size=2),
    *grid(batch=2, time=33, input_size=5, hidden_size=4, output_size=2),
)
QUICK = Limits(seconds=6, cpu=3)  # a call takes milliseconds; this forgives a busy machine and a slow one
NO_PLAIN_LIST = "Layers kept in a plain list or made in forward() are not parameters of the module."


def rnn_shapes(case: Case) -> dict[str, list[int]]:
    """output [B,O], hidden_states T x [B,H]."""
    return {
        "output": [case.batch, case.output_size],
        "hidden_states": [case.batch, case.time, case.hidden_size],
    }


def lstm_shapes(case: Case) -> dict[str, list[int]]:
    """h and c, each [B,H]."""
    return {"h": [case.batch, case.hidden_size], "c": [case.batch, case.hidden_size]}


def gru_shapes(case: Case) -> dict[str, list[int]]:
    """h [B,H]."""
    return {"h": [case.batch, case.hidden_size]}


def state_is_handled(student: Any, names: tuple[str, ...]) -> None:
    """No state means zeros, nothing is kept between calls, rows do not mix; train() and float32 change nothing."""
    for name in names:
        none, zeros = student[f"none:{name}"], student[f"zeros:{name}"]
        close(f"{name} without a state", none, zeros, hint="no state given means a state of zeros")
        again, given = student[f"again:{name}"], student[f"given:{name}"]
        close(f"{name} of the same call made twice", again, given, hint="is something kept on self between two calls?")
        alone = student[f"alone:{name}"]
        close(f"{name} of the first row alone", alone, given[:1], hint="a row's result must not depend on other rows")
        train = student[f"train:{name}"]
        close(f"{name} in training mode", train, given, hint="is there a dropout? None is asked for here")
        single, hint = student[f"single:{name}"], "is a dtype written down somewhere? Take it from x"
        close(f"{name} in float32", single, given, rtol=1e-3, atol=1e-4, hint=hint)
        fresh = student[f"fresh:{name}"]
        close(f"{name} in float32, without a state", fresh, none, rtol=1e-3, atol=1e-4, hint=hint)


# --- VanillaRNN ---------------------------------------------------------------------------------------

rnn = Exercise(
    "vanilla_rnn",
    title="Vanilla RNN",
    names=["VanillaRNN"],
    cases=RNN_PARITY,
    limits=QUICK,
    align=Align("vanilla_rnn", ("rnn",), sizes={"batch": 3, "time": 1}),
)
RNN = Expected(FAMILIES["rnn"], rnn_shapes)


@rnn.check(
    points=1,
    probe="vanilla_rnn.shapes",
    kind="shapes",
    cases=RNN_SIZES,
    expected=RNN,
    hint="x is (batch, time, input_size): step t is x[:, t]",
)
def shapes(student: Any, reference: Any) -> None:
    """forward returns output (batch, output_size) and one state (batch, hidden_size) for each step"""
    same_sizes(student, reference)


@rnn.check(
    points=1,
    probe="vanilla_rnn.alive",
    kind="parameters",
    cases=RNN_SIZES[:2],
    expected=RNN,
    needs=shapes,
    hint=f"Input to hidden, hidden to hidden, hidden to output, with their biases. {NO_PLAIN_LIST}",
)
def parameters(student: Any, reference: Any) -> None:
    """it owns the weights and biases of the two equations, the same for every step, and no more"""
    right_parameters(student, reference)


@rnn.check(
    points=3,
    probe="vanilla_rnn.parity",
    kind="parity",
    aligned=True,
    needs=shapes,
    hint="h = tanh(W_xh x + W_hh h + b), tanh around the whole sum, starting from h_prev; output from the last h",
)
def forward(student: Any, reference: Any) -> None:
    """from a given state and over several steps, it computes the h and y of the equations"""
    same_outputs(student, reference)


@rnn.check(
    points=1,
    probe="vanilla_rnn.states",
    kind="property",
    needs=shapes,
    cases=RNN_PARITY[:1],
    expected=lambda case: {},
    hint="h_prev=None means zeros; each call starts from what it is given and leaves nothing behind",
)
def states(student: Any, reference: Any) -> None:
    """no state means zeros, nothing is kept between calls, and the rows of a batch do not mix"""
    state_is_handled(student, ("output", "hidden_states"))


@rnn.check(
    points=2,
    probe="vanilla_rnn.parity",
    kind="gradients",
    aligned=True,
    needs=forward,
    hint="Right values with wrong gradients: is a state detached, taken out by .data, or computed under no_grad?",
)
def gradients(student: Any, reference: Any) -> None:
    """gradients flow through all steps to every weight, to x and to the first state"""
    same_gradients(student, reference)


@rnn.check(
    points=1,
    probe="vanilla_rnn.ingredients",
    kind="policy",
    needs=shapes,
    cases=RNN_PARITY[:1],
    expected=lambda case: {},
    self_reported=True,
)
def from_scratch(student: Any, reference: Any) -> None:
    """it is written from scratch, without torch's recurrent layers and cells"""
    no_library_cells(student, reference)


# --- LSTMCell -----------------------------------------------------------------------------------------

lstm = Exercise(
    "lstm_cell",
    title="LSTM cell",
    names=["LSTMCell"],
    cases=CELL_PARITY,
    limits=QUICK,
    align=Align("lstm_cell", ("lstm", "lstm-1997", "lstm-coupled", "lstm-peephole"), sizes={"batch": 3}),
)
LSTM = Expected(FAMILIES["lstm"], lstm_shapes)


@lstm.check(
    points=1,
    probe="lstm_cell.shapes",
    kind="shapes",
    cases=CELL_SIZES,
    expected=LSTM,
    hint="torch.cat joins [h, x] along dim=1, the features; the four gates are split along dim=1 too",
)
def shapes(student: Any, reference: Any) -> None:
    """one step returns h and c, each (batch, hidden_size)"""
    same_sizes(student, reference)


@lstm.check(
    points=2,
    probe="lstm_cell.alive",
    kind="parameters",
    cases=CELL_SIZES[:2],
    expected=LSTM,
    needs=shapes,
    hint=f"Four gates, each with weights on h and on x and a bias. {NO_PLAIN_LIST}",
)
def parameters(student: Any, reference: Any) -> None:
    """it owns the weights and biases of four gates, each of which does something, and no more"""
    right_parameters(student, reference)


@lstm.check(
    points=4,
    probe="lstm_cell.parity",
    kind="parity",
    aligned=True,
    needs=shapes,
    hint="c = f * c + i * tanh(...), then h = o * tanh(c) with the new c; f, i and o are sigmoids",
)
def forward(student: Any, reference: Any) -> None:
    """one step from a given state computes the h and c of the equations"""
    same_outputs(student, reference)


@lstm.check(
    points=1,
    probe="lstm_cell.states",
    kind="property",
    needs=shapes,
    cases=CELL_PARITY[:1],
    expected=lambda case: {},
    hint="states=None means zeros for h and for c; a call leaves nothing behind on self",
)
def states(student: Any, reference: Any) -> None:
    """no state means zeros, nothing is kept between calls, and the rows of a batch do not mix"""
    state_is_handled(student, ("h", "c"))


@lstm.check(
    points=2,
    probe="lstm_cell.parity",
    kind="gradients",
    aligned=True,
    needs=forward,
    hint="Right values with wrong gradients: is a state detached, or a gate computed under no_grad?",
)
def gradients(student: Any, reference: Any) -> None:
    """gradients reach every weight, x, h and c, through both outputs"""
    same_gradients(student, reference)


@lstm.check(
    points=1,
    probe="lstm_cell.ingredients",
    kind="policy",
    needs=shapes,
    cases=CELL_PARITY[:1],
    expected=lambda case: {},
    self_reported=True,
)
def from_scratch(student: Any, reference: Any) -> None:
    """it is written from scratch, without torch's recurrent layers and cells"""
    no_library_cells(student, reference)


# --- GRUCell ------------------------------------------------------------------------------------------

gru = Exercise(
    "gru_cell",
    title="GRU cell",
    names=["GRUCell"],
    cases=CELL_PARITY,
    limits=QUICK,
    align=Align("gru_cell", ("gru", "gru-reset-after"), sizes={"batch": 3}),
)
GRU = Expected(FAMILIES["gru"], gru_shapes)


@gru.check(
    points=1,
    probe="gru_cell.shapes",
    kind="shapes",
    cases=CELL_SIZES,
    expected=GRU,
    hint="one state goes in and one comes out, both (batch, hidden_size)",
)
def shapes(student: Any, reference: Any) -> None:
    """one step returns h, (batch, hidden_size)"""
    same_sizes(student, reference)


@gru.check(
    points=2,
    probe="gru_cell.alive",
    kind="parameters",
    cases=CELL_SIZES[:2],
    expected=GRU,
    needs=shapes,
    hint=f"Two gates and a candidate, each with weights on h and on x. {NO_PLAIN_LIST}",
)
def parameters(student: Any, reference: Any) -> None:
    """it owns the weights of two gates and a candidate, each of which does something, and no more"""
    right_parameters(student, reference)


@gru.check(
    points=4,
    probe="gru_cell.parity",
    kind="parity",
    aligned=True,
    needs=shapes,
    hint="the reset gate multiplies h before the product: tanh(W [r * h, x]); then h = (1 - z) * h + z * candidate",
)
def forward(student: Any, reference: Any) -> None:
    """one step from a given state computes the h of the equations"""
    same_outputs(student, reference)


@gru.check(
    points=1,
    probe="gru_cell.states",
    kind="property",
    needs=shapes,
    cases=CELL_PARITY[:1],
    expected=lambda case: {},
    hint="h=None means zeros; a call leaves nothing behind on self",
)
def states(student: Any, reference: Any) -> None:
    """no state means zeros, nothing is kept between calls, and the rows of a batch do not mix"""
    state_is_handled(student, ("h",))


@gru.check(
    points=2,
    probe="gru_cell.parity",
    kind="gradients",
    aligned=True,
    needs=forward,
    hint="Right values with wrong gradients: is a state detached, or a gate computed under no_grad?",
)
def gradients(student: Any, reference: Any) -> None:
    """gradients reach every weight, x and h"""
    same_gradients(student, reference)


@gru.check(
    points=1,
    probe="gru_cell.ingredients",
    kind="policy",
    needs=shapes,
    cases=CELL_PARITY[:1],
    expected=lambda case: {},
    self_reported=True,
)
def from_scratch(student: Any, reference: Any) -> None:
    """it is written from scratch, without torch's recurrent layers and cells"""
    no_library_cells(student, reference)


EXERCISES = [rnn, lstm, gru]

"""SimpleLSTM, BiLSTM and SentimentLSTM: networks made of cells or of torch's layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import Align, Case, Exercise, close, fail, grid, require

from ..families import FAMILIES
from .cells import QUICK, state_is_handled
from .common import (
    FORBIDDEN_CLASSES,
    Expected,
    right_count,
    right_parameters,
    same_gradients,
    same_outputs,
    same_sizes,
)

CELL = ("lstm_cell", "lstm")  # a network may be made of the student's own cell
ALIGN_SIZES = {"batch": 3, "time": 2}

SEQUENCE_SIZES = (
    *grid(batch=3, time=7, input_size=5, hidden_size=4, output_size=2),
    *grid(batch=4, time=2, input_size=3, hidden_size=7, output_size=5),
    *grid(batch=1, time=1, input_size=1, hidden_size=2, output_size=1),
)
SEQUENCE_PARITY = (  # one step, and more than a short loop or a buffer of a fixed length would do
    *grid(batch=3, time=7, input_size=5, hidden_size=4, output_size=2),
    *grid(batch=1, time=1, input_size=5, hidden_size=4, output_size=2),
    *grid(batch=2, time=33, input_size=5, hidden_size=4, output_size=2),
)
LAYERS = grid(batch=3, time=5, input_size=3, hidden_size=2, output_size=4, num_layers=(2, 3))
SENTIMENT_SIZES = (
    *grid(batch=3, time=7, vocab_size=23, embedding_dim=5, hidden_dim=4, output_dim=2),
    *grid(batch=1, time=1, vocab_size=11, embedding_dim=3, hidden_dim=2, output_dim=5),
)
SENTIMENT_PARITY = (
    *grid(batch=3, time=7, vocab_size=13, embedding_dim=5, hidden_dim=4, output_dim=3),
    *grid(batch=1, time=1, vocab_size=13, embedding_dim=5, hidden_dim=4, output_dim=3),
    *grid(batch=2, time=33, vocab_size=13, embedding_dim=5, hidden_dim=4, output_dim=3),
)


def output_shape(case: Case) -> dict[str, list[int]]:
    """output [B,O]."""
    return {"output": [case.batch, case.output_size]}


# --- SimpleLSTM ---------------------------------------------------------------------------------------

simple = Exercise(
    "simple_lstm",
    title="LSTM over a sequence",
    names=["SimpleLSTM"],
    cases=SEQUENCE_PARITY,
    limits=QUICK,
    align=Align("simple_lstm", ("simple-lstm",), sizes=ALIGN_SIZES, cell=CELL),
    stand_ins=["LSTMCell"],
)
SIMPLE = Expected(FAMILIES["simple-lstm"], output_shape)


@simple.check(
    points=1,
    probe="simple_lstm.shapes",
    kind="shapes",
    cases=SEQUENCE_SIZES,
    expected=SIMPLE,
    hint="feed x[:, t] to the cell step by step and give the last h to the output layer",
)
def shapes(student: Any, reference: Any) -> None:
    """forward returns one output (batch, output_size) for the whole sequence"""
    same_sizes(student, reference)


@simple.check(
    points=1,
    probe="simple_lstm.alive",
    kind="parameters",
    cases=SEQUENCE_SIZES[:2],
    expected=SIMPLE,
    needs=shapes,
    hint="one cell for all steps, and one output layer from hidden_size to output_size",
)
def parameters(student: Any, reference: Any) -> None:
    """it owns one cell and one output layer, whatever the length of the sequence"""
    right_parameters(student, reference)


@simple.check(
    points=1,
    probe="simple_lstm.parity",
    kind="parity",
    aligned=True,
    needs=shapes,
    hint="carry both h and c from step to step, start from the given states, read the output from the last h",
)
def forward(student: Any, reference: Any) -> None:
    """over several steps from given states, it carries h and c and reads the output from the last h"""
    same_outputs(student, reference)


@simple.check(
    points=1,
    probe="simple_lstm.states",
    kind="property",
    needs=shapes,
    cases=SEQUENCE_PARITY[:1],
    expected=lambda case: {},
    hint="states=None means zeros for h and for c; each call starts from what it is given and leaves nothing behind",
)
def states(student: Any, reference: Any) -> None:
    """no state means zeros, nothing is kept between calls, and the rows of a batch do not mix"""
    state_is_handled(student, ("output",))


@simple.check(
    points=1,
    probe="simple_lstm.parity",
    kind="gradients",
    aligned=True,
    needs=forward,
    hint="Right values with wrong gradients: are the states detached between the steps?",
)
def gradients(student: Any, reference: Any) -> None:
    """gradients flow through all steps to every weight, to x and to the first states"""
    same_gradients(student, reference)


@simple.check(
    points=1,
    probe="simple_lstm.ingredients",
    kind="policy",
    needs=shapes,
    cases=SEQUENCE_PARITY[:1],
    expected=lambda case: {},
    self_reported=True,
    hint="make one cell in __init__, an LSTMCell of the sizes that you were given, and call it at each step",
)
def own_cell(student: Any, reference: Any) -> None:
    """it is built on your own LSTMCell"""
    parts = [(str(part["name"]), str(part["torch"])) for part in student.modules]
    cells = [str(name) for name in student.cells]
    inside = tuple(f"{name}." for name in cells if name)
    outside = {kind for name, kind in parts if name not in cells and not name.startswith(inside)}
    used = sorted((outside | set(student.bases)) & FORBIDDEN_CLASSES)
    if used:
        fail(f"uses torch's own {', '.join(used)}; this exercise asks for your LSTMCell")
    require(bool(cells), "no LSTMCell is among its parts")


# --- BiLSTM -------------------------------------------------------------------------------------------

bilstm = Exercise(
    "bilstm",
    title="Bidirectional LSTM",
    names=["BiLSTM"],
    cases=SEQUENCE_PARITY,
    limits=QUICK,
    align=Align("bilstm", ("bilstm",), sizes=ALIGN_SIZES, cell=CELL),
    stand_ins=["LSTMCell", "SimpleLSTM"],
)
BILSTM = Expected(FAMILIES["bilstm"], output_shape)
LAST_STATES = (
    "the forward pass ends at the last step and the backward pass at the first: "
    "h_n[-2] and h_n[-1] of the last layer, not lstm_out[:, -1]"
)


@bilstm.check(
    points=1,
    probe="bilstm.shapes",
    kind="shapes",
    cases=SEQUENCE_SIZES,
    expected=BILSTM,
    hint="x is (batch, time, input_size): nn.LSTM needs batch_first=True",
)
def shapes(student: Any, reference: Any) -> None:
    """forward returns one output (batch, output_size) for the whole sequence"""
    same_sizes(student, reference)


@bilstm.check(
    points=1,
    probe="bilstm.alive",
    kind="parameters",
    cases=SEQUENCE_SIZES[:2],
    expected=BILSTM,
    needs=shapes,
    hint="two directions, and an output layer that reads 2 * hidden_size numbers",
)
def parameters(student: Any, reference: Any) -> None:
    """it owns an LSTM for each direction and an output layer that reads both"""
    right_parameters(student, reference)


@bilstm.check(points=1, probe="bilstm.parity", kind="parity", aligned=True, needs=shapes, hint=LAST_STATES)
def forward(student: Any, reference: Any) -> None:
    """the output follows from the last forward and the last backward state"""
    same_outputs(student, reference)


@bilstm.check(
    points=1,
    probe="bilstm.parity",
    kind="parity",
    aligned=True,
    needs=forward,
    cases=LAYERS,
    hint=f"with two layers, h_n[0] and h_n[1] belong to the first layer; {LAST_STATES}",
)
def layers(student: Any, reference: Any) -> None:
    """with several layers, each on the outputs of the one below, the output follows from the last layer's states"""
    same_outputs(student, reference)


@bilstm.check(
    points=1,
    probe="bilstm.states",
    kind="property",
    needs=shapes,
    cases=LAYERS[:1],
    expected=lambda case: {},
    hint="nothing in this network is random or remembered, and a sequence's result depends on that sequence alone",
)
def calls(student: Any, reference: Any) -> None:
    """training mode changes nothing, nothing is kept between calls, and the rows of a batch do not mix"""
    state_is_handled(student, ("output",))


@bilstm.check(points=1, probe="bilstm.parity", kind="gradients", aligned=True, needs=forward)
def gradients(student: Any, reference: Any) -> None:
    """gradients flow through both directions to every weight and to x"""
    same_gradients(student, reference)


# --- SentimentLSTM ------------------------------------------------------------------------------------

sentiment = Exercise(
    "sentiment_lstm",
    title="Sentiment model",
    names=["SentimentLSTM"],
    cases=SENTIMENT_PARITY,
    limits=QUICK,
    align=Align("sentiment_lstm", ("sentiment-lstm",), sizes=ALIGN_SIZES, cell=CELL),
    stand_ins=["LSTMCell", "SimpleLSTM"],
)


def logits_shape(case: Case) -> dict[str, list[int]]:
    """logits [B,O]."""
    return {"logits": [case.batch, case.output_dim]}


SENTIMENT = Expected(FAMILIES["sentiment-lstm"], logits_shape, cells=4)


@sentiment.check(
    points=1,
    probe="sentiment_lstm.shapes",
    kind="shapes",
    cases=SENTIMENT_SIZES,
    expected=SENTIMENT,
    hint="one row of logits for each review; a batch of one stays a batch",
)
def shapes(student: Any, reference: Any) -> None:
    """forward returns logits (batch, output_dim) for token ids (batch, time)"""
    same_sizes(student, reference)


@sentiment.check(
    points=1,
    probe="sentiment_lstm.shapes",
    kind="parameters",
    cases=SENTIMENT_SIZES,
    expected=SENTIMENT,
    needs=shapes,
    hint="an embedding table, two bidirectional layers, an output layer that reads 2 * hidden_dim; all of them trained",
)
def parameters(student: Any, reference: Any) -> None:
    """it owns an embedding, two bidirectional LSTM layers and an output layer, all of them trainable"""
    right_count(student, reference)
    frozen = [str(row["name"]) for row in student.parameters if not row.get("trains", True)]
    require(not frozen, f"frozen, so they will not learn: {', '.join(frozen)}")


@sentiment.check(
    points=2,
    probe="sentiment_lstm.parity",
    kind="parity",
    aligned=True,
    needs=shapes,
    hint=f"logits, with nothing after the output layer; {LAST_STATES}",
)
def forward(student: Any, reference: Any) -> None:
    """in evaluation mode the logits follow from the last layer's last forward and backward state"""
    same_outputs(student, reference)


@sentiment.check(
    points=1,
    probe="sentiment_lstm.parity",
    kind="gradients",
    aligned=True,
    needs=forward,
    hint="Right values with wrong gradients: is something detached, frozen or computed under no_grad?",
)
def gradients(student: Any, reference: Any) -> None:
    """gradients reach the embedding, both directions of both layers and the output layer"""
    same_gradients(student, reference)


@sentiment.check(
    points=1,
    probe="sentiment_lstm.modes",
    kind="property",
    needs=shapes,
    cases=SENTIMENT_SIZES[:1],
    expected=lambda case: {},
    hint="nn.Dropout(0.3) follows train() and eval(); F.dropout needs training=self.training",
)
def dropout(student: Any, reference: Any) -> None:
    """dropout works in training mode and is off in evaluation mode"""
    first, second = student["eval:first"], student["eval:second"]
    close("logits of two calls in evaluation mode", second, first, hint="dropout is still on after model.eval()")
    first, second = np.asarray(student["train:first"]), np.asarray(student["train:second"])
    moved = first.shape == second.shape and np.abs(first - second).max(initial=0.0) > 1e-9
    require(bool(moved), "two calls in training mode give the same logits: no dropout is at work")
    rates = student.rates if isinstance(student.rates, list) else []
    wrong = sorted({rate for rate in rates if isinstance(rate, float) and abs(rate - 0.3) > 1e-6})
    require(not wrong, f"a dropout has the rate {wrong[0] if wrong else 0:g}; expected 0.3")
    dropped = np.asarray(student.dropped, dtype=np.float64)
    if dropped.size:  # 0.16 is six standard deviations of what 300 texts show
        off = dropped[np.abs(dropped - 0.3).argmax()]
        few = "the output layer reads numbers of which none is dropped"
        some = f"of one number that the output layer reads, {off:.0%} are dropped; expected 30%"
        hint = "put dropout around what goes into the output layer: self.fc(self.dropout(last_states))"
        require(abs(off - 0.3) < 0.16, few if dropped.max() == 0 else some, hint=hint)
        kept = student.kept if isinstance(student.kept, float) else 0.0
        require(
            1.2 < kept < 1.7,
            f"what dropout keeps for the output layer is {kept:.2f} times as large as in evaluation mode; "
            f"expected {1 / 0.7:.2f} times",
            hint="who drops a share p divides the rest by 1 - p, so that sums stay as large; nn.Dropout does so",
        )
    own = student.noise if isinstance(student.noise, list) else []
    require(
        len(rates) >= 2 or bool(own),
        "dropout works in one place only",
        hint="it belongs between the two LSTM layers (nn.LSTM(..., dropout=0.3)) and before the output layer",
    )


@sentiment.check(
    points=1,
    probe="sentiment_lstm.padding",
    kind="property",
    needs=shapes,
    cases=SENTIMENT_SIZES[:1],
    expected=lambda case: {},
    hint="nn.Embedding(vocab_size, embedding_dim, padding_idx=0)",
)
def padding(student: Any, reference: Any) -> None:
    """the embedding of the padding token stays zero and gets no gradient; a padded text's logits are its own"""
    row, gradient = np.asarray(student.row), np.asarray(student.gradient)
    close("the padding token's embedding", row, np.zeros_like(row))
    require(gradient.ndim == 2 and gradient.shape[0] > 1, "the embedding has no gradient to look at")
    close("the gradient of the padding token's embedding", gradient[0], np.zeros_like(gradient[0]))
    require(bool(np.abs(gradient[1:]).max() > 0), "no gradient reaches the embedding at all")
    close(
        "logits of padded texts in a batch, beside each text's alone",
        student["batch"],
        student["alone"],
        axes=("row", "class"),
        hint="is the batch sorted and not sorted back, or cut to the length of another text?",
    )


EXERCISES = [simple, bilstm, sentiment]

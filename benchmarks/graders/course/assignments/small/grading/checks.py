"""The checks, compared with the reference at the same weights. The training is checked where its data is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from autograder import Case, Exercise, Limits, close, equal, grid, same_shapes

QUICK = Limits(seconds=6, cpu=3)
CELL_SIZES = (
    *grid(batch=3, input_size=5, hidden_size=4),
    *grid(batch=4, input_size=3, hidden_size=7),
    *grid(batch=1, input_size=1, hidden_size=2),
)
CELL_PARITY = grid(batch=(3, 1), input_size=5, hidden_size=4)
SEQUENCE_SIZES = (
    *grid(batch=3, time=7, input_size=5, hidden_size=4, output_size=2),
    *grid(batch=4, time=2, input_size=3, hidden_size=7, output_size=5),
    *grid(batch=1, time=1, input_size=1, hidden_size=2, output_size=1),
)
SEQUENCE_PARITY = (
    *grid(batch=3, time=7, input_size=5, hidden_size=4, output_size=2),
    *grid(batch=1, time=2, input_size=5, hidden_size=4, output_size=2),
)


def _exercise(
    id: str, title: str, name: str, shapes_of: Callable[[Case], Mapping[str, Any]], count: Callable[[Case], int]
) -> Exercise:
    cell = id.endswith("_cell")
    sizes = CELL_SIZES if cell else SEQUENCE_SIZES
    exercise = Exercise(id, title=title, names=[name], cases=CELL_PARITY if cell else SEQUENCE_PARITY, limits=QUICK)

    def expected(case: Case) -> dict[str, Any]:
        return {"shapes": shapes_of(case), "count": count(case)}

    @exercise.check(points=1, probe=f"{id}.shapes", kind="shapes", cases=sizes, expected=expected)
    def shapes(student: Any, reference: Any) -> None:
        """every output has the shape that follows from the sizes"""
        same_shapes(student.shapes, reference.shapes)

    @exercise.check(points=1, probe=f"{id}.shapes", kind="parameters", cases=sizes[:2], expected=expected)
    def parameters(student: Any, reference: Any) -> None:
        """it has as many parameters as the equations have weights and biases"""
        equal("number of parameters", sum(row["count"] for row in student.parameters), reference.count)

    @exercise.check(points=1, probe=f"{id}.same_weights", kind="parity")
    def forward(student: Any, reference: Any) -> None:
        """at the same weights it computes what the equations give"""
        for name in reference.names():
            close(name, student[name], reference[name])

    return exercise


def _state(case: Case, *names: str) -> dict[str, list[int]]:
    return {name: [case.batch, case.hidden_size] for name in names}


def _gates(case: Case, gates: int) -> int:
    return gates * case.hidden_size * (case.input_size + case.hidden_size + 1)


def _output(case: Case) -> dict[str, list[int]]:
    return {"output": [case.batch, case.output_size]}


MODULES = (
    _exercise(
        "vanilla_rnn",
        "Vanilla RNN",
        "VanillaRNN",
        lambda case: {**_output(case), "states": [case.batch, case.time, case.hidden_size]},
        lambda case: (
            case.hidden_size * (case.input_size + case.hidden_size + 2) + case.output_size * (case.hidden_size + 1)
        ),
    ),
    _exercise("lstm_cell", "LSTM cell", "LSTMCell", lambda case: _state(case, "h", "c"), lambda case: _gates(case, 4)),
    _exercise("gru_cell", "GRU cell", "GRUCell", lambda case: _state(case, "h"), lambda case: _gates(case, 3)),
    _exercise(
        "simple_lstm",
        "LSTM over a sequence",
        "SimpleLSTM",
        _output,
        lambda case: _gates(case, 4) + case.output_size * (case.hidden_size + 1),
    ),
    _exercise(
        "bilstm",
        "Bidirectional LSTM",
        "BiLSTM",
        _output,
        lambda case: _gates(case, 8) + case.output_size * (2 * case.hidden_size + 1),
    ),
)
EXERCISES = (
    *MODULES,
    Exercise("training", title="Training", names=["train_sentiment", "encode"], limits=Limits(seconds=90, cpu=45)),
)

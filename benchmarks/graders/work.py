"""The ten submissions: one piece of code for each exercise, eight of them right, two wrong."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODULES = ("vanilla_rnn", "lstm_cell", "gru_cell", "simple_lstm", "bilstm")
TRAINING = "training"
NAMES = {
    "vanilla_rnn": "VanillaRNN",
    "lstm_cell": "LSTMCell",
    "gru_cell": "GRUCell",
    "simple_lstm": "SimpleLSTM",
    "bilstm": "BiLSTM",
    "training": "train_sentiment",
}
_STYLES = {
    "ada": {},
    "bela": {"vanilla_rnn": "projected_once", "lstm_cell": "sliced", "gru_cell": "lerp", "training": "own_batches"},
    "chen": {"lstm_cell": "one_sigmoid", "bilstm": "flipped"},
    "dora": {"gru_cell": "lerp", "simple_lstm": "unbound", "training": "own_batches"},
    "emil": {"vanilla_rnn": "projected_once", "bilstm": "flipped"},
    "fay": {"lstm_cell": "sliced", "simple_lstm": "unbound", "bilstm": "flipped"},
    "gita": {"lstm_cell": "one_sigmoid", "gru_cell": "lerp", "training": "own_batches"},
    "hugo": {"vanilla_rnn": "projected_once", "lstm_cell": "sliced", "simple_lstm": "unbound"},
    "ines": {"lstm_cell": "no_tanh_on_c"},
    "jan": {
        "vanilla_rnn": "states_time_first",
        "gru_cell": "no_bias",
        "bilstm": "backward_read_too_early",
        "training": "bag_of_words",
    },
}
STUDENTS = tuple(_STYLES)
WRONG = {  # what every grader has to find, and nothing else
    "ines": {"lstm_cell.forward", "simple_lstm.forward", "bilstm.forward"},
    "jan": {
        "vanilla_rnn.shapes",
        "vanilla_rnn.forward",
        "gru_cell.parameters",
        "gru_cell.forward",
        "bilstm.forward",
        "training.accuracy",
    },
}


def exercises(training: bool) -> tuple[str, ...]:
    """The ids of the exercises, in order."""
    return (*MODULES, TRAINING) if training else MODULES


def piece(student: str, exercise: str) -> str:
    """What a student wrote for an exercise."""
    style = _STYLES[student].get(exercise, "plain")
    return (HERE / "work" / exercise / f"{style}.py").read_text(encoding="utf-8")


def reference(exercise: str) -> str:
    """The right solution that the assignment is made with."""
    return (HERE / "work" / exercise / "plain.py").read_text(encoding="utf-8")


def linked(exercise: str, source: str) -> str:
    """The source as a file of its own: in a notebook LSTMCell is there already, a file imports it."""
    return f"from lstm_cell import LSTMCell\n\n{source}" if exercise in ("simple_lstm", "bilstm") else source


def checks(exercise: str) -> tuple[str, ...]:
    """The ids of an exercise's checks."""
    return ("accuracy",) if exercise == TRAINING else ("shapes", "parameters", "forward")


def tests(training: bool, data: Path) -> dict[str, dict[str, str]]:
    """Exercise -> check -> the source of its function; ``data``: where the texts of the training are."""
    text = (HERE / "tests_by_hand.py").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            exercise, _, check = node.name.partition("__")
            lines = (ast.get_source_segment(text, node) or "").replace("DATA", str(data)).splitlines()
            lines[0] = lines[0].partition("  #")[0]
            found.setdefault(exercise, {})[check] = "\n".join(lines)
    return {exercise: found[exercise] for exercise in exercises(training)}


def wanted(student: str, training: bool) -> set[str]:
    """The checks that a submission fails, as ``exercise.check``."""
    return {name for name in WRONG.get(student, set()) if name.split(".")[0] in exercises(training)}


def write_texts(path: Path) -> None:
    """The data of the sentiment model: the generator of the rnn assignment, at one seed."""
    spec = importlib.util.spec_from_file_location("sentiment_texts", ROOT / "solutions" / "rnn" / "hidden" / "data.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    path.write_text(json.dumps(vars(module.make(7))), encoding="utf-8")

"""Checks that all module exercises have: an ordinary function registers them, so they read alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder import Case, Evidence, Mismatch, close, fail, require, same_shapes

from ..families import Family

AXES = {
    "output": ("row", "output"),
    "logits": ("row", "class"),
    "hidden_states": ("row", "step", "unit"),
    "h": ("row", "unit"),
    "c": ("row", "unit"),
}
FORBIDDEN_CLASSES = {"RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "RNNBase", "RNNCellBase"}
FORBIDDEN_FUNCTIONS = {
    "rnn_tanh", "rnn_relu", "lstm", "gru", "rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell",
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """Shapes that follow from a case's sizes: computed here, so that no reference is needed.

    cells: how many cells the network has, which are of one kind: a second bias is in all of them or in none.
    """

    family: Family
    shapes: Any  # function of a case: name -> shape
    cells: int = 1

    def __call__(self, case: Case) -> Mapping[str, Any]:
        counts = self.family.counts(case.sizes) if self.family.counts else {}
        sizes = {name: size for name, size in case.sizes.items() if name not in ("batch", "time")}
        unit = case.sizes.get("hidden_size", case.sizes.get("hidden_dim", 1))
        shown = ", ".join(f"{name}={size}" for name, size in sizes.items())
        return {"shapes": self.shapes(case), "counts": counts, "unit": unit * self.cells, "sizes": shown}


def same_sizes(student: Any, reference: Any) -> None:
    """Every output has the shape that follows from the sizes."""
    same_shapes(student.shapes, reference.shapes)


def right_parameters(student: Any, reference: Any) -> None:
    """The number of parameters is an accepted convention's, and every one of them does something."""
    right_count(student, reference)
    all_alive(student, reference)


def right_count(student: Any, reference: Any) -> None:
    """As many parameters as one of the accepted conventions has; a second bias may be kept gate by gate."""
    listing = _listing(student.parameters)
    total = sum(row["count"] for row in listing)
    counts = reference.counts
    accepted = " or ".join(f"{count:,} ({name})" for name, count in counts.items())
    table = Evidence("parameters", {"rows": listing, "total": total, "expected": accepted})
    if total == 0:
        fail(
            "the module has no parameters that PyTorch can see",
            hint="keep layers as attributes (or in nn.ModuleList) and raw weights in nn.Parameter",
            evidence=[table],
        )
    low, high = min(counts.values()), max(counts.values())
    if not low <= total <= high or (total - low) % reference.unit:
        fail(f"{total:,} parameters for {reference.sizes}; expected {accepted}", evidence=[table])


def all_alive(student: Any, reference: Any) -> None:
    """Every declared weight changes the outputs, and nothing that is not declared does."""
    for row in _listing(student.parameters):
        changed = np.asarray(student[f"changed:{row['name']}"], dtype=np.float64)
        require(changed.size > 0 or row["count"] == 0, f"the weights in `{row['name']}` could not be tried")
        dead = int((~(changed > 1e-12)).sum())
        if dead:
            which = f"{dead} of the {changed.size} weights tried" if dead < changed.size else "all weights"
            fail(
                f"{which} in `{row['name']}` change nothing: they are declared, but not used",
                hint="is a gate computed and then left out, or derived from another one?",
            )
    first, second = np.asarray(student.first), np.asarray(student.second)
    if first.shape != second.shape or not np.allclose(first, second, rtol=0, atol=1e-9):
        fail(
            "two modules with the same parameter values give different outputs: "
            "something that is not a parameter decides them",
            hint="wrap what is learned in nn.Parameter, and create layers in __init__, not in forward",
        )


FIRST = ("hidden_states", "c", "h")  # what others are computed from comes before them


def same_outputs(student: Any, reference: Any) -> None:
    """Outputs at canonical weights. The first wrong one is named, and which others are right."""
    shorts = sorted((name.removeprefix("out:") for name in reference.names("out:")), key=_turn)
    for short in shorts:
        try:
            close(short, student[f"out:{short}"], reference[f"out:{short}"], axes=AXES.get(short, ()))
        except Mismatch as mismatch:
            right = [other for other in shorts if other != short and _agrees(student, reference, f"out:{other}")]
            also = f"; {' and '.join(right)} {'is' if len(right) == 1 else 'are'} right" if right else ""
            fail(mismatch.message + also, hint=mismatch.hint, evidence=mismatch.evidence)
    for name in reference.names("after:"):
        same = np.array_equal(np.asarray(student[name]), reference[name])
        require(same, f"forward changes its input {name.removeprefix('after:')} in place")


def _turn(short: str) -> int:
    return FIRST.index(short) if short in FIRST else len(FIRST)


def _agrees(student: Any, reference: Any, name: str) -> bool:
    try:
        close(name, student[name], reference[name])
    except Mismatch:
        return False
    return True


def same_gradients(student: Any, reference: Any) -> None:
    """Gradients of a random weighting of all outputs, for every input, state and weight."""
    if "grad_error" in student:
        fail(f"backward() fails: {student.grad_error}", hint="is a tensor changed in place after it was used?")
    for name in reference.names("in_grad:"):
        close(f"gradient of {name.removeprefix('in_grad:')}", student[name], reference[name], atol=1e-8)
    for name in student.names("grad:"):
        role = name.removeprefix("grad:").split(" #")[0]
        if f"grad:{role}" in reference:
            close(f"gradient of {role}", student[name], reference[f"grad:{role}"], atol=1e-8)


def no_library_cells(student: Any, reference: Any) -> None:
    """No recurrent layer or cell of torch is a part, a base or a called function."""
    parts = {str(m["torch"]) for m in student.modules} | set(student.bases)
    used = sorted(parts & FORBIDDEN_CLASSES) + sorted(set(student.functions) & FORBIDDEN_FUNCTIONS)
    if used:
        fail(
            f"uses torch's own {', '.join(used)}; this exercise asks for the equations from scratch",
            hint="nn.Linear, nn.Parameter and the functions of torch (matmul, sigmoid, tanh, cat …) are what you need",
        )


def _listing(parameters: Any) -> list[dict[str, Any]]:
    try:
        return [
            {
                "name": str(row["name"]),
                "shape": "(" + ", ".join(str(int(n)) for n in row["shape"]) + ")",
                "count": int(np.prod(row["shape"])),
            }
            for row in parameters
        ]
    except (TypeError, KeyError, ValueError):
        return []

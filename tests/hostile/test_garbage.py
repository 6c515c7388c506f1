"""A child that returns rubbish to every question: it loses what it should, and never makes it our fault.

A check that is void costs no points, so a submission that could void its own checks would gain by it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from autograder import pipeline
from autograder.grading import Grading
from autograder.model import Crash, Outcome, Reply, Submission
from autograder.pipeline import Course
from autograder.sandbox import transfer, wire
from autograder.sandbox.request import Request
from autograder.sandbox.trusted import TrustedSandbox
from hostile.table import attack, register

Lie = Callable[[random.Random, dict[str, Any]], dict[str, Any]]
BIG = 2**32
RUBBISH: tuple[Any, ...] = (
    *(None, True, -1, 2**62, 1e308, float("nan"), "", "x" * 5000, [], {}, [[]], [None], {"a": {"b": [1]}}, "\x1b[2J"),
    *(np.zeros(0), np.zeros((0, 3)), np.full((2, 3), np.nan), np.full(7, np.inf), np.ones((2, 2), dtype=bool)),
    *(np.arange(6).reshape(1, 6), np.zeros(()), np.ones((1, 1, 1, 1)), [{"name": "w"}], [{"name": 1, "shape": "x"}]),
    *([{"name": "w", "shape": [BIG, BIG]}], [{"name": "w", "shape": [1]}] * 2, [{"name": "w" * 10**5, "shape": [3]}]),
    *([{"name": "w", "shape": [0, BIG]}], [{"name": "w", "shape": [2.5]}], [{"name": "w", "shape": [True, 3]}]),
    *([{"name": None, "shape": []}], [{"name": "w", "shape": [-1, -1]}], [{"name": "w", "shape": [1] * 64}]),
)


def constant(value: Any) -> Lie:
    return lambda rng, values: dict.fromkeys(values, value)


def one_value(rng: random.Random, values: dict[str, Any]) -> dict[str, Any]:
    """One value of the honest reply replaced."""
    changed = dict(values)
    if changed:
        changed[rng.choice(list(changed))] = rng.choice(RUBBISH)
    return changed


def within(rng: random.Random, values: dict[str, Any]) -> dict[str, Any]:
    """Something inside each value replaced: an entry of a list, the shape of an array."""

    def bend(value: Any, depth: int = 0) -> Any:
        if isinstance(value, np.ndarray):
            return rng.choice(
                [value[..., None], value.reshape(-1), value * 0, value.astype(bool), value[:1]]
                if value.ndim
                else [value, value[None]]
            )
        if isinstance(value, dict) and value and depth < 4:
            key = rng.choice(list(value))
            return {**value, key: bend(value[key], depth + 1)}
        if isinstance(value, list) and value and depth < 4:
            at = rng.randrange(len(value))
            return [*value[:at], bend(value[at], depth + 1), *value[at + 1 :]]
        return rng.choice(RUBBISH)

    return {name: bend(value) for name, value in values.items()}


def reordered(rng: random.Random, values: dict[str, Any]) -> dict[str, Any]:
    """The honest values under one another's names."""
    shuffled = list(values.values())
    rng.shuffle(shuffled)
    return dict(zip(values, shuffled, strict=True))


LIES: dict[str, Lie] = {
    "nothing": lambda rng, values: {},
    "none": constant(None),
    "text": constant("full marks"),
    "nan": constant(np.full((2, 3), np.nan)),
    "huge shapes": constant([{"name": "w", "shape": [BIG, BIG]}]),
    "one name twice": constant([{"name": "w", "shape": [1]}] * 2),
    "long names": constant([{"name": "w" * 10**5, "shape": [3]}]),
    "one value": one_value,
    "inside a value": within,
    "names swapped": reordered,
}
HONEST_NEEDED = ("one value", "inside a value", "names swapped")
EACH = [register("N40", f"rubbish: {name}", "answers every question of the grader with it") for name in LIES]


class Liar:
    """A session whose answers are an honest one's, bent, after a journey over the wire."""

    def __init__(self, honest: Callable[[Request], Reply], loaded: Reply, lie: Lie, seed: int) -> None:
        self.honest, self.loaded, self.lie, self.rng = honest, loaded, lie, random.Random(seed)

    def ask(self, request: Request) -> Reply:
        reply = self.honest(request)
        if isinstance(reply, Crash):
            return reply
        values = self.lie(self.rng, reply.values)
        try:
            frame = wire.encode({"id": 1, "kind": "observation"} | {f":{k}": v for k, v in values.items()})
        except wire.WireError:
            return Crash("protocol", "what came back from your code's process was not a reply")
        return transfer.reply_of(frame, number=1)

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture(scope="module")
def honest(course: Course, reference: Submission) -> Iterator[tuple[Callable[[Request], Reply], Reply]]:
    """The reference as a submission, each question asked once."""
    session = TrustedSandbox(
        course.assignment.probes, stubs=course.assignment.stubs, stand_ins=course.assignment.stand_ins_file
    ).open(reference)
    known: dict[str, Reply] = {}

    def ask(request: Request) -> Reply:
        if request.digest not in known:
            known[request.digest] = session.ask(request)
        return known[request.digest]

    yield ask, session.loaded
    session.close()


QUICK = ("vanilla_rnn", "lstm_cell", "gru_cell", "simple_lstm", "bilstm", "count_parameters")


@pytest.mark.parametrize("attack", EACH, ids=str)
def test_rubbish_is_never_our_fault(
    course: Course, reference: Submission, honest: tuple[Callable[[Request], Reply], Reply], attack: Any, seen: Any
) -> None:
    """No finding is void and nothing raises, in judging and in looking for known mistakes."""
    name = attack.name.removeprefix("rubbish: ")
    ask, loaded = honest
    void, points = [], 0
    for seed in range(3 if name in HONEST_NEEDED else 1):
        for exercise in course.assignment.exercises:
            if exercise.written or exercise.id not in QUICK:
                continue
            session = Liar(ask, loaded, LIES[name], seed)
            judged = Grading(course.assignment, reference, session, course.reference, course.seeds)
            grade = pipeline.explained(course.diagnosis, judged, exercise, judged.exercise(exercise))
            void += [f"{exercise.id}.{f.id}: {f.message}" for f in grade.checks if f.outcome is Outcome.VOID]
            points += grade.points
    assert not void, "\n".join(void)
    if name not in HONEST_NEEDED:
        assert points == 0
    seen(
        "nothing void; no points"
        if not points
        else "nothing void; points only where the answers were left as they were"
    )


@attack("N41", "a fault of ours, claimed", "sends the reply that says that the grader itself broke")
def test_a_submission_cannot_say_that_the_fault_is_ours(grade_attack: Any, seen: Any) -> None:
    code = """
    import os
    from autograder.sandbox import child, perform, wire
    def lie(probes, code, asked, files):
        return wire.encode({"id": asked["id"], "kind": "engine", "message": "the grader broke"})
    child.perform = lie
    from torch import nn
    class LSTMCell(nn.Module):
        pass
    """
    result = grade_attack(code)
    assert not result.won("lstm_cell")
    assert result.exercises["lstm_cell"].points == 0
    seen(result.summary())

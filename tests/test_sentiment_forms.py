"""Whatever comes back from a sandbox, the checks of the sentiment half end in a finding, not in an accident."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from autograder.expect import Mismatch, Record
from autograder.model import Observation
from autograder.sandbox.request import Request

QUICK = (
    "build_vocab", "text_to_indices", "sentiment_dataset", "train_epoch", "evaluate", "predict_sentiment",
    "word_importance",
)  # fmt: skip
RUBBISH = [
    None, "x", 3, True, 0.5, float("nan"), [], {}, [1, "a"], [[1, 2, 3]], {"a": 1}, [None], [["a", "b"]],
    np.zeros(0), np.zeros((2, 3)), np.array(True), np.array([np.inf]), np.zeros((400, 2), dtype=bool),
]  # fmt: skip


@pytest.mark.parametrize("exercise", QUICK)
def test_no_value_of_any_form_breaks_a_check(rnn, course, exercise):
    """One value of the reference's record at a time is replaced by rubbish; the judge may only say what is wrong."""
    (chosen,) = (e for e in rnn.exercises if e.id == exercise)
    judged = 0
    for check in chosen.checks:
        case = course.seeds.case(check.cases[0], chosen.id, check.probe)
        reply = course.reference.session.ask(Request(check.probe, case, (), check.limits))
        assert isinstance(reply, Observation), reply
        reference = Record(reply.values, side="reference")
        check.judge(Record(reply.values, side="student"), reference)
        for name in reply.values:
            for value in RUBBISH:
                with contextlib.suppress(Mismatch):
                    check.judge(Record({**reply.values, name: value}, side="student"), reference)
                judged += 1
    assert judged > 0

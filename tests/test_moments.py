"""A failure that no known mistake explains: where a sequence goes wrong first, in words that are true."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder import intake
from autograder.grading import Grading
from autograder.model import ExerciseGrade, Outcome
from autograder.sandbox.trusted import TrustedSandbox

FORGETS_AT_THREE = """
import torch
from torch import nn
class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)
    def forward(self, x, h_prev=None):
        h = x.new_zeros(x.shape[0], self.hidden_size) if h_prev is None else h_prev
        states = []
        for t in range(x.shape[1]):
            h = h * 0.5 if t == 3 else h
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            states.append(h)
        return self.W_hy(h), states
"""
LEAKS_AT_TWO = """
from torch import nn
from lstm_cell import LSTMCell
class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)
    def forward(self, x, states=None):
        for t in range(x.shape[1]):
            if t == 2:
                states = (states[0], states[1] * 0.9)
            states = self.lstm_cell(x[:, t], states)
        return self.fc(states[0])
"""
CLAMPED_CANDIDATE = """
import torch
from torch import nn
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)
    def forward(self, x, states=None):
        h = c = x.new_zeros(x.shape[0], self.hidden_size)
        if states is not None:
            h, c = states
        f, i, g, o = self.linear(torch.cat([x, h], 1)).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh().clamp(max=0.3)
        return o.sigmoid() * c.tanh(), c
"""
READS_TOO_EARLY = FORGETS_AT_THREE.replace("h = h * 0.5 if t == 3 else h", "pass").replace(
    "self.W_hy(h), states", "self.W_hy(states[-2] if len(states) > 4 else h), states"
)


@pytest.fixture
def explained(rnn, course, tmp_path):  # type: ignore[no-untyped-def]
    """The grade of one exercise with its diagnosis; the cells beside it are the reference's."""

    def run(exercise: str, file: str, code: str) -> ExerciseGrade:
        (tmp_path / file).write_text(code, encoding="utf-8")
        if file != "lstm_cell.py":
            shutil.copy(rnn.reference / "lstm_cell.py", tmp_path)
        submission = intake.receive([Path(tmp_path)], rnn.exercises, mode="single").entries[0].read()
        sandbox = TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file)
        judged = Grading(rnn, submission, sandbox.open(submission), course.reference, course.seeds)
        (chosen,) = (e for e in rnn.exercises if e.id == exercise)
        return course.diagnosis.explain(judged, chosen, judged.exercise(chosen))

    return run


def forward(grade: ExerciseGrade) -> str:
    """The message of the failed forward check."""
    (finding,) = (f for f in grade.checks if f.id == "forward")
    assert finding.outcome is Outcome.FAILED
    return finding.message


def test_states_that_are_returned_show_the_first_wrong_step(explained):
    message = forward(explained("vanilla_rnn", "vanilla_rnn.py", FORGETS_AT_THREE))
    assert "step 3 is the first that differs, the steps before it agree" in message


def test_a_network_that_returns_no_states_is_tried_at_growing_lengths(explained):
    message = forward(explained("simple_lstm", "simple_lstm.py", LEAKS_AT_TWO))
    assert "Sequences of 1 to 2 steps come out right, those of 3 do not" in message


def test_zero_weights_are_blamed_only_where_they_differ(explained):
    message = forward(explained("lstm_cell", "lstm_cell.py", CLAMPED_CANDIDATE))
    assert "every weight at zero" not in message
    assert "no weight acts as the candidate" in message


def test_what_is_right_beside_the_wrong_output_is_said(explained):
    message = forward(explained("vanilla_rnn", "vanilla_rnn.py", READS_TOO_EARLY))
    assert message.startswith("output: ")
    assert "hidden_states is right" in message

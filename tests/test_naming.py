"""Which mistake is named: only one that the code really makes, in whatever style; and what is said where none is."""

from __future__ import annotations

import pytest

from autograder.model import WRONG, ExerciseGrade

CELL = """
import torch
from torch import nn

class LSTMCell(nn.Module):
    def __init__(self, i, h):
        super().__init__()
        self.h = h
        self.all_gates = nn.Linear(i + h, 4 * h)

    def forward(self, x, states=None):
        if states is None:
            states = (x.new_zeros(len(x), self.h), x.new_zeros(len(x), self.h))
        h, c = states
        f, i, o, g = self.all_gates(torch.cat([h, x], 1)).BEFORE.chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
"""
RNN = """
import torch
from torch import nn

class VanillaRNN(nn.Module):
    def __init__(self, i, h, o):
        super().__init__()
        self.h = h
        self.a, self.b, self.c = nn.Linear(i, h), nn.Linear(h, h), nn.Linear(h, o)

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = FIRST
        h, states = h_prev, []
        for t in range(x.shape[1]):
            h = torch.tanh(self.a(x[:, t]) + self.b(h))
            states.append(h)
        return self.c(h), states
"""
BILSTM = """
import torch
from torch import nn

class BiLSTM(nn.Module):
    def __init__(self, i, h, o, num_layers=1):
        super().__init__()
        self.rnn = nn.LSTM(i, h, LAYERS, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * h, o)

    def forward(self, x):
        _, (h, _) = self.rnn(x)
        return self.out(torch.cat([READ], 1))
"""
FIRST_LAYER = BILSTM.replace("LAYERS", "num_layers").replace("READ", "h[0], h[1]")
SENTIMENT = """
import torch
from torch import nn

class SentimentLSTM(nn.Module):
    def __init__(self, v, e, h, o):
        super().__init__()
        self.table = nn.Embedding(v, e, padding_idx=PADDING)
        self.rnn = nn.LSTM(e, h, 2, batch_first=True, bidirectional=True, dropout=RATE)
        self.drop = nn.Dropout(0.3)
        self.out = nn.Linear(2 * h, o)

    def forward(self, x):
        _, (h, _) = self.rnn(self.table(x))
        return self.out(HEAD)
"""


def sentiment(padding: int = 0, rate: float = 0.3, head: str = "self.drop(torch.cat([h[-2], h[-1]], 1))") -> str:
    """A SentimentLSTM, right but for what is given."""
    return SENTIMENT.replace("PADDING", str(padding)).replace("RATE", str(rate)).replace("HEAD", head)


def lost(grade: ExerciseGrade) -> dict[str, str]:
    """Check -> the slug of the mistake that it was given, or "" where none was."""
    wrong = [one for one in grade.checks if one.outcome in WRONG]
    return {one.id: one.mistake.id.partition("/")[2] if one.mistake else "" for one in wrong}


@pytest.mark.parametrize(
    ("exercise", "code", "check"),
    [
        ("vanilla_rnn", RNN.replace("FIRST", "torch.ones(len(x), self.h)"), "states"),
        ("lstm_cell", CELL.replace(".BEFORE", ".clamp(-1, 1)"), "forward"),
        ("bilstm", BILSTM.replace("LAYERS", "1").replace("READ", "h[-2], h[-1]"), "layers"),
        ("sentiment_lstm", sentiment(rate=0.5), "dropout"),
        ("sentiment_lstm", sentiment(padding=1), "padding"),
        ("sentiment_lstm", sentiment(head="torch.cat([h[-2], h[-1]], 1)"), "dropout"),
    ],
    ids=["ones-first", "clamped-gates", "layers-ignored", "other-rate", "other-padding", "one-dropout"],
)
def test_what_fails_the_same_check_is_not_called_by_another_mistakes_name(  # type: ignore[no-untyped-def]
    judge, exercise: str, code: str, check: str
) -> None:
    """All of these compute the right function elsewhere, as the known mistakes of that check do."""
    found = lost(judge(exercise, code, explained=True))

    assert check in found
    assert set(found.values()) == {""}


@pytest.mark.parametrize(
    ("exercise", "code", "check", "name"),
    [
        ("bilstm", FIRST_LAYER, "layers", "first-layer-states"),
        ("sentiment_lstm", sentiment(rate=0.0, head="torch.cat([h[-2], h[-1]], 1)"), "dropout", "no-dropout"),
        ("vanilla_rnn", RNN.replace("FIRST", "getattr(self, 'last', x.new_zeros(len(x), self.h))")
            .replace("return self.c", "self.last = h.detach() if len(h) == len(getattr(self, 'last', h)) else h * 0"
                     "\n        return self.c"), "states", "state-kept-on-self"),
    ],
    ids=["first-layer", "no-dropout", "state-kept"],
)  # fmt: skip
def test_a_mistake_beside_the_function_is_named_in_another_style(  # type: ignore[no-untyped-def]
    judge, exercise: str, code: str, check: str, name: str
) -> None:
    """At equal weights the failed check sees the same of both."""
    assert lost(judge(exercise, code, explained=True)).get(check) == name


def test_a_value_that_is_right_here_and_wrong_in_the_mistake_is_no_resemblance(judge) -> None:  # type: ignore[no-untyped-def]
    """Only letters are kept: digits go as well, which is more than the punctuation that a known mistake removes."""
    code = """
    def build_vocab(texts, min_freq=1):
        counts = {}
        for text in texts:
            for word in text.lower().split():
                if word.isalpha():
                    counts[word] = counts.get(word, 0) + 1
        vocab = {"<PAD>": 0, "<UNK>": 1}
        for word, count in counts.items():
            if count >= min_freq:
                vocab[word] = len(vocab)
        return vocab
    """
    found = lost(judge("build_vocab", code, explained=True))

    assert found
    assert "punctuation-removed" not in found.values()


def test_a_working_output_layer_is_not_blamed_for_a_wrong_recurrence(judge) -> None:  # type: ignore[no-untyped-def]
    grade = judge("bilstm", BILSTM.replace("LAYERS", "num_layers").replace("READ", "h[-1], h[-1]"))

    (message,) = (one.message for one in grade.checks if one.id == "forward")
    assert "what the output layer reads is not the last forward state" in message
    assert "act as no weight" not in message
    assert "change nothing" not in message


def test_one_mistake_that_cannot_be_compared_does_not_hide_the_others(judge, course) -> None:  # type: ignore[no-untyped-def]
    """A known mistake with a table of thousands of rows is left out, as nothing of its size is asked for."""
    before = len(course.diagnosis.faults)

    judge("sentiment_lstm", sentiment().replace("self.drop = nn.Dropout(0.3)", "self.drop = nn.Linear(2 * h, 2 * h)"),
          explained=True)  # fmt: skip

    assert len(course.diagnosis.faults) == before

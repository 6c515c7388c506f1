"""Gaming the check without the skill: parameters that lie, forged gradients, memoised answers, stand-ins."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from autograder.model import Outcome
from autograder.sandbox.host import ZygoteSession
from hostile.cells import BESIDES, cell
from hostile.games import GAMES, Game
from hostile.harness import Arena, Result
from hostile.table import Attack, attack, register

Grade = Callable[..., Result]
Seen = Callable[[str], None]


@pytest.mark.parametrize("game", GAMES)
def test_a_game_earns_what_its_code_deserves(game: Game, grade_attack: Grade, told: Callable[..., None]) -> None:
    result = grade_attack(game.source)
    told(game.attack, result)
    won = result.won("lstm_cell")
    assert won <= game.won if game.at_most else won == game.won, result.summary()


SLOW = cell(
    step="i, f, g, o = (self.x(x) + self.h(h)).chunk(4, 1)\n"
    "c = f.sigmoid() * c + i.sigmoid() * g * (1 + 0.01 * g)\nh = o.sigmoid() * c.tanh()"
)


@attack("N49", "asked on and on", "is wrong in a way that many known mistakes resemble, and slow, so that looking for its name never ends")  # fmt: skip  # noqa: E501
def test_a_wrong_module_is_asked_a_bounded_number_of_questions(
    arena: Arena, grade_attack: Grade, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    """Each question has its limits, so their number bounds what one submission can take of a worker."""
    grade_attack(SLOW)
    asked = []
    ask = ZygoteSession.ask
    monkeypatch.setattr(
        ZygoteSession, "ask", lambda self, request: (asked.append(request.digest), ask(self, request))[1]
    )
    result = arena.judge(arena.submission({"lstm_cell.py": SLOW}), ["lstm_cell"])
    assert "forward" in result.lost("lstm_cell")
    assert len(set(asked)) == len(asked), "nothing is asked twice"
    assert len(asked) <= 40
    seen(f"{len(asked)} questions in all, each within the exercise's limits; none twice")


TABLE = """
import torch
from torch import nn
RECORDED = {recorded}
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.x, self.h = nn.Linear(input_size, 4 * hidden_size), nn.Linear(hidden_size, 4 * hidden_size)
    def forward(self, x, states=None):
        key = f"{{float(x.detach().sum()):.9f}}"
        if key in RECORDED:
            h, c = RECORDED[key]
            return torch.tensor(h).double(), torch.tensor(c).double()
        n = self.h.weight.shape[1]
        return x.new_zeros(len(x), n), x.new_zeros(len(x), n)
"""


@attack(47, "answers of an earlier attempt written down", "returns recorded outputs for the inputs that it recognises")
def test_answers_recorded_from_one_attempt_are_worth_nothing_in_the_next(
    arena: Arena, grade_attack: Grade, seen: Seen
) -> None:
    """The table holds every answer of this attempt, so the check of the outputs passes here, and not in the next."""
    exercise = next(e for e in arena.course.assignment.exercises if e.id == "lstm_cell")
    with arena.opened(arena.submission({"lstm_cell.py": cell(right=True)})) as (_, grading):
        grading.exercise(exercise)
        recorded = {}
        for request in grading.asked["lstm_cell"]:
            if request.probe == "lstm_cell.parity":
                values = grading.ask(request).values
                x = request.case.normal("x", request.case.batch, request.case.input_size)
                recorded[f"{float(x.sum()):.9f}"] = values["out:h"].tolist(), values["out:c"].tolist()
    assert len(recorded) == 2
    source = TABLE.format(recorded=recorded)
    assert "forward" in grade_attack(source).won("lstm_cell")
    later = dataclasses.replace(
        arena, course=dataclasses.replace(arena.course, seeds=dataclasses.replace(arena.course.seeds, attempt=2))
    )
    result = later.judge(later.submission({"lstm_cell.py": source}), ["lstm_cell"])
    assert result.won("lstm_cell") == BESIDES - {"parameters"}
    seen(result.summary())


FISH = """
import gc, sys, types
import torch
from torch import nn
def fish(name):
    for kind in nn.Module.__subclasses__() + torch.utils.data.Dataset.__subclasses__():
        if kind.__name__ == name and "stand_ins" in kind.__module__:
            return kind
    for thing in gc.get_objects():
        found = thing.get(name) if type(thing) is dict else thing
        if isinstance(found, (type, types.FunctionType)) and getattr(found, "__name__", "") == name:
            if "stand_ins" in str(found.__module__) or "probes" in str(found.__module__):
                return found
    raise LookupError(f"no {name} to be found")
def __getattr__(name):
    raise AttributeError(name)
"""
PIECES = {
    "vanilla_rnn": "VanillaRNN",
    "lstm_cell": "LSTMCell",
    "gru_cell": "GRUCell",
    "simple_lstm": "SimpleLSTM",
    "build_vocab": "build_vocab",
    "text_to_indices": "text_to_indices",
    "sentiment_dataset": "SentimentDataset",
    "sentiment_lstm": "SentimentLSTM",
    "train_epoch": "train_epoch",
    "evaluate": "evaluate",
}


@attack(
    "N11",
    "stand-ins found and handed in",
    "looks for the grader's own pieces among all objects and hands them in as answers",
)
@attack(
    27,
    "stand-ins among the objects of the interpreter",
    "walks gc.get_objects() and __subclasses__() for classes of the grader",
)
def test_no_stand_in_is_there_to_be_handed_in(grade_attack: Grade, seen: Seen) -> None:
    source = FISH + "".join(f"def {name}(*a, **k):\n    return fish({name!r})(*a, **k)\n" for name in PIECES.values())
    result = grade_attack({"all.py": source}, *PIECES)
    assert {grade.id: grade.points for grade in result.exercises.values()} == dict.fromkeys(PIECES, 0)
    assert all("to be found" in grade.checks[0].message for grade in result.exercises.values()), result.summary()
    seen("not one of the ten is in the process that grades it: 0 points")


@attack(
    "N11",
    "a stand-in of another stage",
    "in the process that holds a stand-in for LSTMCell, looks for one of the stage that is graded",
)
def test_a_child_with_a_stand_in_holds_no_other(arena: Arena, grade_attack: Grade, seen: Seen) -> None:
    source = (
        FISH
        + """\
class SimpleLSTM(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.inner = fish('SimpleLSTM')(*sizes)
    def forward(self, *a):
        return self.inner(*a)
"""
    )
    result = grade_attack({"simple_lstm.py": source}, "simple_lstm")
    assert result.exercises["simple_lstm"].points == 0
    given = (
        FISH
        + """\
class BiLSTM(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        fish('LSTMCell')
        fish('SentimentLSTM')
"""
    )
    result = grade_attack({"bilstm.py": given}, "bilstm")
    assert (
        "no SentimentLSTM" in result.finding("bilstm", "shapes").message
        or "no LSTMCell" in result.finding("bilstm", "shapes").message
    )
    seen(result.summary())


WRAPPED = """
import torch
from torch import nn
class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.cell = nn.GRUCell(input_size, hidden_size)
    def forward(self, x, h=None):
        return self.cell(x, h)
"""


@attack("N11", "a stand-in copied out", "hands in the text of a stand-in: torch's own GRU in a wrapper")
def test_a_copied_stand_in_scores_what_it_deserves(grade_attack: Grade, seen: Seen) -> None:
    result = grade_attack({"gru_cell.py": WRAPPED}, "gru_cell")
    assert {"forward", "from_scratch"} <= result.lost("gru_cell")
    seen(result.summary())


LYING = """
import torch
from torch import nn
class Guess(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))
    def forward(self, ids):
        n = len(ids)
        {guess}
        return torch.stack([-score, score], 1) + 0 * self.w
def text_to_indices(text, vocab, max_len=20):
    return ([len(w) for w in text.split()] + [0] * max_len)[:max_len]
def train_sentiment(texts, labels, seed=0):
    curve = [1.0] * 10
    print("accuracy: 100%")
    names = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
    return Guess(), {{"<PAD>": 0}}, {{name: curve for name in names}}
"""
GUESSES = {
    (
        56,
        "reported accuracy",
        "reports perfect curves and returns a model that knows nothing",
    ): "score = torch.randn(n)",
    (
        63,
        "order of the texts",
        "guesses labels from the place in the batch: first halves, then turns",
    ): "score = torch.tensor([1.0 if i < n / 2 else -1.0 for i in range(n)])",
    (
        63,
        "turn by turn",
        "guesses labels by turns, as if classes were balanced pair by pair",
    ): "score = torch.tensor([1.0, -1.0]).repeat(n)[:n]",
    (
        63,
        "padding",
        "guesses labels from the length of the text",
    ): "score = ((ids > 0).sum(1).float() - (ids > 0).sum(1).float().median())",
}
LIARS = [(register(*about), guess) for about, guess in GUESSES.items()]


@pytest.mark.slow
@pytest.mark.parametrize(("attack", "guess"), LIARS, ids=[str(one) for one, _ in LIARS])
def test_claimed_accuracy_buys_nothing(attack: Attack, guess: str, arena: Arena, seen: Seen) -> None:
    """Logits for texts without labels come out; the accuracy is computed outside."""
    exercise = next(e for e in arena.course.assignment.exercises if e.id == "trained_accuracy")
    (check,) = (c for c in exercise.checks if c.id == "pipeline")
    check = dataclasses.replace(check, ways=((),), tries=1)  # other tries are other draws of the same
    with arena.opened(arena.submission({"training.py": LYING.format(guess=guess)})) as (_, grading):
        (finding,) = grading.findings(exercise, [check])
    assert finding.outcome is Outcome.FAILED
    assert "hidden texts are right" in finding.message
    seen(finding.message)

"""Trained accuracy: what learns passes, what cannot learn does not, and each stage is judged for itself."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.case import Case
from autograder.expect import Mismatch, Record
from autograder.model import ExerciseGrade, Outcome

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "solutions" / "rnn" / "source"
TRAINING = (SOURCES / "training.py").read_text(encoding="utf-8")


def outcomes(grade: ExerciseGrade) -> dict[str, Outcome]:
    return {check.id: check.outcome for check in grade.checks}


def message(grade: ExerciseGrade, id: str) -> str:
    return next(check.message for check in grade.checks if check.id == id)


ONLY_TRAIN_SENTIMENT = TRAINING[: TRAINING.index("def train_epoch")] + (
    "from training import evaluate, train_epoch\n\n\n" + TRAINING[TRAINING.index("def train_sentiment") :]
)


@pytest.mark.slow
def test_the_reference_learns_and_its_curves_are_shown_beside_the_band(judge):
    grade = judge("trained_accuracy", SOURCES)

    assert set(outcomes(grade).values()) == {Outcome.PASSED}
    shown = [e.data for check in grade.checks for e in check.evidence if e.kind == "curves"]
    assert [picture["title"] for picture in shown] == ["accuracy", "loss"]
    assert all(len(picture["band"]["low"]) == len(picture["series"][0]["values"]) == 10 for picture in shown)


@pytest.mark.slow
def test_without_train_sentiment_the_other_pieces_still_show_that_they_learn(judge):
    """The grader's own loop runs them; only the checks of the function itself are lost."""
    grade = judge("trained_accuracy", "def train_sentiment(texts, labels, *, epochs=10, seed=0):\n    return None\n")

    assert outcomes(grade)["learns"] is Outcome.PASSED
    assert outcomes(grade)["pipeline"] is not Outcome.PASSED
    assert outcomes(grade)["history"] is not Outcome.PASSED


@pytest.mark.slow
def test_a_broken_vocabulary_costs_the_pipeline_nothing(judge):
    """Judged again with the grader's pieces for the other stages."""
    slip = "def build_vocab(texts, min_freq=1):\n    return {}\n\n\n"

    grade = judge("trained_accuracy", slip + ONLY_TRAIN_SENTIMENT)

    assert set(outcomes(grade).values()) == {Outcome.PASSED}


def test_a_pipeline_that_only_pretends_stays_at_chance(judge):
    """An untrained model and an invented history: the logits tell."""
    code = """
    from torch import nn
    class SentimentLSTM(nn.Module):
        def __init__(self, V, E, H, O):
            super().__init__()
            self.embedding, self.fc = nn.Embedding(V, E), nn.Linear(E, O)
        def forward(self, x):
            return self.fc(self.embedding(x)[:, 3])
    def build_vocab(texts, min_freq=1):
        words = sorted(set(" ".join(texts).lower().split()))
        return {word: number for number, word in enumerate(["<PAD>", "<UNK>", *words])}
    def text_to_indices(text, vocab, max_len=20):
        return ([vocab.get(word, 1) for word in text.lower().split()] + [0] * max_len)[:max_len]
    def train_sentiment(texts, labels, *, epochs=10, seed=0):
        vocab = build_vocab(texts)
        names = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
        return SentimentLSTM(len(vocab), 4, 4, 2), vocab, {name: [1.0] * epochs for name in names}
    """
    grade = judge("trained_accuracy", code, alone=True)

    assert outcomes(grade)["learns"] is Outcome.FAILED
    assert outcomes(grade)["pipeline"] is Outcome.FAILED
    assert "tossing a coin" in next(check.hint for check in grade.checks if check.id == "learns")


@pytest.mark.slow
def test_a_pipeline_that_does_not_train_loses_its_own_check_only(judge):
    """The other pieces learn in the grader's own loop."""
    code = ONLY_TRAIN_SENTIMENT.replace("for _ in range(epochs):", "for _ in []:")

    grade = judge("trained_accuracy", code)

    assert outcomes(grade) == {"learns": Outcome.PASSED, "pipeline": Outcome.FAILED, "history": Outcome.FAILED}


def test_an_empty_submission_is_not_carried_by_the_stand_ins(judge):
    """With every other stage replaced by the grader's own, nothing is left to give points for."""
    code = "def train_sentiment(texts, labels, *, epochs=10, seed=0):\n    raise NotImplementedError\n"

    grade = judge("trained_accuracy", code, alone=True)

    assert set(outcomes(grade).values()) == {Outcome.UNATTEMPTED}


@pytest.mark.slow
def test_a_classifier_that_ignores_the_order_is_not_an_improvement(judge):
    code = """
    import torch
    from torch import nn
    class ImprovedClassifier(nn.Module):
        def __init__(self, V, E, H, O, vectors=None):
            super().__init__()
            self.embedding = nn.Embedding(V, E, padding_idx=0)
            self.fc = nn.Linear(E, O)
        def forward(self, x):
            return self.fc(self.embedding(x).mean(1))
    """
    grade = judge("improved_classifier", code)

    assert outcomes(grade)["contract"] is Outcome.PASSED
    assert outcomes(grade)["trains"] is Outcome.FAILED
    assert outcomes(grade)["better"] is Outcome.SKIPPED


@pytest.mark.slow
def test_the_baseline_itself_gets_the_points_of_the_improved_classifier(judge):
    """At least as good within noise."""
    code = (
        (SOURCES / "sentiment_lstm.py")
        .read_text(encoding="utf-8")
        .replace("SentimentLSTM", "ImprovedClassifier")
        .replace("output_dim):", "output_dim, vectors=None):")
    )
    grade = judge("improved_classifier", code)

    assert grade.points == grade.possible == 4


def test_attention_over_nothing_but_padding_is_seen_by_the_contract(judge):
    code = """
    import torch
    from torch import nn
    class ImprovedClassifier(nn.Module):
        def __init__(self, V, E, H, O, vectors=None):
            super().__init__()
            self.embedding = nn.Embedding(V, E, padding_idx=0)
            self.score, self.fc = nn.Linear(E, 1), nn.Linear(E, O)
        def forward(self, x):
            e = self.embedding(x)
            s = self.score(e)[..., 0].masked_fill(x == 0, float('-inf'))
            return self.fc((s.softmax(1)[..., None] * e).sum(1))
    """
    grade = judge("improved_classifier", code)

    assert outcomes(grade)["contract"] is Outcome.FAILED
    assert "padding" in message(grade, "contract")


@pytest.mark.parametrize(
    "logits",
    ["many", np.zeros((3, 2)), np.zeros((400, 1)), np.zeros((400, 2), dtype=np.int64), np.full((400, 2), np.nan)],
    ids=["text", "too few", "one column", "whole numbers", "NaN"],
)
def test_logits_in_another_form_are_a_finding_and_no_accident(rnn, logits):
    """Whatever came back from the sandbox is looked at before it is counted."""
    checks = importlib.import_module("course_rnn_hidden.checks")

    with pytest.raises(Mismatch):
        checks.accuracy(logits, np.zeros(400, dtype=np.int64))


def test_histories_of_the_wrong_form_are_named(rnn):
    (exercise,) = (e for e in rnn.exercises if e.id == "trained_accuracy")
    (history,) = (c.judge for c in exercise.checks if c.id == "history")
    good = {f"history:{part}_{what}": np.full(10, 0.5) for part in ("train", "valid") for what in ("loss", "accuracy")}
    reference = Record({"labels": np.zeros(4)}, side="reference")
    history(Record({"history": "a dict", **good}, side="student"), reference)

    for wrong in (
        {**good, "history:valid_loss": np.full(9, 0.5)},
        {**good, "history:train_loss": np.full(10, np.nan)},
        {**good, "history:train_accuracy": np.full(10, 95.0)},
        {name: value for name, value in good.items() if name != "history:valid_accuracy"},
    ):
        with pytest.raises(Mismatch):
            history(Record({"history": "a dict", **wrong}, side="student"), reference)


def test_histories_that_cannot_be_are_named(rnn):
    """Training numbers entered twice; epochs that are not the caller's; a seed that decides nothing, or not alone."""
    (exercise,) = (e for e in rnn.exercises if e.id == "trained_accuracy")
    (history,) = (c.judge for c in exercise.checks if c.id == "history")
    names = [f"{part}_{what}" for part in ("train", "valid") for what in ("loss", "accuracy")]
    long = {f"history:{name}": np.linspace(0.9, 0.6 + 0.01 * k, 10) for k, name in enumerate(names)}
    runs = {
        f"{run}:{name}": np.array([0.7, 0.6]) + 0.01 * k + (0.1 if run == "other" else 0.0)
        for run in ("short", "again", "other")
        for k, name in enumerate(names)
    }
    good = {"history": "a dict", **long, **runs}
    reference = Record({"labels": np.zeros(4)}, side="reference")
    history(Record(good, side="student"), reference)
    history(Record({"history": "a dict", **long}, side="student"), reference)  # no short run came to its end

    for changed, said in (
        ({"history:valid_loss": good["history:train_loss"]}, "valid_loss and train_loss are the same"),
        ({"history:valid_accuracy": good["history:train_accuracy"]}, "valid_accuracy and train_accuracy are the same"),
        ({"short:train_loss": np.full(10, 0.5)}, "gives train_loss 10 entries"),
        ({"again:valid_loss": np.array([0.7, 0.65])}, "same seed give other numbers"),
        ({f"other:{name}": runs[f"short:{name}"] for name in names}, "different seeds give the same numbers"),
    ):
        with pytest.raises(Mismatch, match=said):
            history(Record({**good, **changed}, side="student"), reference)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "wrong", "check", "said"),
    [
        ("range(epochs)", "range(10)", "history", "called with epochs=2"),
        ("seed(seed)", "seed(42)", "history", "different seeds"),
        ("return model, vocab, history", "return model, build_vocab(texts), history", "pipeline", "with another one"),
    ],
    ids=["epochs written down", "seed written down", "another vocabulary"],
)
def test_what_the_long_run_hides_shows_in_short_ones(judge, right, wrong, check, said):
    assert right in ONLY_TRAIN_SENTIMENT
    grade = judge("trained_accuracy", ONLY_TRAIN_SENTIMENT.replace(right, wrong))

    assert {name for name, outcome in outcomes(grade).items() if outcome is not Outcome.PASSED} == {check}
    assert said in message(grade, check)


@pytest.mark.slow
def test_history_and_vocabulary_that_changed_places_are_named_and_the_pieces_are_judged(judge):
    grade = judge(
        "trained_accuracy", ONLY_TRAIN_SENTIMENT.replace("return model, vocab, history", "return model, history, vocab")
    )

    assert outcomes(grade)["learns"] is Outcome.PASSED
    assert "the second thing that it returned is the history" in message(grade, "pipeline")


def test_what_one_held_out_text_says_is_no_evidence_of_a_mix_up(rnn):
    """A model that is right on the hidden texts, with a validation part of one text or of seventy."""
    (exercise,) = (e for e in rnn.exercises if e.id == "trained_accuracy")
    (history,) = (c.judge for c in exercise.checks if c.id == "history")
    labels = np.arange(400) % 2
    learnt = {
        "history": "a dict",
        "own": np.eye(2)[labels],
        "history:train_loss": np.linspace(1, 0.1, 10),
        "history:train_accuracy": np.linspace(0.5, 1, 10),
        "history:valid_loss": np.linspace(1, 0.5, 10),
    }
    reference = Record({"labels": labels}, side="reference")

    history(Record({**learnt, "history:valid_accuracy": np.zeros(10)}, side="student"), reference)

    mixed = 0.5 + 0.013 * np.cos(np.arange(10))
    with pytest.raises(Mismatch, match="hardly better than chance"):
        history(Record({**learnt, "history:valid_accuracy": mixed}, side="student"), reference)


def test_the_recorded_calibration_holds_what_the_bars_promise():
    """Chance stays below the bar, the reference above it, for every run that was recorded."""
    figures = json.loads((ROOT / "solutions" / "rnn" / "calibration.json").read_text(encoding="utf-8"))
    bar = figures["threshold"]

    assert figures["seeds"] >= 30
    assert figures["bound"] ** 3 < 0.001
    assert 0.85 <= figures["reference"]["mean"] <= 0.97
    assert figures["reference"]["min"] > bar
    for name in ("bag of words, logistic regression", "shuffled labels", "mean of embeddings, no LSTM"):
        assert abs(figures["breaks"][name]["mean"] - 0.5) < 0.05
        assert figures["breaks"][name]["max"] < bar
    for name in ("no optimizer.step", "batch_first missing", "constant logits (null model)"):
        assert figures["breaks"][name]["max"] < bar
    improved = figures["improved"]
    assert improved["baseline"]["min"] > improved["at_least"]
    assert improved["better"] < 1.0
    assert improved["reference"]["mean"] > improved["better"]


def test_planted_dropout_and_models_are_the_same_on_every_call(rnn):
    """Judging by comparison needs models that follow from the case alone."""
    planted = importlib.import_module("course_rnn_grading.probes.planted")
    case = Case(seed=4, sizes={"texts": 5, "time": 3, "vocab_size": 7, "embedding_dim": 4})
    ids = torch.tensor([[1, 2, 3]])

    first, second = (planted.Bag(case, dropout=True).train()(ids) for _ in range(2))

    assert torch.equal(first, second)
    assert not torch.equal(first, planted.Bag(case, dropout=True).eval()(ids))

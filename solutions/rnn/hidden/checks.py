"""Checks of trained accuracy: computed here, from logits for texts whose labels never leave the trusted side."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder import Case, Evidence, Exercise, Limits, fail, require

from .cases import as_ids, as_texts, labels

EPOCHS, SHORT = 10, 2
CURVES = ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")
CASES = (Case(id="hidden-texts"),)
LIMITS = Limits(seconds=90, cpu=45)


@functools.cache
def calibration() -> Mapping[str, Any]:
    """Figures that scripts/calibrate wrote: the bars, and the band of the reference's curves."""
    text = (Path(__file__).parents[1] / "calibration.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def accuracy(logits: Any, wanted: np.ndarray) -> float:
    """The share of right predictions; a Mismatch where the logits are no finite numbers [N, 2]."""
    if not isinstance(logits, np.ndarray) or logits.shape != (len(wanted), 2) or logits.dtype.kind != "f":
        fail(f"the logits of the hidden texts are not of shape ({len(wanted)}, 2)")
    if not np.isfinite(logits).all():
        fail(
            "the trained model gives logits that are not finite numbers: the training went astray",
            hint="does the loss grow from batch to batch? Is zero_grad called, and the learning rate 5e-3?",
        )
    return float((logits.argmax(axis=1) == wanted).mean())


def _judge(best: float, bar: float, count: int, what: str) -> None:
    if best >= bar:
        return
    if best < 0.4:
        hint = "it is wrong more often than right: are the labels the wrong way round somewhere?"
    elif best < 0.6:
        hint = (
            "that is what tossing a coin gives. Does the training accuracy rise at all? If it does, the model may "
            "ignore the order of the words; if not, look at train_epoch, at the labels, and at batch_first=True"
        )
    else:
        hint = (
            "it learns, but not enough: compare epochs, learning rate, batch size, max_len and min_freq with the stub"
        )
    fail(
        f"{what}: {best:.1%} of {count} hidden texts are right; expected at least {bar:.0%}",
        hint=hint,
    )


def curves(record: Any) -> list[Evidence]:
    """The student's curves beside the band of the reference."""
    bands = calibration()["band"]
    pictures = []
    for quantity in ("accuracy", "loss"):
        series = []
        for part, name in (("train", "training"), ("valid", "validation")):
            values = _curve(record, f"{part}_{quantity}")
            if values is not None:
                series.append({"name": name, "values": [float(f"{value:.4g}") for value in values]})
        if series:
            band = {**bands[f"valid_{quantity}"], "name": f"reference, validation, {calibration()['seeds']} seeds"}
            data = {"title": quantity, "x": "epoch", "series": series, "band": band}
            pictures.append(Evidence("curves", data))
    return pictures


def _curve(record: Any, name: str, run: str = "history") -> np.ndarray | None:
    if f"{run}:{name}" not in record:
        return None
    values = record[f"{run}:{name}"]
    good = isinstance(values, np.ndarray) and values.ndim == 1 and 0 < len(values) <= 1000 and values.dtype.kind == "f"
    return values if good and bool(np.isfinite(values).all()) else None


def register(exercises: Mapping[str, Exercise]) -> None:
    """Add the checks to the exercises that they belong to."""
    _trained(exercises["trained_accuracy"])
    _improved(exercises["improved_classifier"])


def _trained(exercise: Exercise) -> None:
    @exercise.check(
        points=5, probe="trained_accuracy", kind="accuracy", cases=CASES, tries=3, prepare=as_texts, expected=labels
    )
    def learns(student: Any, reference: Any) -> None:
        """trained on texts that it is given, the classifier is right on texts that it has never seen"""
        for picture in curves(student):
            student.show(picture)
        ways = [name for name in ("own", "pieces") if name in student]
        require(len(ways) > 0, "no logits came back for the hidden texts")
        found = {way: accuracy(student[way], reference.labels) for way in ways}
        best = max(found, key=lambda way: found[way])
        what = "after train_sentiment" if best == "own" else "after the grader's own training loop with your pieces"
        _judge(found[best], calibration()["threshold"], len(reference.labels), what)

    @exercise.check(
        points=2, probe="trained_accuracy", kind="accuracy", cases=CASES, tries=3, prepare=as_texts, expected=labels
    )
    def pipeline(student: Any, reference: Any) -> None:
        """`train_sentiment` does it from end to end: its model and vocabulary reach the bar"""
        if "own" not in student:
            reason = str(student["own_failed"])[:400] if "own_failed" in student else "it returned no model"
            if reason.startswith("train_sentiment must"):
                fail(f"{reason}; your other functions were trained by the grader's own loop")
            missing = reason.startswith(("NotDefined", "MissingName", "NotImplementedError"))
            fail(
                f"train_sentiment {'is not written yet' if missing else f'stopped with {reason}'}; "
                "your other functions were trained by the grader's own loop",
            )
        if "short_vocab" in student:
            fail(
                "the model has no row for some ids of the vocabulary that was returned with it, after a run with fewer "
                "texts: it was trained with another one",
                hint="return the very dict that text_to_indices was given for the training texts",
            )
        best = accuracy(student["own"], reference.labels)
        _judge(best, calibration()["threshold"], len(reference.labels), "after train_sentiment")

    @exercise.check(
        points=1,
        probe="trained_accuracy",
        kind="property",
        cases=CASES,
        tries=1,
        prepare=as_texts,
        expected=labels,
        self_reported=True,
        hint="append the four numbers after each epoch, and return the dict as the third value",
    )
    def history(student: Any, reference: Any) -> None:
        """the history has four lists of finite numbers, one entry for each epoch, and follows from the seed"""
        if "history" not in student:
            fail("train_sentiment returned no history")
        missing = [name for name in CURVES if f"history:{name}" not in student]
        if missing:
            fail(f"the history lacks a list of numbers named {', '.join(missing)}; it is {str(student.history)[:200]}")
        for name in CURVES:
            values = np.asarray(student[f"history:{name}"])
            if values.shape != (EPOCHS,):
                fail(f"{name} has {values.size} entries for {EPOCHS} epochs")
            require(bool(np.isfinite(values).all()), f"{name} holds a number that is not finite")
            if name.endswith("accuracy"):
                require(bool(((values >= 0) & (values <= 1)).all()), f"{name} goes beyond 0 to 1")
        _measured_apart(student)
        _short_runs(student)
        _plausible(student, reference)


def _measured_apart(student: Any) -> None:
    """The numbers of the held-out texts are not those of training."""
    for what in ("loss", "accuracy"):
        train, valid = (np.asarray(student[f"history:{part}_{what}"]) for part in ("train", "valid"))
        require(
            not np.array_equal(train, valid) or len(set(valid.tolist())) == 1,
            f"valid_{what} and train_{what} are the same in every epoch, to the last digit",
            hint="train_epoch measures the training part, evaluate the texts held out: append what evaluate returns",
        )


def _short_runs(student: Any) -> None:
    """Another number of epochs gives so many entries; the same seed the same numbers, another seed others."""
    runs = {run: [_curve(student, name, run) for name in CURVES] for run in ("short", "again", "other")}
    for name, values in zip(CURVES, runs["short"], strict=True):
        if values is not None and len(values) != SHORT:
            fail(
                f"called with epochs={SHORT}, train_sentiment gives {name} {len(values)} entries",
                hint="for epoch in range(epochs): the number is the caller's",
            )
    first, again, other = ([v for v in run if v is not None and len(v) == SHORT] for run in runs.values())
    if not len(first) == len(again) == len(other) == len(CURVES):
        return
    far = max(float(np.abs(a - b).max()) for a, b in zip(first, again, strict=True))
    require(
        far <= 1e-3,
        f"two calls with the same texts and the same seed give other numbers, up to {far:.2g} apart",
        hint="torch.manual_seed(seed) comes first, before the model is made; and random or numpy want the seed too",
    )
    require(
        not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True)),
        "two calls with different seeds give the same numbers, to the last digit",
        hint="torch.manual_seed(seed): with the argument, not with a number of your own",
    )


def _plausible(student: Any, reference: Any) -> None:
    """Curves of a training that worked: loss falls, accuracy rises, and validation tells what the hidden texts do."""
    if "own" not in student or accuracy(student["own"], reference.labels) < calibration()["threshold"]:
        return
    loss, right, valid = (np.asarray(student[f"history:{name}"]) for name in (CURVES[0], CURVES[1], CURVES[3]))
    require(
        loss[-3:].mean() < loss[0] and right[-3:].mean() > right[0],
        "the model learned, but train_loss does not fall or train_accuracy does not rise: are the two swapped?",
    )
    if any(np.allclose(valid * texts, np.round(valid * texts), atol=1e-6) for texts in range(1, 10)):
        return  # so few texts were held out that their accuracy is a matter of luck
    require(
        bool(valid[-3:].mean() > 0.62),
        "the model is right on hidden texts, but the history says that it is hardly better than chance on the "
        "texts held out: do the held-out texts and labels belong together?",
    )


def _improved(exercise: Exercise) -> None:
    (contract,) = (check.judge for check in exercise.checks if check.id == "contract")
    bars = calibration()["improved"]

    @exercise.check(
        points=3,
        probe="train_improved",
        kind="accuracy",
        cases=CASES,
        tries=3,
        prepare=as_ids,
        expected=labels,
        needs=contract,
    )
    def trains(student: Any, reference: Any) -> None:
        """trained like `SentimentLSTM`, it is at least as good on hidden texts, within noise"""
        found = accuracy(student["logits"], reference.labels)
        _judge(found, bars["at_least"], len(reference.labels), "after the grader's training loop")

    @exercise.check(
        points=2,
        bonus=True,
        probe="train_improved",  # what `trains` saw, and, if that leaves it open, a second training
        also=["train_improved_again"],
        kind="accuracy",
        cases=CASES,
        prepare=as_ids,
        expected=labels,
        needs=trains,
        hint="what helps most here: word vectors that know rare words, and not reading the padding",
    )
    def better(student: Any, reference: Any) -> None:
        """it beats `SentimentLSTM` by more than the noise between seeds"""
        least = f"{bars['better']:.1%}"
        bar = f"the bonus begins at {least} over two runs, which SentimentLSTM reaches by luck in one of twenty"
        first = accuracy(student.logits, reference.labels)
        if first >= bars["at_once"]:
            return  # a second run would cost time, and hardly ever change this
        if (first + 1.0) / 2 < bars["better"]:
            fail(f"{first:.1%} of the hidden texts are right; {bar}")
        again = "train_improved_again"
        found = (first + accuracy(student[f"{again}:logits"], reference[f"{again}:labels"])) / 2
        if found < bars["better"]:
            fail(f"{found:.1%} of the hidden texts are right over two runs; {bar}")

"""Checks of train_epoch and evaluate. Values carry most points; what spies saw is self-reported."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import Case, Exercise, close, fail, require

from . import forms

SIZES = {"texts": 11, "time": 5, "vocab_size": 17, "embedding_dim": 6}
CASES = (Case(id="three-batches", sizes=SIZES),)


def _on_its_own_logits(student: Any, reference: Any) -> tuple[np.ndarray, float]:
    """Each batch's loss, and the accuracy, of the logits that the student's loop met.

    So weights that went another way do not cost the points of the arithmetic.
    """
    losses, right = [], []
    for name in reference.names("labels:"):
        labels, logits = reference[name], forms.numbers(student, name.replace("labels:", "logits:"), 2)
        if logits.shape != (len(labels), 2) or logits.dtype.kind != "f" or not np.isfinite(logits).all():
            fail("the model gave other logits than (batch, 2) finite numbers, or was not called once for each batch")
        shifted = logits - logits.max(axis=1, keepdims=True)
        log = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        losses.append(-(0.8 * log[np.arange(len(labels)), labels] + 0.2 * log.mean(axis=1)).mean())
        right += list(logits.argmax(axis=1) == labels)
    return np.array(losses), float(np.mean(right))


def _measured(student: Any, reference: Any, losses: np.ndarray, wanted: float) -> None:
    """Loss and accuracy as two floats; the loss as a mean over texts or over batches."""
    if "loss" not in student:
        fail(
            f"expected (loss, accuracy), two numbers; got {student.returned}",
            hint="end with `return loss, accuracy`",
        )
    require(
        student.floats is True,
        f"expected two Python floats; got {student.returned}",
        hint="loss.item() makes a float of a tensor and lets go of the batch's graph",
    )
    sizes = reference.sizes
    accepted = (float(np.average(losses, weights=sizes)), float(np.mean(losses)))
    got = float(forms.numbers(student, "loss", 0))
    if not any(abs(got - value) <= 1e-6 for value in accepted):
        total = float(np.sum(losses))
        if abs(got - total) <= 1e-6:
            fail("the loss is the sum of the batches' losses; expected their mean", hint="divide by len(dataloader)")
        if abs(got - total / sum(sizes)) <= 1e-6:
            fail(
                "the loss is the sum of the batches' means divided by the number of texts",
                hint="each batch's loss is a mean already: divide by the number of batches, or weigh by batch size",
            )
        if any(abs(got - float(value)) <= 1e-6 for value in losses):
            fail("the loss is that of a single batch", hint="is the return inside the loop, or the sum started anew?")
        nearest = min(abs(got - value) for value in accepted)
        fail(f"the loss is off by {nearest:.3g} (a mean over the texts and a mean over the batches are both accepted)")
    got = float(forms.numbers(student, "accuracy", 0))
    if abs(got - wanted) > 1e-6:
        if abs(got - 100 * wanted) <= 1e-4:
            fail("the accuracy is a percentage; expected a share from 0 to 1")
        if not 0 <= got <= 1:
            fail(
                f"the accuracy is {got:.3g}; expected a share from 0 to 1",
                hint="divide the number of right predictions by the number of texts, not of batches",
            )
        fail(
            f"the accuracy is off by {abs(got - wanted):.3g}",
            hint="right predictions, logits.argmax(dim=1) == labels, over all texts, the smaller last batch too",
        )


def _same_weights(student: Any, reference: Any) -> None:
    names = reference.names("after:")
    if all(np.array_equal(student[n], reference[n.replace("after:", "before:")]) for n in names):
        fail(
            "the weights are the same after the call as before: nothing was learnt",
            hint="is optimizer.step() there, and does zero_grad() come before backward(), not after it?",
        )
    for name in names:
        close(name.removeprefix("after:"), student[name], reference[name], atol=1e-8)


def _first_logits(student: Any, reference: Any, wrong: str, mend: str) -> None:
    if "logits:0" not in student:
        fail("the model that was passed in was never called", hint="use the model, loader and criterion you are given")
    got, wanted = forms.numbers(student, "logits:0", 2), reference["logits:0"]
    if np.shape(got) != np.shape(wanted) or not np.allclose(got, wanted, rtol=0, atol=1e-8):
        fail(wrong, hint=mend)


# --- train_epoch --------------------------------------------------------------------------------------

train = Exercise("train_epoch", title="One training epoch", stub="training", names=("train_epoch",), cases=CASES)


@train.check(
    points=2,
    probe="train_epoch",
    kind="parity",
    hint="for each batch: optimizer.zero_grad(), logits, criterion, loss.backward(), optimizer.step(). "
    "Without zero_grad each step uses the sum of all gradients so far",
)
def weights(student: Any, reference: Any) -> None:
    """after an epoch of SGD the model has the weights that the handout's loop gives it"""
    _same_weights(student, reference)


@train.check(
    points=1,
    probe="train_epoch",
    kind="parity",
    hint="add up loss.item() and the number of right predictions, then divide after the loop",
)
def numbers(student: Any, reference: Any) -> None:
    """it returns the mean loss and the accuracy of all batches, as two floats"""
    _measured(student, reference, *_on_its_own_logits(student, reference))


@train.check(points=1, probe="train_epoch_mode", kind="property")
def mode(student: Any, reference: Any) -> None:
    """it trains in training mode, also when the model arrives in evaluation mode"""
    _first_logits(
        student,
        reference,
        "the model arrived in evaluation mode, as evaluate leaves it, and was trained with its dropout off",
        "start with model.train()",
    )


@train.check(
    points=1,
    probe="train_epoch",
    kind="property",
    self_reported=True,
    hint="zero_grad, forward, loss, backward, step: for each batch, in this order (zero_grad may also come last)",
)
def order(student: Any, reference: Any) -> None:
    """for each batch there is one backward from clean gradients, then one step"""
    events = [event for event in forms.items(student, "events") if isinstance(event, list) and event]
    batches = len(reference.sizes)
    steps = [event for event in events if event[0] in ("backward", "step")]
    for what in ("backward", "step"):
        count = sum(event[0] == what for event in steps)
        call = "loss.backward()" if what == "backward" else "optimizer.step()"
        require(count > 0, f"{call} was never called, on the loss and the optimiser that were passed in")
        require(count == batches, f"{call} ran {count} times for {batches} batches")
    for number, (first, second) in enumerate(zip(steps[::2], steps[1::2], strict=True)):
        require(
            (first[0], second[0]) == ("backward", "step"),
            f"batch {number}: optimizer.step() ran before loss.backward()",
        )
        require(
            first[-1] is True,
            f"batch {number}: backward ran while gradients of an earlier batch were still there",
            hint="call optimizer.zero_grad() once for every batch",
        )


# --- evaluate -----------------------------------------------------------------------------------------

evaluation = Exercise("evaluate", title="Evaluation", stub="training", names=("evaluate",), cases=CASES)


@evaluation.check(
    points=2,
    probe="evaluate",
    kind="parity",
    hint="add up loss.item() and the number of right predictions, then divide after the loop",
)
def values(student: Any, reference: Any) -> None:
    """it returns the mean loss and the accuracy of all batches, as two floats"""
    _measured(student, reference, reference.losses, float(reference.accuracy))


@evaluation.check(points=1, probe="evaluate_mode", kind="property")
def evaluation_mode(student: Any, reference: Any) -> None:
    """it measures in evaluation mode, also when the model arrives in training mode"""
    _first_logits(
        student,
        reference,
        "the model arrived in training mode, and was measured with its dropout on: each call would give another number",
        "start with model.eval()",
    )


@evaluation.check(points=1, probe="evaluate", kind="property", self_reported=True)
def unchanged(student: Any, reference: Any) -> None:
    """it changes no weight and records no gradients"""
    for name in reference.names("after:"):
        if not np.array_equal(student[name], reference[name]):
            fail(
                f"{name.removeprefix('after:')} is another after evaluation than before: evaluation must not learn",
                hint="no backward, no optimiser in evaluate",
            )
    calls = [event for event in forms.items(student, "events") if isinstance(event, list) and event[:1] == ["forward"]]
    require(len(calls) > 0, "the model that was passed in was never called")
    require(
        all(event[2:] == [False] for event in calls),
        "the model was called with gradients being recorded: right numbers, but every batch keeps its graph",
        hint="put the loop under `with torch.no_grad():`",
    )


EXERCISES = [train, evaluation]

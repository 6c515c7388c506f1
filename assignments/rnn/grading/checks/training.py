"""Checks of train_epoch and evaluate. Values carry most points; what spies saw is self-reported."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import Case, Exercise, close, fail, require

from . import forms

SIZES = {"texts": 13, "time": 5, "vocab_size": 17, "embedding_dim": 6}
CASES = (Case(id="four-batches", sizes=SIZES),)
CLASSES = 3


def _calls(student: Any) -> list[np.ndarray]:
    """The logits of each call of the model; a call that only repeats the one before it is left out."""
    found: list[np.ndarray] = []
    for name in student.names("logits:"):
        logits = forms.numbers(student, name, 2)
        if not found or not np.array_equal(logits, found[-1]):
            found.append(logits)
    return found


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _on_its_own_logits(student: Any, reference: Any) -> tuple[np.ndarray, float]:
    """Each batch's loss, and the accuracy, of the logits that the student's loop met.

    So weights that went another way do not cost the points of the arithmetic.
    """
    batches, calls = reference.names("labels:"), _calls(student)
    if len(calls) != len(batches):
        fewer = len(calls) < len(batches)
        fail(
            f"the model was called {_times(len(calls))} in an epoch of {len(batches)} batches",
            hint="every batch counts, also one of a single text: does a return, break or continue end the loop early?"
            if fewer
            else "loss and accuracy are those of the logits that the step is made from: one call for each batch",
        )
    losses, right = [], []
    for name, logits in zip(batches, calls, strict=True):
        labels, wanted = reference[name], reference[name.replace("labels:", "logits:")]
        if logits.shape != wanted.shape or logits.dtype.kind != "f" or not np.isfinite(logits).all():
            fail(f"for a batch of {len(labels)} texts the model was not asked for the logits of just these texts")
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
    got, share = (float(forms.numbers(student, name, 0)) for name in ("loss", "accuracy"))
    if not any(abs(got - value) <= 1e-6 for value in accepted):
        _other_loss(student, reference, losses, got, share, wanted)
        nearest = min(abs(got - value) for value in accepted)
        fail(f"the loss is off by {nearest:.3g} (a mean over the texts and a mean over the batches are both accepted)")
    if abs(share - wanted) > 1e-6:
        if abs(share - 100 * wanted) <= 1e-4:
            fail("the accuracy is a percentage; expected a share from 0 to 1")
        if not 0 <= share <= 1:
            fail(
                f"the accuracy is {share:.3g}; expected a share from 0 to 1",
                hint="divide the number of right predictions by the number of texts, not of batches",
            )
        if abs(share - (1 - wanted)) <= 1e-6:
            fail(
                "the accuracy is what the share of wrong predictions would be",
                hint="count where prediction and label are equal",
            )
        fail(
            f"the accuracy is off by {abs(share - wanted):.3g}; the model gives logits for {CLASSES} classes",
            hint="right predictions, logits.argmax(dim=1) == labels, over all texts, the smaller last batch too",
        )


def _other_loss(student: Any, reference: Any, losses: np.ndarray, got: float, share: float, accuracy: float) -> None:
    """A Mismatch where the number that came for the loss is known to be something else."""
    sizes, total = reference.sizes, float(np.sum(losses))
    if abs(got - accuracy) <= 1e-6:
        fail("the accuracy comes first, and where it is expected there is another number", hint="return loss, accuracy")
    if abs(got - total) <= 1e-6:
        fail("the loss is the sum of the batches' losses; expected their mean", hint="divide by len(dataloader)")
    if abs(got - total / sum(sizes)) <= 1e-6:
        fail(
            "the loss is the sum of the batches' means divided by the number of texts",
            hint="each batch's loss is a mean already: divide by the number of batches, or weigh by batch size",
        )
    if any(abs(got - float(value)) <= 1e-6 for value in losses):
        fail("the loss is that of a single batch", hint="is the return inside the loop, or the sum started anew?")
    if not len(forms.numbers(student, "sizes")):
        fail(
            "the loss is another, and the criterion that was passed in was never called",
            hint="criterion(logits, labels), whatever it is: here it is not a plain nn.CrossEntropyLoss()",
        )
    seen, texts = sum(len(logits) for logits in _calls(student)), int(sum(sizes))
    if seen < texts:
        fail(
            f"the loss is another, and the model was asked about {seen} of {texts} texts only",
            hint="every batch counts, also the smaller last one",
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
    """for each batch there is one backward from clean gradients, then one step; the optimiser stays as it is"""
    events = [event for event in forms.items(student, "events") if isinstance(event, list) and event]
    batches = len(reference.sizes)
    steps = [event for event in events if event[0] in ("backward", "step")]
    for what in ("backward", "step"):
        count = sum(event[0] == what for event in steps)
        call = "loss.backward()" if what == "backward" else "optimizer.step()"
        whose = "on a loss from the criterion" if what == "backward" else "on the optimiser"
        require(count > 0, f"{call} was never called {whose} that was passed in")
        require(count == batches, f"{call} ran {_times(count)} for {batches} batches")
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
    rate = forms.numbers(student, "rate")
    require(
        np.array_equal(rate, reference.rate),
        "the optimiser has another learning rate after the call than before",
        hint="who calls train_epoch decides that: a second epoch would learn with another step than the first",
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
    rows = np.concatenate([reference[name] for name in reference.names("logits:")])
    for number, (name, event) in enumerate(zip(student.names("logits:"), _forwards(student), strict=False)):
        logits = forms.numbers(student, name, 2)
        known = logits.shape[1] == rows.shape[1] and all(np.abs(rows - row).max(axis=1).min() <= 1e-8 for row in logits)
        if event[1] is True and not known:
            fail(
                f"call {number + 1} of the model was made in training mode again: its dropout was on",
                hint="model.train() after the first batch? evaluate needs model.eval() alone, for all batches",
            )


def _forwards(student: Any) -> list[list[Any]]:
    """What was written down of each call of the model: "forward", training mode, logits with a graph."""
    events = forms.items(student, "events")
    return [event for event in events if isinstance(event, list) and len(event) == 3 and event[0] == "forward"]


@evaluation.check(points=1, probe="evaluate", kind="property", self_reported=True)
def unchanged(student: Any, reference: Any) -> None:
    """it leaves weights and gradients as they are, and records no gradients"""
    for name in reference.names("after:"):
        if not np.array_equal(student[name], reference[name]):
            fail(
                f"{name.removeprefix('after:')} is another after evaluation than before: evaluation must not learn",
                hint="no backward, no optimiser in evaluate",
            )
    calls = _forwards(student)
    require(len(calls) > 0, "the model that was passed in was never called")
    require(
        all(event[2] is False for event in calls),
        "the model's logits came with a graph: right numbers, but gradients are recorded for every batch",
        hint="put the loop under `with torch.no_grad():`",
    )
    require(
        [asks is True for asks in forms.items(student, "learns")] == reference.learns,
        "after the call parameters no longer ask for gradients (requires_grad): the model could not learn any more",
        hint="`with torch.no_grad():` records nothing in its block and leaves the parameters alone",
    )
    require(
        student.recording is True,
        "after the call torch records no gradients any more: the next epoch could not learn",
        hint="torch.set_grad_enabled(False) stays until it is undone; `with torch.no_grad():` ends with its block",
    )
    for name in reference.names("gradient:"):
        require(
            np.array_equal(student[name], reference[name]),
            f"the gradient of {name.removeprefix('gradient:')} is another after evaluation than before",
            hint="no backward and no zero_grad in evaluate: it measures, and leaves the model as it is",
        )


EXERCISES = [train, evaluation]

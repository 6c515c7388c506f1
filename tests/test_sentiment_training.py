"""train_epoch and evaluate: each slip costs its own check and no other."""

from __future__ import annotations

import importlib

import pytest
import torch

from autograder.case import Case
from autograder.model import ExerciseGrade, Outcome


def failed(grade: ExerciseGrade) -> set[str]:
    return {check.id for check in grade.checks if check.outcome is not Outcome.PASSED}


TRAIN = """
import torch
def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total, right, n = 0.0, 0, 0
    for x, y in dataloader:
        optimizer.zero_grad()
        out = model(x)
        loss = criterion(out, y)
        loss.backward()
        optimizer.step()
        total += loss.item()
        right += (out.argmax(1) == y).sum().item()
        n += len(y)
    return total / len(dataloader), right / n
"""
RIGHT_EPOCHS = {
    "mean of batches": TRAIN,
    "mean of texts": TRAIN.replace("loss.item()", "loss.item() * y.size(0)").replace("len(dataloader)", "n"),
    "zero_grad last": TRAIN.replace("        optimizer.zero_grad()\n", "").replace(
        "optimizer.step()\n", "optimizer.step()\n        optimizer.zero_grad()\n"
    ),
    "model.zero_grad": TRAIN.replace("optimizer.zero_grad()", "model.zero_grad()"),
    "max instead of argmax": TRAIN.replace("out.argmax(1)", "out.max(1)[1]"),
    "a loose clip": TRAIN.replace(
        "        optimizer.step",
        "        torch.nn.utils.clip_grad_norm_(model.parameters(), 1e3)\n        optimizer.step",
    ),
    "asks the model twice": TRAIN.replace("right += (out.argmax(1)", "right += (predicted").replace(
        "        loss = criterion", "        predicted = model(x).argmax(1)\n        loss = criterion"
    ),
    "length of the data set": TRAIN.replace("right / n", "right / len(dataloader.dataset)"),
}
WRONG_EPOCHS = {
    "no zero_grad": (TRAIN.replace("optimizer.zero_grad()", "pass"), {"weights", "order"}),
    "zero_grad after backward": (
        TRAIN.replace("optimizer.zero_grad()", "pass").replace("backward()", "backward(); optimizer.zero_grad()"),
        {"weights"},
    ),
    "no step": (TRAIN.replace("optimizer.step()", "pass"), {"weights", "order"}),
    "no backward": (TRAIN.replace("loss.backward()", "pass"), {"weights", "order"}),
    "no train()": (TRAIN.replace("model.train()", "pass"), {"mode"}),
    "eval()": (TRAIN.replace("model.train()", "model.eval()"), {"mode"}),
    "a tight clip": (
        TRAIN.replace(
            "        optimizer.step",
            "        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n        optimizer.step",
        ),
        {"weights"},
    ),
    "two classes only": (TRAIN.replace("out.argmax(1)", "(out[:, 1] > out[:, 0])"), {"numbers"}),
    "skips a batch of one": (
        TRAIN.replace(
            "        optimizer.zero_grad()", "        if len(y) < 2: continue\n        optimizer.zero_grad()"
        ),
        {"weights", "numbers", "order"},
    ),
    "another learning rate at the end": (
        TRAIN.replace("    return", "    for g in optimizer.param_groups: g['lr'] *= 0.9\n    return"),
        {"order"},
    ),
    "measured after the step": (
        TRAIN.replace("        total +=", "        out = model(x)\n        loss = criterion(out, y)\n        total +="),
        {"numbers"},
    ),
    "a tensor as loss": (TRAIN.replace("loss.item()", "loss.detach()"), {"numbers"}),
    "accuracy by batches": (TRAIN.replace("right / n", "right / len(dataloader)"), {"numbers"}),
    "accuracy in percent": (TRAIN.replace("right / n", "100 * right / n"), {"numbers"}),
    "argmax over the batch": (
        TRAIN.replace("(out.argmax(1) == y).sum().item()", "(out.argmax(0)[0] == y).sum().item()"),
        {"numbers"},
    ),
    "only the loss": (TRAIN.replace(", right / n", ""), {"numbers"}),
    "returns in the loop": (
        TRAIN.replace("    return total", "        return total"),
        {"weights", "numbers", "order"},
    ),
    "its own criterion": (
        TRAIN.replace("criterion(out, y)", "torch.nn.functional.cross_entropy(out, y)"),
        {"weights", "numbers", "order"},
    ),
    "nothing": (
        "def train_epoch(model, dataloader, optimizer, criterion): return 0.0, 0.0",
        {"weights", "numbers", "mode", "order"},
    ),
}

EVALUATE = """
import torch
def evaluate(model, dataloader, criterion):
    model.eval()
    total, right, n = 0.0, 0, 0
    with torch.no_grad():
        for x, y in dataloader:
            out = model(x)
            total += criterion(out, y).item()
            right += (out.argmax(1) == y).sum().item()
            n += len(y)
    return total / len(dataloader), right / n
"""
RIGHT_EVALUATIONS = {
    "no_grad": EVALUATE,
    "inference_mode": EVALUATE.replace("no_grad", "inference_mode"),
    "decorator": EVALUATE.replace("def evaluate", "@torch.no_grad()\ndef evaluate").replace(
        "with torch.no_grad():", "if True:"
    ),
    "restores the mode": EVALUATE.replace("model.eval()", "was = model.training; model.eval()").replace(
        "    return", "    model.train(was)\n    return"
    ),
    "asks for no gradients, and for them again": EVALUATE.replace(
        "with torch.no_grad():",
        "asked = [p.requires_grad for p in model.parameters()]\n    model.requires_grad_(False)\n    if True:",
    ).replace("    return", "    for p, a in zip(model.parameters(), asked): p.requires_grad_(a)\n    return"),
    "training mode when it is done": EVALUATE.replace("    return", "    model.train()\n    return"),
    "asks the model twice": EVALUATE.replace("(out.argmax(1)", "(model(x).argmax(1)"),
    "mean of texts": EVALUATE.replace(".item()\n            right", ".item() * len(y)\n            right").replace(
        "len(dataloader)", "n"
    ),
}
WRONG_EVALUATIONS = {
    "no eval()": (EVALUATE.replace("model.eval()", "pass"), {"evaluation_mode"}),
    "train() in the loop": (
        EVALUATE.replace("            n +=", "            model.train()\n            n +="),
        {"evaluation_mode"},
    ),
    "gradients off for good": (
        EVALUATE.replace("with torch.no_grad():", "torch.set_grad_enabled(False)\n    if True:"),
        {"unchanged"},
    ),
    "frozen for good": (
        EVALUATE.replace("with torch.no_grad():", "model.requires_grad_(False)\n    if True:"),
        {"unchanged"},
    ),
    "gradients thrown away": (EVALUATE.replace("model.eval()", "model.eval(); model.zero_grad()"), {"unchanged"}),
    "two classes only": (EVALUATE.replace("out.argmax(1)", "(out[:, 1] > out[:, 0])"), {"values"}),
    "gradients": (EVALUATE.replace("with torch.no_grad():", "if True:"), {"unchanged"}),
    "first batch only": (EVALUATE.replace("    return", "        return").replace("return", "    return"), {"values"}),
    "learns": (
        EVALUATE.replace("with torch.no_grad():", "if True:").replace(
            "            n +=",
            "            criterion(out, y).backward()\n"
            "            with torch.no_grad():\n"
            "                for p in model.parameters(): p -= p.grad\n"
            "            n +=",
        ),
        {"values", "unchanged"},
    ),
    "a sum": (EVALUATE.replace("total / len(dataloader)", "total"), {"values"}),
    "nothing": (
        "def evaluate(model, dataloader, criterion): return 0.0, 0.0",
        {"values", "evaluation_mode", "unchanged"},
    ),
}


@pytest.mark.parametrize("style", RIGHT_EPOCHS)
def test_right_training_loops_get_full_marks(judge, style):
    assert failed(judge("train_epoch", RIGHT_EPOCHS[style])) == set()


@pytest.mark.parametrize("slip", WRONG_EPOCHS)
def test_a_wrong_training_loop_fails_its_own_checks(judge, slip):
    code, expected = WRONG_EPOCHS[slip]
    assert failed(judge("train_epoch", code)) == expected


@pytest.mark.parametrize("style", RIGHT_EVALUATIONS)
def test_right_evaluations_get_full_marks(judge, style):
    assert failed(judge("evaluate", RIGHT_EVALUATIONS[style])) == set()


@pytest.mark.parametrize("slip", WRONG_EVALUATIONS)
def test_a_wrong_evaluation_fails_its_own_checks(judge, slip):
    code, expected = WRONG_EVALUATIONS[slip]
    assert failed(judge("evaluate", code)) == expected


def said(grade: ExerciseGrade, id: str) -> str:
    return next(check.message for check in grade.checks if check.id == id)


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        ("skips a batch of one", "the model was called 3 times in an epoch of 4 batches"),
        ("returns in the loop", "the model was called once in an epoch of 4 batches"),
        ("measured after the step", "the model was called 8 times in an epoch of 4 batches"),
        ("its own criterion", "the criterion that was passed in was never called"),
    ],
)
def test_numbers_that_cannot_be_right_say_what_was_seen(judge, slip, message):
    assert message in said(judge("train_epoch", WRONG_EPOCHS[slip][0]), "numbers")


@pytest.mark.parametrize(
    ("slip", "check", "message"),
    [
        ("train() in the loop", "evaluation_mode", "call 2 of the model"),
        ("gradients off for good", "unchanged", "records no gradients any more"),
        ("frozen for good", "unchanged", "requires_grad"),
        ("gradients thrown away", "unchanged", "the gradient of embedding.weight"),
        ("gradients", "unchanged", "came with a graph"),
    ],
)
def test_what_evaluation_leaves_behind_is_named(judge, slip, check, message):
    assert message in said(judge("evaluate", WRONG_EVALUATIONS[slip][0]), check)


@pytest.mark.parametrize("number", range(40))
def test_in_every_case_a_clipped_gradient_and_a_third_class_can_be_seen(rnn, number):
    """The longest gradient of the epoch is longer than 1 and shorter than 5, and the third class is right and wrong."""
    planted = importlib.import_module("course_rnn_grading.probes.planted")
    sizes = importlib.import_module("course_rnn_grading.checks.training").SIZES
    case = Case(seed=number * 7919, sizes=sizes)
    model = planted.Bag(case)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    longest, predicted, wanted = 0.0, [], []

    for ids, labels in planted.loader(case):
        predicted += planted.Bag(case)(ids).argmax(dim=1).tolist()
        wanted += labels.tolist()
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(ids), labels, label_smoothing=0.2).backward()
        longest = max(longest, float(sum(p.grad.square().sum() for p in model.parameters()) ** 0.5))
        optimizer.step()

    assert len(labels) == 1
    assert 1 < longest < 5
    assert any(p == w == 2 for p, w in zip(predicted, wanted, strict=True))
    assert 0 < sum(p == w for p, w in zip(predicted, wanted, strict=True)) < len(wanted)

"""train_epoch and evaluate: each slip costs its own check and no other."""

from __future__ import annotations

import pytest

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
    "mean of texts": EVALUATE.replace(".item()\n            right", ".item() * len(y)\n            right").replace(
        "len(dataloader)", "n"
    ),
}
WRONG_EVALUATIONS = {
    "no eval()": (EVALUATE.replace("model.eval()", "pass"), {"evaluation_mode"}),
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

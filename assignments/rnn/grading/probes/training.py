"""What the grader does with train_epoch and evaluate: one call on a small public model. No answers here."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from autograder.case import Case
from autograder.subject import describe

from .planted import Bag, Criterion, Steps, loader


def train_epoch(code: Any, case: Case) -> dict[str, Any]:
    """Four batches of SGD, the last one of a single text. The model arrives in training mode."""
    model = Bag(case).train()
    return _train(code, case, model)


def train_epoch_mode(code: Any, case: Case) -> dict[str, Any]:
    """The same with a dropout, and the model arrives in evaluation mode, as evaluate leaves it."""
    model = Bag(case, dropout=True).eval()
    return _train(code, case, model)


def _train(code: Any, case: Case, model: Bag) -> dict[str, Any]:
    criterion = Criterion(model)
    before = _weights(model, "before")
    optimizer = Steps(model, lr=0.5)
    returned = code.train_epoch(model, loader(case), optimizer, criterion)
    rate = {"rate": np.array([float(group["lr"]) for group in optimizer.param_groups])}
    return before | _weights(model, "after") | rate | _seen(case, model, criterion) | _two_numbers(returned)


def evaluate(code: Any, case: Case) -> dict[str, Any]:
    """Four batches, the last one of a single text. The model arrives in evaluation mode."""
    return _evaluate(code, case, Bag(case).eval())


def evaluate_mode(code: Any, case: Case) -> dict[str, Any]:
    """The same with a dropout, and the model arrives in training mode, as train_epoch leaves it."""
    return _evaluate(code, case, Bag(case, dropout=True).train())


def _evaluate(code: Any, case: Case, model: Bag) -> dict[str, Any]:
    """The model comes with gradients, as from the last step of an epoch."""
    criterion = Criterion(model)
    for name, parameter in model.named_parameters():
        parameter.grad = case.normal(f"gradient of {name}", *parameter.shape)
    before = _weights(model, "before")
    returned = code.evaluate(model, loader(case), criterion)
    left = {"recording": torch.is_grad_enabled(), "learns": [p.requires_grad for p in model.parameters()]}
    left |= {f"gradient:{name}": _gradient(parameter) for name, parameter in model.named_parameters()}
    return before | _weights(model, "after") | left | _seen(case, model, criterion) | _two_numbers(returned)


def _gradient(parameter: torch.Tensor) -> torch.Tensor:
    return torch.zeros(0) if parameter.grad is None else parameter.grad.detach().clone()


def _weights(model: Bag, when: str) -> dict[str, Any]:
    return {f"{when}:{name}": value.detach().clone() for name, value in model.named_parameters()}


def _seen(case: Case, model: Bag, criterion: Criterion) -> dict[str, Any]:
    """What the loader gave and what the spies wrote down; at most 100 of each."""
    given = {f"labels:{number}": labels for number, (_, labels) in enumerate(loader(case))}
    logits = {f"logits:{number}": value for number, value in enumerate(model.logits[:100])}
    batches = {"losses": np.array(criterion.losses[:100]), "sizes": np.array(criterion.sizes[:100], dtype=np.int64)}
    return given | logits | batches | {"events": model.events[:400]}


def _two_numbers(returned: Any) -> dict[str, Any]:
    """``loss`` and ``accuracy`` where two numbers came back; always what came back, in words."""
    values: dict[str, Any] = {"returned": describe(returned), "floats": False}
    if isinstance(returned, tuple | list) and len(returned) == 2:
        values["floats"] = all(isinstance(number, float | int) for number in returned)
        try:
            loss, accuracy = (float(number) for number in returned)
        except (TypeError, ValueError, RuntimeError):
            return values
        values |= {"loss": np.array(loss), "accuracy": np.array(accuracy)}
    return values


PROBES = {
    "train_epoch": train_epoch,
    "train_epoch_mode": train_epoch_mode,
    "evaluate": evaluate,
    "evaluate_mode": evaluate_mode,
}

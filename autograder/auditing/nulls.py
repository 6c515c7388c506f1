"""Null models: answers that know nothing, made from the reference by replacing what it gives.

They have the right shapes, types and parameters, so a check of numbers that one of them passes looks at
the form of an answer and not at what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.diagnosing.known import in_place
from autograder.exercise import Exercise
from autograder.model import SourceFile, Submission, Unit

KINDS = ("parity", "gradients")  # of checks: no null model may pass one

# Name -> title and the body of `change(tensor, first)`: a tensor of the same shape, in the same graph
# where that can be. `first` is the first tensor that went in.
NULLS = {
    "zeros": ("answers zeros", "return tensor * 0"),
    "mean": ("answers the mean of all it should say", "return tensor * 0 + tensor.mean()"),
    "echo": (
        "answers its input",
        "flat = first.flatten().to(tensor.dtype)\n"
        "    return flat.repeat(tensor.numel() // max(flat.numel(), 1) + 1)[: tensor.numel()].view(tensor.shape)"
        " + tensor * 0",
    ),
    "random": (
        "answers at random",
        "drawn = torch.randn(tensor.shape, generator=torch.Generator().manual_seed(tensor.numel()))\n"
        "    return drawn.to(tensor.dtype) + tensor * 0",
    ),
    "nan": ("answers NaN", "return tensor * float('nan')"),
    "rows": (
        "answers the row of another sample",
        "return tensor.roll(1, 0) if tensor.dim() > 1 else tensor.flip(0) if tensor.dim() else tensor + 1",
    ),
}

# What a function of the reference has trained is undone: a null model has learnt nothing either.
_WRAPPER = """
import copy
import inspect
import torch


def change(tensor, first):
    {body}


def _changed(value, first):
    if isinstance(value, torch.Tensor):
        return change(value, first) if value.is_floating_point() else value
    if isinstance(value, float):
        return float(change(torch.tensor([value, 0.25]), first)[0])
    if isinstance(value, list | tuple) and value and all(isinstance(part, float) for part in value):
        return type(value)(change(torch.tensor(value), first).tolist())
    if isinstance(value, list | tuple):
        return type(value)(_changed(part, first) for part in value)
    return value


def _first(arguments):
    for argument in arguments:
        if isinstance(argument, torch.Tensor):
            return argument.detach()
    return torch.ones(1)


def _null(real):
    if inspect.isclass(real):
        class Null(real):
            def forward(self, *arguments, **named):
                return _changed(super().forward(*arguments, **named), _first(arguments))

        Null.__name__, Null.__qualname__ = real.__name__, real.__qualname__
        return Null

    def null(*arguments, **named):
        modules = [part for part in (*arguments, *named.values()) if isinstance(part, torch.nn.Module)]
        before = [copy.deepcopy(module.state_dict()) for module in modules]
        answer = real(*arguments, **named)
        for module, state in zip(modules, before):
            module.load_state_dict(state)
        return _changed(answer, _first(arguments))

    null.__name__, null.__qualname__ = real.__name__, real.__qualname__
    return null


"""


@dataclass(frozen=True)
class Null:
    """One null model of one exercise. ``id`` is "EXERCISE/name"."""

    id: str
    exercise: str
    title: str
    file: SourceFile
    names: tuple[str, ...]

    def submission(self, reference: Submission) -> Submission:
        """The reference with this in place of its definitions of the exercise."""
        return in_place(reference, self.file, self.names)


def nulls(exercises: Sequence[Exercise], reference: Submission) -> list[Null]:
    """The null models of every exercise that has a check of numbers."""
    made: list[Null] = []
    for exercise in exercises:
        owner = next((f for f in reference.files if set(exercise.names) & set(f.defines)), None)
        if owner is None or not any(check.kind in KINDS for check in exercise.checks):
            continue
        for name, (title, body) in NULLS.items():
            lines = "".join(f"{wrapped} = _null({wrapped})\n" for wrapped in exercise.names)
            unit = Unit(_WRAPPER.replace("{body}", body) + lines, f"null_{name}.py")
            file = replace(owner, units=(*owner.units, unit), fallback=())
            made.append(Null(f"{exercise.id}/{name}", exercise.id, title, file, owner.defines))
    return made

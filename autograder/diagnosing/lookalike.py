"""A known wrong module as a family of its own, so that other code can be aligned with it.

Equal outputs and gradients at random weights, through a map found by the same experiment as for the right
equations, mean that two pieces of code compute the same function, however differently they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.aligning import networks, seen
from autograder.aligning.alignment import align, read_parameters
from autograder.aligning.roles import TIGHT, Alignment, Layout
from autograder.case import Case
from autograder.diagnosing.memory import Answers, Remembering, digest_of
from autograder.model import Crash, Observation, Reply
from autograder.sandbox.trusted import alone
from autograder.subject import Subject, listing, new_module, structure
from autograder.transcript import Label

MOST_WEIGHTS = 4096  # of a mistake's module at the sizes of the experiment: what follows from each takes memory
Own = Callable[[], Sequence[Alignment]]
Ask = Callable[[str, Case], Reply]  # probe name, case -> reply


class _Called(nn.Module):
    """The module as its subject calls it, so that torch can swap its weights."""

    def __init__(self, subject: Subject, module: nn.Module) -> None:
        super().__init__()
        self.subject, self.inner = subject, module

    def forward(self, inputs: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return self.subject.call(self.inner, **{name: value.clone() for name, value in inputs.items()})


@dataclass(frozen=True)
class ModuleFamily:
    """A family whose equations are a module's own code.

    Weights of layers that are known by their layout keep the roles of ``model`` (a family of the
    assignment); every other parameter is a role of its own, ``own.NAME``.
    """

    name: str
    subject: Subject
    build: Callable[[], nn.Module]
    shapes: Mapping[str, tuple[int, ...]]  # of the module's parameters
    model: Any
    known: Mapping[str, networks.Known]
    model_layout: Layout
    kept: _Signatures | None  # None: what the module gives hangs on what it was asked before
    optional: tuple[str, ...] = ("",)  # a style may lack a second bias that this module has
    words: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def module(self) -> nn.Module:
        """The module, built when it is first called."""
        return self.build()

    @property
    def signatures(self) -> seen.Pairs:
        """Where what follows from the module's weights is kept."""
        return self.kept or seen.Seen(seen.MOST_BYTES)

    @property
    def slots(self) -> Any:
        """Slots of the model, where any of them is known in this module."""
        return self.model.slots if self.known else None

    def roles(self, sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
        """Shapes of the known roles, then of the module's other parameters."""
        used = {int(index) for indices, _ in self.known.values() for index in indices}
        shapes = {
            role: self.model_layout.shapes[role]
            for role, span in self.model_layout.spans().items()
            if used.intersection(range(span.start, span.stop))
        }
        own = {f"own.{name}": shape for name, shape in self.shapes.items() if name not in self.known}
        return shapes | own

    def parameters(self, weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The module's parameters at given roles; a second bias of a known layer is zero."""
        flat = torch.zeros(self.model_layout.total, dtype=torch.float64)
        for role, span in self.model_layout.spans().items() if self.known else ():
            if role in weights:
                flat[span] = weights[role].reshape(-1)
        values = {}
        for name, shape, known in self._plan:
            if known is None:
                values[name] = weights[f"own.{name}"]
                continue
            indices, signs, first = known
            values[name] = (flat[indices] * signs * first).reshape(shape)
        return values

    @cached_property
    def _plan(self) -> list[tuple[str, tuple[int, ...], tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None]]:
        """For each parameter its name, its shape, and of a known layer: roles, signs, which are no second bias."""
        seen: set[int] = set()
        plan: list[tuple[str, tuple[int, ...], tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None]] = []
        for name, shape in self.shapes.items():
            known = None
            if name in self.known:
                indices, signs = self.known[name]
                first = torch.tensor([index not in seen for index in indices.tolist()])
                seen |= set(indices.tolist())
                known = (torch.from_numpy(indices), torch.from_numpy(signs), first)
            plan.append((name, shape, known))
        return plan

    def outputs(
        self, weights: Mapping[str, torch.Tensor], inputs: Mapping[str, torch.Tensor], sizes: Mapping[str, int]
    ) -> dict[str, torch.Tensor]:
        """What the module gives at these weights."""
        swapped = {f"inner.{name}": value for name, value in self.parameters(weights).items()}
        result: dict[str, torch.Tensor] = torch.func.functional_call(
            _Called(self.subject, self.module), swapped, (dict(inputs),)
        )
        return result


class _Signatures:
    """What follows from a module's weights, kept among the answers of the mistake that it is of."""

    def __init__(self, answers: Answers, *family: Any) -> None:
        self._answers, self._family = answers, family

    def get(self, key: seen.Key, make: Callable[[], seen.Pair]) -> seen.Pair:
        """The pair of a key, from the answers or worked out."""

        def worked_out() -> Observation:
            at_base, changed = make()
            return Observation({"base": at_base, "changed": changed})

        kept = self._answers.get(digest_of("signatures", *self._family, key.digest), Label("signatures"), worked_out)
        assert isinstance(kept, Observation)  # as it was worked out
        return kept.values["base"], kept.values["changed"]


def family_of(
    name: str, subject: Subject, session: Remembering, case: Case, model: Any, own: Own = tuple
) -> ModuleFamily | None:
    """The family that a mistake's module is; None where it cannot be built or called.

    name: of the subject. own: the alignments of the mistake's own cell, where a network is made of such cells.
    """
    built = (name, dict(case.sizes), case.seed, case.dtype, dict(case.values))
    looks = session.answers.get(digest_of("module", *built), Label("module"), lambda: _looks(subject, session, case))
    if isinstance(looks, Crash):
        return None  # a mistake that crashes is recognised by its crash
    layout = Layout(model, dict(case.sizes), model.roles(case.sizes))
    parameters = looks.values["parameters"]
    if sum(one["count"] for one in parameters) > MOST_WEIGHTS:
        return None
    try:
        known = next(networks.known_roles(layout, read_parameters(parameters) or (), looks.values["modules"], own))
    except Exception:
        return None
    placed = {key: [indices.tolist(), signs.tolist()] for key, (indices, signs) in known.items()}
    kept = _Signatures(session.answers, built, list(layout.shapes.items()), placed) if looks.values["same"] else None
    shapes = {str(one["name"]): tuple(one["shape"]) for one in parameters}
    return ModuleFamily(
        name, subject, lambda: _called(subject, session, case)[0], shapes, model, known, layout, kept=kept
    )


def _looks(subject: Subject, session: Remembering, case: Case) -> Reply:
    """A module's parameters and parts, and whether it gives the same when it is called again."""
    try:
        module, first = _called(subject, session, case)
        with alone(), torch.no_grad():
            again = subject.call(module, **subject.inputs(case))
    except Exception as error:
        return Crash("engine", f"{type(error).__name__}: {error}")
    same = first.keys() == again.keys() and all(
        np.array_equal(value.numpy(), again[key].numpy(), equal_nan=True) for key, value in first.items()
    )
    return Observation({"parameters": listing(module), "modules": structure(module), "same": same})


def _called(subject: Subject, session: Remembering, case: Case) -> tuple[nn.Module, Mapping[str, torch.Tensor]]:
    """A module that was built and called once, and what it gave."""
    with alone():
        try:
            module = new_module(subject, session.code, case).eval()
            with torch.no_grad():
                return module, subject.call(module, **subject.inputs(case))
        finally:
            torch.set_default_dtype(torch.float32)


def same_function(
    ask: Any, name: str, family: ModuleFamily, align_case: Case, cases: tuple[Case, ...], own: Own = tuple
) -> int | None:
    """How many of the family's weights the asked module does without; None if it is another function.

    The same function, gradients included: first with every weight of the family's at random values (so that
    those without a counterpart must be idle), then with absent ones, a second bias perhaps, at zero.
    """
    found = align(ask, family.subject, name, family, align_case, own, most=2, strict=True)
    if isinstance(found, Crash) or found.strangers or found.baseline > TIGHT:
        return None
    missing = found.layout.total - len(np.unique(found.role[found.role >= 0]))
    if all(_equal(ask, family.subject, name, found, case, absent=True) for case in cases):
        return 0
    if missing and not found.undriven and follows(ask, family.subject, name, found, cases):
        return missing
    return None


def follows(ask: Any, subject: Subject, name: str, found: Alignment, cases: Sequence[Case]) -> bool:
    """Whether the asked module computes its family's function, gradients included, absent weights being zero."""
    return all(_equal(ask, subject, name, found, case, absent=False) for case in cases)


def _equal(ask: Any, subject: Subject, name: str, found: Alignment, case: Case, *, absent: bool) -> bool:
    canonical = found.canonical(case)
    if absent:
        drawn = case.generator("lookalike").standard_normal(len(canonical)) * 0.8
        canonical = np.where(canonical == 0.0, drawn, canonical)
    reply = ask(f"{name}.parity", case.replace(arrays={**case.arrays, **found.write(canonical)}))
    if not isinstance(reply, Observation):
        return False
    inputs = {
        key: value.clone().requires_grad_(value.is_floating_point()) for key, value in subject.inputs(case).items()
    }
    weights = found.layout.split(torch.from_numpy(canonical).requires_grad_())
    wanted = {key: value for key, value in inputs.items() if value.requires_grad}
    gradients: tuple[torch.Tensor | None, ...] = (None,) * len(wanted)
    try:
        outputs = found.layout.family.outputs(weights, inputs, case.sizes)
    except RuntimeError:
        return False
    loss = sum((value * case.normal(f"cotangent:{key}", *value.shape)).sum() for key, value in outputs.items())
    failed = False
    if wanted and isinstance(loss, torch.Tensor) and loss.requires_grad:
        try:
            gradients = torch.autograd.grad(loss, list(wanted.values()), allow_unused=True)
        except RuntimeError:
            failed = True
    if failed is not ("grad_error" in reply.values):
        return False
    theirs = {f"out:{key}": value.detach() for key, value in outputs.items()}
    for (key, value), gradient in zip(wanted.items(), gradients, strict=True):
        theirs[f"in_grad:{key}"] = torch.zeros_like(value) if gradient is None else gradient
    return all(
        isinstance(reply.values.get(key), np.ndarray)
        and reply.values[key].shape == tuple(value.shape)
        and np.allclose(reply.values[key], value.numpy(), rtol=1e-7, atol=1e-9)
        for key, value in theirs.items()
    )

"""Roles: a family's weights laid out as one vector, and a map from somebody's weights onto it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
import torch

from autograder.case import Case

TIGHT = 1e-9


@dataclass(frozen=True)
class Layout:
    """The family's roles laid out as one flat vector."""

    family: Any  # of the assignment's families.py
    sizes: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...]]

    @cached_property
    def total(self) -> int:
        """How many numbers all roles have together."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    def spans(self) -> dict[str, slice]:
        """Where each role lies in the flat vector."""
        return self._spans

    @cached_property
    def _spans(self) -> dict[str, slice]:
        spans, start = {}, 0
        for role, shape in self.shapes.items():
            spans[role] = slice(start, start + math.prod(shape))
            start = spans[role].stop
        return spans

    def split(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        """The flat vector as named weights."""
        return {role: flat[span].reshape(self.shapes[role]) for role, span in self.spans().items()}

    @property
    def optional(self) -> tuple[str, ...]:
        """Roles that a style may do without."""
        return tuple(role for role in self.shapes if any(role.endswith(end) for end in self.family.optional))

    def canonical(self, case: Case, absent: Collection[str] = (), scale: float = 0.8) -> np.ndarray:
        """Random canonical weights of a case, flat; zero for the roles that are absent by convention."""
        counts = tuple((role, math.prod(shape)) for role, shape in self.shapes.items())
        return _drawn(case.seed, counts, frozenset(absent), scale).copy()

    def outputs(self, flat: torch.Tensor, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """What the family's equations give, flat."""
        values = self.family.outputs(self.split(flat), inputs, self.sizes)
        return torch.cat([value.reshape(-1) for value in values.values()])


@dataclass(frozen=True)
class Alignment:
    """A map from the student's weights to the family's roles.

    ``parameters`` are the student's, in order; ``role`` and ``sign`` have one entry for each of their
    weights: the index into the family's flat vector (-1: none was found) and +1 or -1. ``dead`` marks
    weights that changed nothing in any round.
    """

    layout: Layout
    parameters: tuple[Mapping[str, Any], ...]
    role: np.ndarray
    sign: np.ndarray
    dead: np.ndarray
    baseline: float = 0.0  # largest difference while only weights with a role are switched on
    at_zero: bool = False  # whether it differs already with every weight at zero
    notes: tuple[str, ...] = ()

    @cached_property
    def undriven(self) -> list[str]:
        """Roles of which some number has no weight, optional ones left out when wholly absent."""
        driven, missing = self._driven, []
        for role, span in self.layout.spans().items():
            if not driven[span].all() and not (not driven[span].any() and self.is_optional(role)):
                missing.append(role)
        return missing

    @cached_property
    def _driven(self) -> np.ndarray:
        """Which of the family's numbers have a weight."""
        driven = np.zeros(self.layout.total, dtype=bool)
        driven[self.role[self.role >= 0]] = True
        return driven

    @cached_property
    def absent(self) -> frozenset[str]:
        """Optional roles without any weight: a convention of the student's (no biases)."""
        spans = self.layout.spans().items()
        return frozenset(role for role, span in spans if self.is_optional(role) and not self._driven[span].any())

    @cached_property
    def strangers(self) -> list[str]:
        """The student's parameters that hold weights which act, but as no role does."""
        return self.holding((self.role < 0) & ~self.dead)

    @property
    def idle(self) -> list[str]:
        """The student's parameters that hold weights which change nothing."""
        return self.holding((self.role < 0) & self.dead)

    @property
    def complete(self) -> bool:
        """Every role has a weight and every weight that acts has a role."""
        return not self.undriven and not self.strangers and self.baseline <= TIGHT

    def is_optional(self, role: str) -> bool:
        """Whether the family allows that this role has no weights at all."""
        return any(role.endswith(end) for end in self.layout.family.optional)

    def holding(self, chosen: np.ndarray) -> list[str]:
        """Names of the student's parameters that hold one of the chosen weights (a mask, one entry a weight)."""
        names, start = [], 0
        for parameter in self.parameters:
            if chosen[start : start + parameter["count"]].any():
                names.append(str(parameter["name"]))
            start += parameter["count"]
        return names

    def parts(self, elements: np.ndarray) -> list[np.ndarray]:
        """Which of these weights lie in each parameter, parameter by parameter."""
        ends = np.cumsum([parameter["count"] for parameter in self.parameters])
        return np.split(elements, np.searchsorted(elements, ends))[:-1]

    def write(self, canonical: np.ndarray) -> dict[str, np.ndarray]:
        """Canonical weights (flat) carried into arrays ``weight:NAME`` of the student's shapes.

        Where several weights share a role they share its value; weights without a role get values of
        their own, so that whatever they do shows.
        """
        values = np.array(self._own_values)
        rest = np.array(canonical)
        for number, elements in enumerate(self._copies, start=1):
            roles = self.role[elements]
            last = self._times[roles] == number
            rest[roles[~last]] -= np.abs(values[elements[~last]])
            values[elements[last]] = rest[roles[last]] * self.sign[elements[last]]
        arrays, start = {}, 0
        for parameter in self.parameters:
            stop = start + parameter["count"]
            arrays[f"weight:{parameter['name']}"] = values[start:stop].reshape(parameter["shape"])
            start = stop
        return arrays

    def read(self, gradients: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Gradients of the student's parameters as gradients of roles.

        Weights that share a role must have the same gradient: the second one's is given as ``ROLE #2``.
        A role without weights is left out.
        """
        flat = np.concatenate(
            [np.asarray(gradients[str(p["name"])], dtype=np.float64).reshape(-1) for p in self.parameters]
            or [np.zeros(0)]
        )
        found: dict[str, np.ndarray] = {}
        for number, elements in enumerate(self._copies, start=1):
            values, there = np.zeros(self.layout.total), np.zeros(self.layout.total, dtype=bool)
            values[self.role[elements]] = flat[elements] * self.sign[elements]
            there[self.role[elements]] = True
            for role, span in self.layout.spans().items():
                if there[span].all():
                    inside = values[span].reshape(self.layout.shapes[role])
                    found[role if number == 1 else f"{role} #{number}"] = inside
        return found

    @cached_property
    def _copies(self) -> list[np.ndarray]:
        """The first weight of each role, then the second of each that has two, and so on: indices, ascending."""
        elements = np.flatnonzero(self.role >= 0)
        elements = elements[np.argsort(self.role[elements], kind="stable")]
        roles = self.role[elements]
        first = np.searchsorted(roles, roles)  # where the role's weights begin
        turn = np.arange(len(roles)) - first
        return [np.sort(elements[turn == number]) for number in range(int(turn.max(initial=-1)) + 1)]

    @cached_property
    def _times(self) -> np.ndarray:
        """How many weights each role has."""
        return np.bincount(self.role[self.role >= 0], minlength=self.layout.total)

    @cached_property
    def _own_values(self) -> np.ndarray:
        """What does not follow from canonical weights: values of weights without a role, shares of all but the last."""
        noise = np.array([_noise(element) for element in range(len(self.role))])
        return np.where(self.role < 0, noise, 0.5 * noise * self.sign)

    def canonical(self, case: Case) -> np.ndarray:
        """Random canonical weights of a case, flat; zero for the roles that are absent by convention."""
        return self.layout.canonical(case, self.absent)


@lru_cache(maxsize=1024)
def _drawn(seed: int, counts: tuple[tuple[str, int], ...], absent: frozenset[str], scale: float) -> np.ndarray:
    """Random numbers for roles by name, the same for a whole class: to be copied, not changed."""
    case = Case(seed=seed)
    parts = [
        np.zeros(count) if role in absent else case.generator(f"canonical:{role}").standard_normal(count) * scale
        for role, count in counts
    ]
    return np.concatenate(parts)


@cache
def _noise(element: int) -> float:
    """A number between 0.3 and 0.9, the same for the same element everywhere."""
    digest = hashlib.sha256(f"weight {element}".encode()).digest()
    return 0.3 + 0.6 * digest[0] / 255

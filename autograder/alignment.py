"""Which weight of an unknown module plays which role of a known family, found by intervention.

One weight at a time is raised in the sandbox and the change of the outputs written down; here, outside,
the change is matched with what each weight of the family's equations would cause. Roles that cannot be
seen while everything else is zero are found in a second and third round, with the roles found so far
switched on. Two weights may share a role (two biases); a weight may carry its role's negative (a
complemented gate). Layers of torch itself, and cells that were aligned before, are known by their names.

Nothing here is believed for its own sake: a map only decides where canonical weights are written, and
parity of outputs and gradients at random weights then judges.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from autograder import networks
from autograder.case import Case
from autograder.model import Crash, Observation, Reply

STEP = 0.7  # large enough that sigmoid and tanh bend: sign and gate show in one change
TIGHT = 1e-9
ROUNDS = 4

Ask = Callable[[str, Case], Reply]  # probe name, case -> reply
Known = tuple[np.ndarray, np.ndarray]  # of one parameter: flat indices of its roles, signs
UNREADABLE = Crash("protocol", "the experiment with your weights gave nothing that can be read")


@dataclass(frozen=True)
class Layout:
    """The family's roles laid out as one flat vector."""

    family: Any  # of the assignment's families.py
    sizes: Mapping[str, int]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def total(self) -> int:
        """How many numbers all roles have together."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def spans(self) -> dict[str, slice]:
        """Where each role lies in the flat vector."""
        spans, start = {}, 0
        for role, shape in self.shapes.items():
            spans[role] = slice(start, start + int(np.prod(shape)))
            start = spans[role].stop
        return spans

    def split(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        """The flat vector as named weights."""
        return {role: flat[span].reshape(self.shapes[role]) for role, span in self.spans().items()}

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
    baseline: float = 0.0  # largest difference at zero weights
    notes: tuple[str, ...] = ()

    @property
    def undriven(self) -> list[str]:
        """Roles of which some number has no weight, optional ones left out when wholly absent."""
        driven = np.zeros(self.layout.total, dtype=bool)
        driven[self.role[self.role >= 0]] = True
        missing = []
        for role, span in self.layout.spans().items():
            if not driven[span].all() and not (not driven[span].any() and self.is_optional(role)):
                missing.append(role)
        return missing

    @property
    def absent(self) -> frozenset[str]:
        """Optional roles without any weight: a convention of the student's (no biases)."""
        driven = set(self.role[self.role >= 0].tolist())
        return frozenset(
            role
            for role, span in self.layout.spans().items()
            if self.is_optional(role) and not driven.intersection(range(span.start, span.stop))
        )

    @property
    def strangers(self) -> list[str]:
        """The student's parameters that hold weights which act, but as no role does."""
        return self._names((self.role < 0) & ~self.dead)

    @property
    def idle(self) -> list[str]:
        """The student's parameters that hold weights which change nothing."""
        return self._names((self.role < 0) & self.dead)

    @property
    def complete(self) -> bool:
        """Every role has a weight and every weight that acts has a role."""
        return not self.undriven and not self.strangers and self.baseline <= TIGHT

    def is_optional(self, role: str) -> bool:
        """Whether the family allows that this role has no weights at all."""
        return any(role.endswith(end) for end in self.layout.family.optional)

    def _names(self, chosen: np.ndarray) -> list[str]:
        names, start = [], 0
        for parameter in self.parameters:
            if chosen[start : start + parameter["count"]].any():
                names.append(str(parameter["name"]))
            start += parameter["count"]
        return names

    def write(self, canonical: np.ndarray) -> dict[str, np.ndarray]:
        """Canonical weights (flat) carried into arrays ``weight:NAME`` of the student's shapes.

        Where several weights share a role they share its value; weights without a role get values of
        their own, so that whatever they do shows.
        """
        values = np.empty(len(self.role))
        seen: dict[int, list[int]] = {}
        for element, role in enumerate(self.role.tolist()):
            if role < 0:
                values[element] = _noise(element)
            else:
                seen.setdefault(role, []).append(element)
        for role, elements in seen.items():
            rest = float(canonical[role])
            for element in elements[:-1]:
                part = 0.5 * _noise(element)
                values[element] = part * self.sign[element]
                rest -= part
            values[elements[-1]] = rest * self.sign[elements[-1]]
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
        copies: list[dict[int, float]] = []
        for element, role in enumerate(self.role.tolist()):
            if role < 0:
                continue
            for copy in copies:
                if role not in copy:
                    copy[role] = flat[element] * self.sign[element]
                    break
            else:
                copies.append({role: flat[element] * self.sign[element]})
        found: dict[str, np.ndarray] = {}
        for number, copy in enumerate(copies, start=1):
            for role, span in self.layout.spans().items():
                if all(i in copy for i in range(span.start, span.stop)):
                    inside = np.array([copy[i] for i in range(span.start, span.stop)])
                    found[role if number == 1 else f"{role} #{number}"] = inside.reshape(self.layout.shapes[role])
        return found

    def canonical(self, case: Case, scale: float = 0.8) -> np.ndarray:
        """Random canonical weights of a case, flat; zero for the roles that are absent by convention."""
        absent = self.absent
        parts = [
            np.zeros(int(np.prod(shape)))
            if role in absent
            else case.generator(f"canonical:{role}").standard_normal(int(np.prod(shape))) * scale
            for role, shape in self.layout.shapes.items()
        ]
        return np.concatenate(parts)


def _noise(element: int) -> float:
    """A number between 0.3 and 0.9, the same for the same element everywhere."""
    digest = hashlib.sha256(f"weight {element}".encode()).digest()
    return 0.3 + 0.6 * digest[0] / 255


@dataclass
class _Search:
    """The state of one alignment while it is found."""

    layout: Layout
    inputs: Mapping[str, torch.Tensor]
    parameters: tuple[Mapping[str, Any], ...]
    role: np.ndarray
    sign: np.ndarray
    dead: np.ndarray
    baseline: float = 0.0
    cache: dict[bytes, tuple[torch.Tensor, torch.Tensor]] = field(default_factory=dict)

    def frozen(self) -> Alignment:
        return Alignment(self.layout, self.parameters, self.role, self.sign, self.dead, self.baseline)


def signatures(
    layout: Layout, base: np.ndarray, inputs: Mapping[str, torch.Tensor], roles: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Outputs at the base, and [2 * roles, outputs] changes when each role is raised, then lowered."""
    flat = torch.from_numpy(base)
    steps = torch.zeros(2 * len(roles), layout.total, dtype=torch.float64)
    rows = torch.arange(len(roles))
    steps[rows, torch.from_numpy(roles)] = STEP
    steps[rows + len(roles), torch.from_numpy(roles)] = -STEP
    with torch.no_grad():
        at_base = layout.outputs(flat, inputs)
        changed = torch.func.vmap(lambda step: layout.outputs(flat + step, inputs))(steps) - at_base
    return at_base.numpy(), changed.numpy()


def align(
    ask: Ask, subject: Any, name: str, family: Any, case: Case, own: Callable[[], Sequence[Alignment]] = tuple
) -> Alignment | Crash:
    """Align one module, built at the case's sizes, with one family.

    own: gives the alignments of the student's own cell, called where a network is made of such cells.
    Returns a Crash when the experiment itself could not be made (the module cannot be built or called).
    """
    layout = Layout(family, dict(case.sizes), family.roles(case.sizes))
    probe = f"{name}.interventions"
    listing = ask(probe, case.replace(arrays={"elements": np.zeros(0, dtype=np.int64)}))
    if isinstance(listing, Crash):
        return listing
    parameters = read_parameters(listing.values.get("parameters"))
    if parameters is None:
        return UNREADABLE
    best: Alignment | None = None
    for known in networks.known_roles(layout, parameters, listing.values.get("modules"), own):
        search = _start(layout, subject.inputs(case), parameters, known)
        for _ in range(ROUNDS):
            given = _next_round(case, search)
            reply = ask(probe, given)
            if isinstance(reply, Crash):
                return reply
            found = _match(search, given, reply)
            if found is None:
                return UNREADABLE
            if not found or not (search.role < 0).any():
                break
        result = search.frozen()
        if result.complete:
            return result
        if best is None or (result.role >= 0).sum() > (best.role >= 0).sum():
            best = result
    assert best is not None  # there is always at least the way in which nothing is known
    return best


def read_parameters(listing: Any) -> tuple[dict[str, Any], ...] | None:
    """The student's list of parameters, checked: names, shapes, counts. None if it is not such a list."""
    try:
        parameters: tuple[dict[str, Any], ...] = tuple(
            {"name": str(p["name"]), "shape": [int(n) for n in p["shape"]], "count": int(np.prod(p["shape"]))}
            for p in listing
        )
    except (TypeError, KeyError, ValueError):
        return None
    if sum(p["count"] for p in parameters) > 100_000 or any(n < 0 for p in parameters for n in p["shape"]):
        return None
    return parameters


def _start(
    layout: Layout,
    inputs: Mapping[str, torch.Tensor],
    parameters: tuple[Mapping[str, Any], ...],
    known: Mapping[str, Known],
) -> _Search:
    count = sum(p["count"] for p in parameters)
    role, sign, start = np.full(count, -1), np.ones(count), 0
    for parameter in parameters:
        stop = start + parameter["count"]
        if parameter["name"] in known:
            role[start:stop], sign[start:stop] = known[parameter["name"]]
        start = stop
    return _Search(layout, inputs, parameters, role, sign, dead=role < 0)


def _next_round(case: Case, search: _Search) -> Case:
    """Roles found so far switched on at random values; only weights without a role are changed."""
    base = _base(case, search)
    values = _values(search, base)
    return case.replace(
        arrays={"base": values, "elements": np.flatnonzero(search.role < 0)},
        values={**case.values, "step": STEP},
    )


def _base(case: Case, search: _Search) -> np.ndarray:
    base = np.zeros(search.layout.total)
    found = np.unique(search.role[search.role >= 0])
    draws = case.generator("alignment").standard_normal(search.layout.total) * 0.6
    base[found] = draws[found]
    return base


def _values(search: _Search, base: np.ndarray) -> np.ndarray:
    alignment = search.frozen()
    arrays = alignment.write(base)
    values = np.concatenate([array.reshape(-1) for array in arrays.values()] or [np.zeros(0)])
    values[search.role < 0] = 0.0
    return values


def _match(search: _Search, case: Case, reply: Observation) -> int | None:
    """Give roles to the weights whose change is a role's change. Returns how many were found."""
    changed, at_base = reply.values.get("changed"), reply.values.get("base")
    elements = case.arrays.get("elements", np.arange(len(search.role)))
    if not isinstance(changed, np.ndarray) or not isinstance(at_base, np.ndarray):
        return None
    base = _base(case, search) if "base" in case.arrays else np.zeros(search.layout.total)
    key = base.tobytes()
    roles = np.arange(search.layout.total)
    if key not in search.cache:
        search.cache[key] = tuple(map(torch.from_numpy, signatures(search.layout, base, search.inputs, roles)))  # type: ignore[assignment]  # a pair
    expected, signature = (tensor.numpy() for tensor in search.cache[key])
    if changed.shape != (len(elements), expected.size) or at_base.shape != expected.shape:
        search.baseline = np.inf
        return 0
    if not np.isfinite(at_base).all():
        search.baseline = np.inf
        return 0
    search.baseline = max(search.baseline, float(np.abs(at_base - expected).max()))
    visible = np.abs(signature).max(axis=1) > TIGHT
    found = 0
    for row, element in enumerate(elements.tolist()):
        change = changed[row]
        if not np.isfinite(change).all():
            search.dead[element] = False
            continue
        if np.abs(change).max(initial=0.0) <= TIGHT:
            continue
        search.dead[element] = False
        if search.role[element] >= 0:
            continue
        error = np.where(visible, np.abs(signature - change).max(axis=1), np.inf)
        best = int(error.argmin())
        if error[best] <= TIGHT:
            search.role[element] = best % len(roles)
            search.sign[element] = 1.0 if best < len(roles) else -1.0
            found += 1
    return found

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

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from autograder.aligning import networks, seen
from autograder.aligning.roles import TIGHT, Alignment, Layout
from autograder.case import Case
from autograder.model import Crash, Observation, Reply

STEP = 0.7  # large enough that sigmoid and tanh bend: sign and gate show in one change
EVEN, MARK = 0.3, 0.07  # where all weights are switched on: the value of each, and what sets units apart
ROUNDS = 4
AT_ONCE = 256  # rows that are compared at once
MOST_WEIGHTS, MOST_PARAMETERS, MOST_NAME, MOST_AXES = 100_000, 2000, 500, 8

Ask = Callable[[str, Case], Reply]  # probe name, case -> reply
UNREADABLE = Crash("protocol", "the experiment with your weights gave nothing that can be read")


@dataclass
class _Search:
    """The state of one alignment while it is found."""

    layout: Layout
    inputs: Mapping[str, torch.Tensor]
    parameters: tuple[Mapping[str, Any], ...]
    role: np.ndarray
    sign: np.ndarray
    dead: np.ndarray
    open: np.ndarray  # roles that no layer of known layout plays
    signatures: seen.Pairs
    turn: int = 0
    baseline: float = 0.0
    at_zero: bool = False

    def frozen(self) -> Alignment:
        return Alignment(self.layout, self.parameters, self.role, self.sign, self.dead, self.baseline, self.at_zero)


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
        changed = _all_steps(layout, flat, steps, inputs) - at_base
    return at_base.numpy(), changed.numpy()


def _all_steps(
    layout: Layout, flat: torch.Tensor, steps: torch.Tensor, inputs: Mapping[str, torch.Tensor]
) -> torch.Tensor:
    if getattr(layout.family, "vectorised", True):
        try:
            return torch.func.vmap(lambda step: layout.outputs(flat + step, inputs))(steps)
        except RuntimeError:
            pass  # a mistake's own code may write in place or branch on values: one step at a time then
    return torch.stack([layout.outputs(flat + step, inputs) for step in steps])


def align(
    ask: Ask,
    subject: Any,
    name: str,
    family: Any,
    case: Case,
    own: Callable[[], Sequence[Alignment]] = tuple,
    most: int = networks.MOST_WAYS,
    strict: bool = False,
) -> Alignment | Crash:
    """Align one module, built at the case's sizes, with one family.

    own: gives the alignments of the student's own cell, called where a network is made of such cells.
    most: how many ways to give a network's cells their places are tried.
    strict: stop as soon as it is no member of the family, whatever else could be learnt from it.
    Returns a Crash when the experiment itself could not be made (the module cannot be built or called).
    """
    layout = Layout(family, dict(case.sizes), family.roles(case.sizes))
    probe, first = beginning(name, case)
    listing = ask(probe, first)
    if isinstance(listing, Crash):
        return listing
    parameters = read_parameters(listing.values.get("parameters"))
    if parameters is None:
        return UNREADABLE
    best: Alignment | None = None
    inputs = subject.inputs(case)
    ways = networks.known_roles(layout, parameters, listing.values.get("modules"), own)
    for known in itertools.islice(ways, most):
        search = _start(layout, inputs, parameters, known)
        fruitless = 0
        for search.turn in range(ROUNDS):
            given = _next_round(case, search)
            reply = ask(probe, given)
            if isinstance(reply, Crash):
                return reply
            base = _base(case, search)
            if strict and not _agrees(search, reply, base):
                search.baseline = np.inf
                break
            found = _match(search, given, reply, base)
            if found is None:
                return UNREADABLE
            fruitless = 0 if found else fruitless + 1
            if fruitless == 2 or not (search.role < 0).any():
                break  # one round may find nothing by bad luck: a unit that is idle at these numbers
        result = search.frozen()
        if result.complete:
            return result
        if best is None or (result.role >= 0).sum() > (best.role >= 0).sum():
            best = result
        if not strict and networks.hides(layout, known):
            unhidden = _unhidden(ask, probe, case, _start(layout, inputs, parameters, known))
            if unhidden is not None:
                return unhidden
    assert best is not None  # there is always at least the way in which nothing is known
    return best


def _unhidden(ask: Ask, probe: str, case: Case, search: _Search) -> Alignment | None:
    """The map of a network none of whose cells is recognised, if it follows the family; else None.

    With every weight at zero nothing but the last bias can be seen to act. So all of them get one value first: now each
    acts, but the units of a layer cannot be told apart. Those weights that turn out to be biases of candidates then
    get values of their own: unit by unit, in the student's order, which is as good as any.
    """
    layout, free = search.layout, np.flatnonzero(search.role < 0)
    drawn = _drawn(case, search)
    values = np.concatenate([array.reshape(-1) for array in search.frozen().write(drawn).values()])
    for copies in (1, 2):  # biases that add up in each gate
        base, values[free] = drawn.copy(), EVEN
        base[search.open] = EVEN
        base[networks.biases(layout)] = copies * EVEN
        seen_even = _seen(ask(probe, _at(case, values, free)), len(free))
        marks = _marks(search, base, seen_even, free)
        if marks is None:
            continue
        for unit, (element, role) in enumerate(marks, start=1):
            values[element] += MARK * unit
            base[role] += MARK * unit
        given = _at(case, values, free)
        reply = ask(probe, given)
        if isinstance(reply, Observation) and _match(search, given, reply, base) and search.frozen().complete:
            return search.frozen()
    return None


def _drawn(case: Case, search: _Search) -> np.ndarray:
    """Canonical weights at which only what is known from the start is switched on."""
    return np.where(
        np.isin(np.arange(search.layout.total), search.role),
        case.generator("unhidden").standard_normal(search.layout.total) * 0.6,
        0.0,
    )


def _at(case: Case, values: np.ndarray, elements: np.ndarray) -> Case:
    """The case that sets the student's weights to these values, and raises each of the elements by a step."""
    return case.replace(arrays={"base": values, "elements": elements}, values={**case.values, "step": STEP})


def _seen(reply: Reply, elements: int) -> tuple[np.ndarray, np.ndarray] | None:
    """The outputs of a reply, and what raising each of so many elements changes."""
    if not isinstance(reply, Observation):
        return None
    at_base, changed = reply.values.get("base"), reply.values.get("changed")
    if not isinstance(at_base, np.ndarray) or not isinstance(changed, np.ndarray):
        return None
    return (at_base, changed) if changed.shape == (elements, at_base.size) else None


def _marks(
    search: _Search, base: np.ndarray, seen_even: tuple[np.ndarray, np.ndarray] | None, free: np.ndarray
) -> list[tuple[int, int]] | None:
    """Pairs (weight, role): a bias of the candidate for each unit of each cell; None where it is another function."""
    layout = search.layout
    if seen_even is None:
        return None
    at_base, changed = seen_even
    marks: list[tuple[int, int]] = []
    for span in networks.candidates(layout):
        roles = np.arange(span.start, span.stop)
        key = seen.key(layout, search.inputs, base, roles)
        expected, signature = search.signatures.get(key, lambda: signatures(layout, base, search.inputs, roles))  # noqa: B023  # called at once
        if at_base.shape != expected.shape or not np.abs(at_base - expected).max() <= TIGHT:
            return None
        like = free[np.abs(changed - signature[0]).max(axis=1) <= TIGHT]
        inside = next((some for some in search.frozen().parts(like) if len(some)), like)
        if len(inside) != len(roles):
            return None
        marks += list(zip(inside.tolist(), roles.tolist(), strict=True))
    return marks


def beginning(name: str, case: Case) -> tuple[str, Case]:
    """The probe of the experiment, and the case that changes no weight and only lists them: asked first."""
    return f"{name}.interventions", case.replace(arrays={"elements": np.zeros(0, dtype=np.int64)})


def read_parameters(listing: Any) -> tuple[dict[str, Any], ...] | None:
    """The student's list of parameters, checked: names, shapes, counts. None if it is not such a list."""
    try:
        parameters: tuple[dict[str, Any], ...] = tuple(
            {"name": str(p["name"]), "shape": [int(n) for n in p["shape"]]} for p in listing[: MOST_PARAMETERS + 1]
        )
    except (TypeError, LookupError, ValueError, OverflowError):  # numpy's and JSON's ways of saying no
        return None
    # arrays of these names and shapes will be sent back: what cannot be sent is refused here, as the student's
    names = {p["name"] for p in parameters}
    shapes = [p["shape"] for p in parameters]
    if len(names) < len(parameters) or len(parameters) > MOST_PARAMETERS or any(len(n) > MOST_NAME for n in names):
        return None
    if any(len(shape) > MOST_AXES or not all(0 <= n <= MOST_WEIGHTS for n in shape) for shape in shapes):
        return None
    if sum(math.prod(max(n, 1) for n in shape) for shape in shapes) > MOST_WEIGHTS:
        return None
    return tuple({**p, "count": math.prod(p["shape"])} for p in parameters)


def _start(
    layout: Layout,
    inputs: Mapping[str, torch.Tensor],
    parameters: tuple[Mapping[str, Any], ...],
    known: Mapping[str, networks.Known],
) -> _Search:
    count = sum(p["count"] for p in parameters)
    role, sign, start = np.full(count, -1), np.ones(count), 0
    for parameter in parameters:
        stop = start + parameter["count"]
        indices, signs = known.get(parameter["name"], ((), ()))
        if len(indices) == parameter["count"]:  # else it is no layer of torch's, whatever it calls itself
            role[start:stop], sign[start:stop] = indices, signs
        start = stop
    unknown = np.setdiff1d(np.arange(layout.total), role)
    signatures = getattr(layout.family, "signatures", seen.SIGNATURES)
    return _Search(layout, inputs, parameters, role, sign, dead=role < 0, open=unknown, signatures=signatures)


def _next_round(case: Case, search: _Search) -> Case:
    """Roles found so far switched on at random values; only weights without a role are changed."""
    base = _base(case, search)
    return _at(case, _values(search, base), np.flatnonzero(search.role < 0))


def _base(case: Case, search: _Search) -> np.ndarray:
    base = np.zeros(search.layout.total)
    found = np.unique(search.role[search.role >= 0])
    draws = case.generator(f"alignment {search.turn}").standard_normal(search.layout.total) * 0.6
    base[found] = draws[found]
    return base


def _values(search: _Search, base: np.ndarray) -> np.ndarray:
    alignment = search.frozen()
    arrays = alignment.write(base)
    values = np.concatenate([array.reshape(-1) for array in arrays.values()] or [np.zeros(0)])
    values[search.role < 0] = 0.0
    return values


def _agrees(search: _Search, reply: Observation, base: np.ndarray) -> bool:
    """Whether the outputs at the base are the family's: one call of its equations, where a match takes hundreds."""
    at_base = reply.values.get("base")
    with torch.no_grad():
        expected = search.layout.outputs(torch.from_numpy(base), search.inputs).numpy()
    same = isinstance(at_base, np.ndarray) and at_base.shape == expected.shape
    return same and bool(np.abs(at_base - expected).max(initial=0.0) <= TIGHT)


def _match(search: _Search, case: Case, reply: Observation, base: np.ndarray) -> int | None:
    """Give roles to the weights whose change is a role's change at the base. Returns how many were found."""
    changed, at_base = reply.values.get("changed"), reply.values.get("base")
    elements = case.arrays.get("elements", np.arange(len(search.role)))
    if not isinstance(changed, np.ndarray) or not isinstance(at_base, np.ndarray):
        return None
    roles = search.open
    key = seen.key(search.layout, search.inputs, base, roles)
    expected, signature = search.signatures.get(key, lambda: signatures(search.layout, base, search.inputs, roles))
    if changed.shape != (len(elements), expected.size) or at_base.shape != expected.shape:
        search.baseline = np.inf
        return 0
    if not np.isfinite(at_base).all():
        search.baseline = np.inf
        return 0
    search.baseline = max(search.baseline, float(np.abs(at_base - expected).max()))
    search.at_zero |= search.baseline > TIGHT and not base.any()
    finite = np.isfinite(changed).all(axis=1)
    acts = np.abs(changed).max(axis=1, initial=0.0) > TIGHT
    search.dead[elements[~finite | acts]] = False
    wanted = np.flatnonzero(finite & acts & (search.role[elements] < 0))
    found, taken = 0, set(search.role.tolist())
    for row, alike, best in _alike(signature, changed, wanted):
        # two roles may look alike at this base (gates that only multiply each other): each gets its own
        free = [one for one in alike if int(roles[one % len(roles)]) not in taken] if len(alike) > 1 else []
        chosen = free[0] if free else best
        taken.add(int(roles[chosen % len(roles)]))
        search.role[elements[row]] = roles[chosen % len(roles)]
        search.sign[elements[row]] = 1.0 if chosen < len(roles) else -1.0
        found += 1
    return found


def _alike(signature: np.ndarray, changed: np.ndarray, wanted: np.ndarray) -> Iterator[tuple[int, list[int], int]]:
    """For each wanted row of ``changed`` the signatures within TIGHT of it, and the nearest; rows without any left out.

    Only what is near in the row's largest number is compared as a whole.
    """
    visible = np.abs(signature).max(axis=1) > TIGHT
    columns = np.ascontiguousarray(signature.T)
    for rows in np.split(wanted, range(AT_ONCE, len(wanted), AT_ONCE)):
        largest = np.abs(changed[rows]).argmax(axis=1) if len(rows) else rows
        near = np.abs(columns[largest] - changed[rows, largest][:, None]) <= TIGHT
        for row, which in zip(rows.tolist(), near & visible, strict=True):
            some = np.flatnonzero(which)
            error = np.abs(signature[some] - changed[row]).max(axis=1, initial=0.0)
            alike = some[error <= TIGHT]
            if len(alike):
                yield row, alike.tolist(), int(some[error.argmin()])

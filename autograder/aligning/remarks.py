"""What an alignment says in words: accepted differences, and what is missing when it is not complete."""

from __future__ import annotations

import numpy as np

from autograder.aligning.roles import TIGHT, Alignment
from autograder.model import Evidence


def notes(alignment: Alignment) -> list[str]:
    """Accepted differences of convention, one sentence each."""
    said = []
    layout = alignment.layout
    words = layout.family.words
    flipped: dict[str, list[bool]] = {}
    copies: dict[str, int] = {}
    for role, span in layout.spans().items():
        inside = (alignment.role >= span.start) & (alignment.role < span.stop)
        if inside.any():
            gate = role.rpartition(".")[0]
            flipped.setdefault(gate, []).append(bool((alignment.sign[inside] < 0).all()))
            copies[role] = round(inside.sum() / (span.stop - span.start))
    for gate, signs in flipped.items():
        if all(signs):
            name = words.get(gate.split(".")[-1], gate)
            said.append(
                f"{name} is the negative of the handout's (for a gate: its complement): the same family of functions"
            )
    doubled = sorted({role for role, count in copies.items() if count > 1 and role.endswith(".b")})
    if doubled and layout.family.slots is None:
        said.append("you keep two biases where the equations have one: they only ever add, so both count")
    absent = alignment.absent
    if absent and all(role.endswith((".b", ".inner")) for role in absent):
        said.append("your gates have no biases, as in the printed equations: accepted")
    return said


def explain(alignment: Alignment) -> str:
    """Why an incomplete alignment is incomplete, in the order in which a student should look."""
    words = alignment.layout.family.words
    reasons = []
    undriven = alignment.undriven
    if alignment.at_zero:
        return "with every weight at zero the outputs already differ from the equations'"
    if alignment.baseline > TIGHT and not (undriven or alignment.strangers):
        return "every weight alone acts as one of the equations' does, but together they give something else"
    if alignment.layout.family.slots is not None:
        return _of_network(alignment)
    for gate in dict.fromkeys(role.rpartition(".")[0] for role in undriven):
        sources = [role.rpartition(".")[2] for role in undriven if role.rpartition(".")[0] == gate]
        what = " and ".join(
            words.get(f"{gate.split('.')[-1]}.{source}", words.get(source, source)) for source in sources
        )
        reasons.append(f"no weight acts as {words.get(gate, gate)} through {what}")
    if alignment.strangers:
        reasons.append(f"weights in {_some(alignment.strangers)} act as no weight of the equations does")
    if alignment.idle and not undriven:  # else they may wait for what is missing
        reasons.append(f"weights in {_some(alignment.idle)} change nothing")
    return "; ".join(reasons)


def _of_network(alignment: Alignment) -> str:
    """The same for a network, whose cells come before what reads them: the first thing that is off."""
    layout, words = alignment.layout, alignment.layout.family.words
    driven = alignment.undriven
    slots = [slot for slot in layout.family.slots(layout.sizes) if any(role.startswith(f"{slot}.") for role in driven)]
    if slots and len(slots) == len(layout.family.slots(layout.sizes)):
        return (
            "its weights do not act together as those of the network that is asked for, and none of its parts is known"
        )
    if slots:
        return f"no part of it acts as the cell {', '.join(slots)} of the network that is asked for"
    sources = [words.get(role, words.get(role.rpartition(".")[2], role)) for role in driven]
    if sources:
        return f"the cells are there, but what the output layer reads is not {' and '.join(dict.fromkeys(sources))}"
    if alignment.strangers:
        return f"weights in {_some(alignment.strangers)} act as no weight of the network that is asked for"
    return f"weights in {_some(alignment.idle)} change nothing"


def _some(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:4]) + (" and others" if len(names) > 4 else "")


def table(alignment: Alignment) -> Evidence:
    """Which roles were found among the student's weights: gates down, sources across."""
    layout = alignment.layout
    words = layout.family.words
    driven = np.zeros(layout.total, dtype=bool)
    driven[alignment.role[alignment.role >= 0]] = True
    gates = list(dict.fromkeys(role.rpartition(".")[0] for role in layout.shapes))
    sources = list(dict.fromkeys(role.rpartition(".")[2] for role in layout.shapes))
    rows = []
    for gate in gates:
        row = [" of ".join(reversed([words.get(part, part) for part in gate.split(".")]))]
        for source in sources:
            span = layout.spans().get(f"{gate}.{source}")
            if span is None:
                row.append("–")
            else:
                share = driven[span].mean()
                row.append(
                    "found"
                    if share == 1
                    else "missing"
                    if share == 0
                    else f"{int(driven[span].sum())} of {span.stop - span.start}"
                )
        rows.append(row)
    return Evidence("table", {"columns": ["part", *(words.get(source, source) for source in sources)], "rows": rows})

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
    for gate in dict.fromkeys(role.rpartition(".")[0] for role in undriven):
        sources = [role.rpartition(".")[2] for role in undriven if role.rpartition(".")[0] == gate]
        what = " and ".join(
            words.get(f"{gate.split('.')[-1]}.{source}", words.get(source, source)) for source in sources
        )
        name = words.get(gate.split(".")[-1], gate)
        slot = f" of {gate.split('.')[0]}" if "." in gate else ""
        reasons.append(f"no weight acts as {name}{slot} through {what}")
    if alignment.strangers:
        names = ", ".join(f"`{name}`" for name in alignment.strangers[:4])
        more = " and others" if len(alignment.strangers) > 4 else ""
        reasons.append(f"weights in {names}{more} act as no weight of the equations does")
    if alignment.idle:
        names = ", ".join(f"`{name}`" for name in alignment.idle[:4])
        reasons.append(f"weights in {names} change nothing")
    return "; ".join(reasons)


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

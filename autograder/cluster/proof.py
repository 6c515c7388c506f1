"""Proof: what a worker's sandbox computes for a submission of our own, so that two machines can be compared.

Inside one machine the control submission (``control.py``) is compared bit for bit. Between machines that is not
possible: another type of processor gives other last digits, which is why checks have tolerances. So the numbers of
a proof are compared within bounds that are far below every tolerance of a check.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence

import torch

from autograder.assignment import Assignment
from autograder.model import Crash, SourceFile, Submission, Unit
from autograder.sandbox.request import Sandbox
from autograder.sandbox.trusted import TrustedSandbox

RELATIVE = {"float32": 1e-4, "float64": 1e-9}  # of numbers that are of the order of one
_CODE = """
import json, torch
from torch import nn

def numbers(dtype):
    given = torch.Generator().manual_seed(7)
    draw = lambda *shape: (torch.rand(shape, generator=given, dtype=torch.float64) - 0.5).to(dtype)
    cells = [nn.RNN(3, 4, dtype=dtype), nn.LSTM(4, 5, bidirectional=True, dtype=dtype), nn.GRU(10, 4, dtype=dtype)]
    head = nn.Linear(4, 3, dtype=dtype)
    weights = [weight for module in (*cells, head) for weight in module.parameters()]
    with torch.no_grad():
        for weight in weights:
            weight.copy_(draw(*weight.shape))
    given_out = draw(6, 2, 3)
    steps = torch.optim.Adam(weights, lr=0.01)
    kept = []
    for _ in range(3):
        out = given_out
        for cell in cells:
            out = cell(out)[0]
        logits = head(out)
        loss = nn.functional.cross_entropy(logits.reshape(-1, 3), torch.arange(12) % 3)
        steps.zero_grad()
        loss.backward()
        steps.step()
        kept += [loss, *(weight.grad.abs().sum() for weight in weights)]
    kept += [torch.softmax(logits, 2).flatten(), *(weight.abs().sum() for weight in weights)]
    return torch.cat([part.detach().reshape(-1) for part in kept]).tolist()

print(json.dumps({str(dtype)[6:]: numbers(dtype) for dtype in (torch.float32, torch.float64)}))
"""
Numbers = dict[str, list[float]]


def submission() -> Submission:
    """What is run. It holds no piece of a reference: it could be shown to anybody."""
    file = SourceFile("proof", "proof.py", (Unit(_CODE, "proof.py"),), ())
    return Submission("proof", f"sha256:{hashlib.sha256(_CODE.encode()).hexdigest()}", (file,))


def here(assignment: Assignment) -> Numbers:
    """What it gives in this process. RuntimeError where it gives nothing."""
    sandbox = TrustedSandbox(assignment.probes, stubs=assignment.stubs, stand_ins=assignment.stand_ins_file)
    found = given(sandbox)
    if isinstance(found, str):
        raise RuntimeError(f"our own proof gives nothing: {found}")
    return found


def given(sandbox: Sandbox) -> Numbers | str:
    """What a sandbox gives; in words where that is no table of numbers."""
    session = sandbox.open(submission())
    try:
        loaded = session.loaded
    finally:
        session.close()
    if isinstance(loaded, Crash):
        return loaded.message[:200]
    try:
        read = json.loads(loaded.output)
        return {name: [float(number) for number in read[name]] for name in RELATIVE}
    except (ValueError, LookupError, TypeError, RecursionError):
        return f"it prints {loaded.output.strip()[:200]!r}"


def difference(wanted: Numbers, found: Numbers | str) -> str:
    """How the numbers of a worker differ from ours beyond what another processor may do; empty where they do not."""
    if isinstance(found, str):
        return found
    for dtype, most in RELATIVE.items():
        ours, theirs = wanted[dtype], found.get(dtype, [])
        if len(ours) != len(theirs):
            return f"{len(theirs)} numbers of {dtype}, not {len(ours)}"
        off = _largest(ours, theirs)
        if not off <= most:  # not a number is never within bounds
            return f"numbers of {dtype} differ by {off:.1e}, and another processor may make that {most:.0e}"
    return ""


def _largest(ours: Sequence[float], theirs: Sequence[float]) -> float:
    offs = [abs(a - b) / max(1.0, abs(a)) for a, b in zip(ours, theirs, strict=True)]
    return math.nan if any(math.isnan(off) for off in offs) else max(offs, default=0.0)


def processor() -> str:
    """What torch makes use of in this machine's processor, for messages."""
    return str(torch.backends.cpu.get_cpu_capability())

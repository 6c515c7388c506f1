"""Control: a submission of our own whose answer is known bit for bit, run among the others.

A worker whose answer has changed (its zygote was tampered with, its processor or memory errs, a library
was replaced under it) would grade wrongly from then on. It holds no piece of the reference: what it runs
could be shown to anybody.
"""

from __future__ import annotations

import hashlib
import threading

from autograder.errors import SandboxError
from autograder.model import Crash, Reply, SourceFile, Submission, Unit
from autograder.pipeline import Course
from autograder.sandbox.request import Sandbox
from autograder.sandbox.trusted import TrustedSandbox

_CODE = """
import builtins, hashlib, json, os, random, sys
import numpy, torch
from torch import nn

def digest():
    given = torch.Generator().manual_seed(5)
    parts = []
    for dtype in (torch.float32, torch.float64):
        cell = nn.LSTM(3, 4, dtype=dtype)
        linear = nn.Linear(4, 2, dtype=dtype)
        with torch.no_grad():
            for weight in (*cell.parameters(), *linear.parameters()):
                weight.copy_(torch.rand(weight.shape, generator=given, dtype=torch.float64) - 0.5)
        out = linear(cell(torch.rand(5, 2, 3, generator=given, dtype=torch.float64).to(dtype))[0])
        loss = nn.functional.cross_entropy(out.reshape(-1, 2), torch.tensor([0, 1] * 5))
        loss.backward()
        parts += [out.detach(), loss.detach(), *(weight.grad for weight in cell.parameters())]
    parts += [torch.softmax(torch.rand(7, 7, generator=given), 1), torch.rand(3), torch.tensor(random.random())]
    parts.append(torch.from_numpy(numpy.random.rand(3)))
    return hashlib.sha256(b"".join(part.numpy().tobytes() for part in parts)).hexdigest()

ours = [torch.get_default_dtype(), torch.is_grad_enabled(), json.dumps([1.5]), sorted([3, 1]), abs(-2)]
home = os.environ["HOME"] if os.environ.get("USER") == "student" else None
left = os.listdir(home) if home else []
print(digest(), ours, left)
"""


class Control:
    """Checks one worker's sandbox at a time; to be called between two submissions."""

    def __init__(self, course: Course) -> None:
        file = SourceFile("control", "control.py", (Unit(_CODE, "control.py"),), ())
        digest = f"sha256:{hashlib.sha256(_CODE.encode()).hexdigest()}"
        self._course = course
        self._submission = Submission(student="control", digest=digest, files=(file,))
        self._lock = threading.Lock()
        self._expected: str | None = None

    @property
    def expected(self) -> str:
        """What it prints in this process."""
        with self._lock:
            if self._expected is None:
                assignment = self._course.assignment
                sandbox = TrustedSandbox(assignment.probes, stubs=assignment.stubs, stand_ins=assignment.stand_ins_file)
                self._expected = sandbox.open(self._submission).loaded.output
            return self._expected

    def __call__(self, sandbox: Sandbox) -> None:
        """Raise SandboxError where the answer is another than it must be."""
        session = sandbox.open(self._submission)
        try:
            loaded = session.loaded
        finally:
            session.close()
        if loaded.output != self.expected or isinstance(loaded, Crash):
            raise SandboxError(
                f"a worker answers a control submission otherwise than it should ({_seen(loaded)}): "
                "what it graded since the last control cannot be relied upon",
                mend="run the same command again; if it comes back, see what `autograder doctor` says, and "
                "try another machine",
            )


def _seen(loaded: Reply) -> str:
    if isinstance(loaded, Crash):
        return loaded.message[:200]
    failures = loaded.values.get("failures") or []
    return str(failures[0].get("message", ""))[:200] if failures else loaded.output.strip()[:200]

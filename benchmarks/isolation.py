"""What isolation costs: CPU seconds of one submission in the sandbox, against a bare fork that does the same.

    OMP_NUM_THREADS=1 python benchmarks/isolation.py [--turns 40]

Counted are the child (its own CPU clock, with what it inherits of locking down), the zygote and the
grader. The bare fork is of the same zygote at level ``none``, which sets resource limits and nothing
else, with no message parsed by anybody but the loader. CPU time holds on a busy machine; wall time does not.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from made import submission

from autograder.case import Case
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.procfs import cpu_seconds
from autograder.sandbox.request import Request

PROBES = Path(__file__).resolve().parents[1] / "tests" / "data" / "probes_demo"
WORK = "import torch\ndef call():\n    return float(torch.nn.LSTMCell(3, 4)(torch.ones(2, 3))[0].detach().sum())\n"


def once(sandbox: ZygoteSandbox) -> float:
    """CPU seconds of one submission: the grader's, the zygote's and its children's, reaped ones too."""
    zygote = sandbox.keeper().pid
    before = time.process_time() + _with_children(zygote)
    session = sandbox.open(submission(work=WORK))
    reply = session.ask(Request("call", Case(values={"name": "call", "arguments": []})))
    session.close()
    assert "result" in reply.values
    return time.process_time() + _with_children(zygote) - before


def bare() -> float:
    """CPU seconds of a fork of this process, which has torch imported too, that runs the same code."""
    before = time.process_time() + sum(os.times()[2:4])
    pid = os.fork()
    if pid == 0:
        space: dict[str, object] = {}
        exec(compile(WORK, "work.py", "exec"), space)
        space["call"]()  # type: ignore[operator]  # a function
        os._exit(0)
    os.waitpid(pid, 0)
    return time.process_time() + sum(os.times()[2:4]) - before


def _with_children(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    reaped = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    return cpu_seconds(pid) + reaped


def main() -> None:
    """Interleave the kinds, print medians and the difference."""
    parser = argparse.ArgumentParser(description="What isolation costs.")
    parser.add_argument("--turns", type=int, default=40)
    turns = parser.parse_args().turns
    import torch

    torch.set_num_threads(1)
    torch.nn.LSTMCell(3, 4)(torch.ones(2, 3))
    with ZygoteSandbox(PROBES, "full") as full, ZygoteSandbox(PROBES, "none") as none:
        kinds = {"a bare fork": bare, "level none": lambda: once(none), "level full": lambda: once(full)}
        found: dict[str, list[float]] = {name: [] for name in kinds}
        for turn in range(turns + 3):
            for name, run in kinds.items():
                used = run()
                if turn >= 3:
                    found[name].append(used * 1000)
    for name, values in found.items():
        mean, median = statistics.mean(values), statistics.median(values)
        print(f"{name:12}  mean {mean:6.1f} ms   median {median:6.1f} ms   n={turns}")
    added = statistics.mean(found["level full"]) - statistics.mean(found["a bare fork"])
    print(f"added by isolation: {added:.1f} ms of CPU a submission")


if __name__ == "__main__":
    main()

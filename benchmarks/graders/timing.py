"""What a command costs: wall clock, CPU of all its processes, memory."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock and of CPU (of every process, user and system); peaks of memory in MiB.

    largest: resident memory of the largest process. together: proportional memory of all processes at once, where
    pages that processes share are counted once; looked at four times a second.
    """

    wall: float
    cpu: float
    largest: float
    together: float

    def plus(self, other: Cost) -> Cost:
        """Both, one after the other."""
        largest, together = max(self.largest, other.largest), max(self.together, other.together)
        return Cost(self.wall + other.wall, self.cpu + other.cpu, largest, together)

    def to_json(self) -> dict[str, float]:
        """Rounded, for a file."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def measure(
    command: Sequence[str | Path], cwd: Path, *, env: Mapping[str, str] | None = None, status: Sequence[int] = (0,)
) -> Cost:
    """Run a command to its end, with one thread for each of its numerical libraries.

    Processes that are left behind by their parents are waited for here, so that their CPU counts too.
    Raises SystemExit with the command's output where its exit status is not among ``status``.
    """
    _adopt_orphans()
    log = cwd / "command.log"
    one = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    began, before = time.monotonic(), _cpu()
    with log.open("wb") as out:
        words = [str(word) for word in command]
        process = subprocess.Popen(
            words, cwd=cwd, env=os.environ | one | (env or {}), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        memory = _Memory(process.pid)
        memory.start()
        _, code, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(code)
        memory.stop.set()
        memory.join()
        peaks = [usage.ru_maxrss, *_reap_orphans()]
    if process.returncode not in status:
        sys.exit(f"{' '.join(words)} ended with {process.returncode}:\n{log.read_text(errors='replace')[-3000:]}")
    return Cost(wall, _cpu() - before, max(peaks) / 1024, memory.peak / 1024)


def _cpu() -> float:
    """CPU seconds of all processes that this one has waited for, with those that they had waited for."""
    times = os.times()
    return times.children_user + times.children_system


def _adopt_orphans() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reap_orphans() -> list[int]:
    """Wait for whatever the command left behind, ten seconds at most; their peaks in KiB."""
    peaks, until = [], time.monotonic() + 10
    while time.monotonic() < until:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid:
            peaks.append(usage.ru_maxrss)
        else:
            time.sleep(0.05)
    return peaks


class _Memory(threading.Thread):
    """Looks at the memory of a process and all below it; ``peak`` in KiB."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.stop = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self.stop.wait(0.25):
            self.peak = max(self.peak, sum(proportional(pid) for pid in family(self.pid)))


def family(pid: int) -> list[int]:
    """A process and everything that it or its children started."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += [int(word) for word in task.read_text().split()]
            except OSError:
                continue
    return found


def proportional(pid: int) -> int:
    """Memory of a process in KiB, shared pages divided among those that share them; 0 where it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0

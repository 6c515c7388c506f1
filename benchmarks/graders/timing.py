"""What a command costs: wall clock, CPU of all its processes, memory."""

from __future__ import annotations

import contextlib
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
PREFIX = "bench-"  # of control groups


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

    CPU is counted by a control group of its own (version 2), which forgets nothing. Where none can be made it is what
    this process has waited for and what was seen of processes in other namespaces, whose times end with them.
    Raises SystemExit with the command's output where its exit status is not among ``status``.
    """
    _adopt(True)
    log = cwd / "command.log"
    one = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    words = [str(word) for word in command]
    group, others = _group(), set(_children(os.getpid()))
    try:
        start = ["sh", "-c", _JOIN, str(group / "cgroup.procs")] if group else []
        began, before = time.monotonic(), _waited_for()
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*start, *words],
                cwd=cwd,
                env=os.environ | one | (env or {}),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
            watch = _Watch(process.pid)
            watch.start()
            try:
                _, code, usage = os.wait4(process.pid, 0)
            except BaseException:  # this process was stopped: nothing of the command goes on without it
                _end(process, group)
                raise
            finally:
                watch.stop.set()
                watch.join()
            wall = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(code)
            largest = max([usage.ru_maxrss, *_reap_orphans(others)])
        if process.returncode not in status:
            sys.exit(f"{' '.join(words)} ended with {process.returncode}:\n{log.read_text(errors='replace')[-3000:]}")
        counted = _used(group) if group else None
        cpu = counted if counted is not None else _waited_for() - before + sum(watch.elsewhere.values())
        return Cost(wall, cpu, largest / 1024, watch.peak / 1024)
    finally:
        _adopt(False)
        if group:
            _remove(group)


def _adopt(orphans: bool) -> None:
    """Whether processes that outlive their parents become this process's, to be counted and waited for."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0)


_JOIN = 'echo $$ 2>/dev/null >"$0" || true; exec "$@"'  # a group that somebody removed costs its count, not the run


def _group() -> Path | None:
    """A new control group below this process's own; None where none can be made."""
    for base in (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")):
        try:
            lines = Path("/proc/self/cgroup").read_text().splitlines()
            own = next(line.removeprefix("0::/") for line in lines if line.startswith("0::/"))
            if not (base / own / "cgroup.procs").is_file():
                continue
            sweep(base / own)
            folder = base / own / f"{PREFIX}{os.getpid()}-{time.monotonic_ns()}"
            folder.mkdir()
            if os.access(folder / "cgroup.procs", os.W_OK) and (folder / "cpu.stat").is_file():
                return folder
            folder.rmdir()
        except (OSError, StopIteration):
            continue
    return None


def sweep(folder: Path) -> None:
    """Remove the control groups of runs that were killed; those in which something still runs stay."""
    for group in folder.glob(f"{PREFIX}*-*"):
        pid = group.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with contextlib.suppress(OSError):
                group.rmdir()


def _used(group: Path) -> float | None:
    """CPU seconds of a control group; None where it keeps no account any more."""
    try:
        lines = (group / "cpu.stat").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("usage_usec ")) / 1e6
    except (OSError, StopIteration):
        return None


def _remove(group: Path) -> None:
    """A control group goes once what was in it has ended; five seconds at most."""
    for _ in range(100):
        try:
            group.rmdir()
        except FileNotFoundError:
            return
        except OSError:  # something in it is still ending
            time.sleep(0.05)
        else:
            return


def _end(process: subprocess.Popen[bytes], group: Path | None) -> None:
    """Kill a command with all that it started."""
    with contextlib.suppress(OSError):
        if group:
            (group / "cgroup.kill").write_text("1")
    process.kill()
    process.wait()


def _waited_for() -> float:
    """CPU seconds of all processes that this one has waited for, with those that they had waited for."""
    times = os.times()
    return times.children_user + times.children_system


def _reap_orphans(others: set[int]) -> list[int]:
    """Wait for whatever the command left behind, but not for ``others``, ten seconds at most; their peaks in KiB."""
    peaks, until = [], time.monotonic() + 10
    while (left := [pid for pid in _children(os.getpid()) if pid not in others]) and time.monotonic() < until:
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                ended, _, usage = os.wait4(pid, os.WNOHANG)
                if ended:
                    peaks.append(usage.ru_maxrss)
        time.sleep(0.02)
    return peaks


class _Watch(threading.Thread):
    """Looks at a process and all below it, four times a second.

    peak: proportional memory of all of them at once, in KiB. elsewhere: CPU seconds, as last seen, of those in other
    namespaces: a namespace that ends keeps no account. It is a little too low, and counts only without a control group.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.stop = threading.Event()
        self.peak = 0
        self.elsewhere: dict[int, float] = {}

    def run(self) -> None:
        """Look until told to stop."""
        here = os.stat("/proc/self/ns/pid").st_ino
        while not self.stop.wait(0.25):
            found = family(self.pid)
            self.peak = max(self.peak, sum(proportional(pid) for pid in found))
            for pid in found:
                try:
                    if os.stat(f"/proc/{pid}/ns/pid").st_ino != here:
                        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                        self.elsewhere[pid] = (int(fields[11]) + int(fields[12])) / TICK
                except OSError:
                    continue


def family(pid: int) -> list[int]:
    """A process and everything that it or its children started."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += _children(found[-1])
    return found


def _children(pid: int) -> list[int]:
    found = []
    with contextlib.suppress(OSError):  # it, or a thread of it, has just ended
        for task in os.listdir(f"/proc/{pid}/task"):
            found += [int(word) for word in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
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

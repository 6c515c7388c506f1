"""Procfs: what the kernel says about a process of ours, seen from outside it."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from autograder.errors import SandboxError

_MOST_THREADS = 64  # of one process that are looked at: the first ones


def pid_of(pidfd: int) -> int:
    """The number, in our own view, of the process behind a pidfd from inside other namespaces."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Pid" and int(value) > 0:
            return int(value)
    raise SandboxError("the sandbox's process has ended or cannot be seen")


def threads_of(pid: int) -> int:
    """How many threads it has."""
    return len(os.listdir(f"/proc/{pid}/task"))


def descriptors_of(pid: int) -> frozenset[tuple[str, str]]:
    """Its open descriptors: number and what each leads to. Raises OSError where it cannot be seen."""
    folder = f"/proc/{pid}/fd"
    return frozenset((number, os.readlink(f"{folder}/{number}")) for number in os.listdir(folder))


def children_of(pid: int) -> list[int]:
    """Its children, ended ones that nobody has reaped too. Raises OSError where it cannot be seen."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def virtual_bytes(pid: int) -> int:
    """Its address space, which RLIMIT_AS bounds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """CPU time of all its threads so far; 0.0 when it has gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the kernel's number for "CPU clock of this process"
    except (OSError, AttributeError):  # systems that have no such clock
        return 0.0


def waits_of(pid: int) -> dict[str, float]:
    """Its threads, and how long each has been ready to run without getting a processor; empty where unknown."""
    found = {}
    try:
        for thread in os.listdir(f"/proc/{pid}/task")[:_MOST_THREADS]:
            _, waited, times = Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()
            if times != "0":
                found[thread] = int(waited) / 1e9
    except (OSError, ValueError):
        pass  # one that ended just now, or no such kernel
    return found


def stolen_seconds() -> float:
    """How long the processor that suffered most was taken from this virtual machine; 0.0 where unknown."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
        stolen = [int(line.split()[8]) for line in lines if re.match(r"cpu\d", line)]
        return max(stolen, default=0) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0

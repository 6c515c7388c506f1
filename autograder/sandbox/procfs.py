"""Procfs: what the kernel says about a process of ours, seen from outside it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from autograder.errors import SandboxError

_PAGE = os.sysconf("SC_PAGE_SIZE")


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
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * _PAGE


def cpu_seconds(pid: int) -> float:
    """CPU time of all its threads so far; 0.0 when it has gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the kernel's number for "CPU clock of this process"
    except OSError:
        return 0.0


def queued_seconds(pid: int) -> float:
    """How long its main thread has been ready to run without getting a processor; 0.0 where unknown."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0

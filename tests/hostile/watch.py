"""Watching every child and zygote of the suite from outside: what crosses, what lies in memory, what is open.

A submission looks for canaries from inside (prying.py); here the same strings are looked for as root would,
in each process just before it is ended, whatever the test is about.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.sandbox.keeper import Keeper
from autograder.sandbox.ward import Ward

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PRESENT, _EXCLUSIVE = np.uint64(1 << 63), np.uint64(1 << 56)  # of an entry of /proc/PID/pagemap
_BLOCK = 2**24


@dataclass
class Watch:
    """What was seen of ``needles``, strings that no process beside student code may hold."""

    needles: tuple[str, ...]
    begins: bytes  # what all of them begin with: one search for all
    hits: list[str] = field(default_factory=list)
    searched: int = 0  # processes
    closed: int = 0  # processes whose memory this user may not read

    def see(self, where: str, data: bytes | str) -> None:
        """Look for canaries in what was seen at ``where``."""
        data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        if self.begins in data:
            self.hits += [f"{needle} in {where}" for needle in self.needles if needle.encode() in data]

    def process(self, pid: int, where: str, *, whole: bool) -> None:
        """Its memory (``whole``, or the pages that it shares with no other process) and its descriptors."""
        try:
            for block in memory(pid, whole=whole):
                self.see(f"the memory of {where}", block)
            for number in os.listdir(f"/proc/{pid}/fd"):
                self.see(f"the descriptors of {where}", _leads(pid, number))
        except PermissionError:
            self.closed += 1
        except (FileNotFoundError, ProcessLookupError):
            return  # it has ended by itself
        self.searched += 1

    @contextlib.contextmanager
    def everywhere(self) -> Iterator[None]:
        """All wards and keepers of this process are watched inside."""
        send, receive, printed, end, close = Ward._send, Ward.receive, Ward.printed, Ward.end, Keeper.close

        def sends(ward: Ward, frame: bytes, clock: Any) -> None:
            self.see("a frame to a child", bytes(frame))
            send(ward, frame, clock)

        def receives(ward: Ward, *given: Any) -> bytes:
            reply = receive(ward, *given)
            self.see("a frame from a child", reply)
            return reply

        def prints(ward: Ward, **how: bool) -> tuple[str, int]:
            output, left = printed(ward, **how)
            self.see("what a child printed", output)
            return output, left

        def ends(ward: Ward) -> int:
            if ward.alive:
                self.process(ward.pid, "a child", whole=False)
                self.files(ward._keeper.pid)
            return end(ward)

        def closes(keeper: Keeper) -> None:
            if hasattr(keeper, "pid") and Path(f"/proc/{keeper.pid}").exists():
                self.process(keeper.pid, "a zygote", whole=True)
            close(keeper)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Ward, "_send", sends)
            patch.setattr(Ward, "receive", receives)
            patch.setattr(Ward, "printed", prints)
            patch.setattr(Ward, "end", ends)
            patch.setattr(Keeper, "close", closes)
            yield

    def files(self, zygote: int) -> None:
        """The folder that submissions write to, as it is now."""
        for folder, _, names in os.walk(f"/proc/{zygote}/root/box"):
            for name in names[:100]:
                with contextlib.suppress(OSError):
                    path = Path(folder) / name
                    self.see("a file in the box", name)
                    if path.is_file() and not path.is_symlink() and path.stat().st_size <= _BLOCK:
                        self.see("a file in the box", path.read_bytes())


def memory(pid: int, *, whole: bool) -> Iterator[bytes]:
    """The writable memory of a process in blocks, ``whole`` or without what it shares with its parent.

    Raises PermissionError where it may not be read. What ends at the edge of a block is seen in two halves
    only where two mappings meet.
    """
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
        for start, end in regions(pid):
            for first, last in [(start, end)] if whole else exclusive(pid, start, end):
                at, tail = first, b""
                while at < last:
                    try:
                        file.seek(at)
                        block = file.read(min(last - at, _BLOCK))
                    except OSError:
                        break
                    if not block:
                        break
                    yield tail + block
                    tail, at = block[-64:], at + len(block)


def regions(pid: int) -> list[tuple[int, int]]:
    """Readable mappings of a process that hold data of its own."""
    found = []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, rights, *_ = line.split()
        if "r" in rights and "w" in rights:
            start, _, end = span.partition("-")
            found.append((int(start, 16), int(end, 16)))
    return found


def exclusive(pid: int, start: int, end: int) -> list[tuple[int, int]]:
    """The runs of pages in a mapping that no other process has: written since the fork."""
    with open(f"/proc/{pid}/pagemap", "rb", buffering=0) as file:
        file.seek(start // _PAGE * 8)
        entries = np.frombuffer(file.read((end - start) // _PAGE * 8), dtype=np.uint64)
    own = ((entries & _PRESENT) != 0) & ((entries & _EXCLUSIVE) != 0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], own.astype(np.int8), [0]])))
    pairs = edges.reshape(-1, 2).tolist()
    return [(start + first * _PAGE, start + last * _PAGE) for first, last in pairs]


def _leads(pid: int, number: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}")
    except OSError:
        return ""

"""Notes: the memory file in which a child says where it is, read by the grader with suspicion.

It outlives the child, so that a program which was stopped can still be placed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.model import Frame
from autograder.sandbox.child import NOTES_BYTES, PLACE, PLACE_AT, PROGRESS, SPILLED, TRACE_AT
from autograder.sandbox.transfer import frame_of
from autograder.sandbox.wire import WireError

MOST_FRAMES = 20
_SEALS = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
_TRACED = re.compile(r'^  File "([^"\n]{1,200})", line (\d{1,7}) in ([^\n]{1,200})$', re.MULTILINE)
_UNNAMED = ("<module>", "<locals>", "<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_OPENS = re.compile(r"([ \t]*)(?:async[ \t]+def|def|class)[ \t]+(\w+)")


class Notes:
    """One child's notes. files: what it loads (as it crosses), to name the places that are noted."""

    def __init__(self, files: Sequence[Mapping[str, Any]] = ()) -> None:
        self.fd = memory_file("notes", NOTES_BYTES)
        self._files = files

    def reached(self) -> tuple[int, int]:
        """Number of the file and of the unit that it was loading last, as it says; (0, 0) before."""
        file, unit = PROGRESS.unpack(os.pread(self.fd, PROGRESS.size, 0))
        return int(file), int(unit)

    def spilled(self) -> int:
        """Bytes of output that it dropped, as it says."""
        (spilled,) = SPILLED.unpack(os.pread(self.fd, SPILLED.size, PROGRESS.size))
        return min(int(spilled), 2**40)

    def clear(self) -> None:
        """Forget where it was, to hear where it is."""
        os.pwrite(self.fd, PLACE.pack(0), PLACE_AT)
        os.lseek(self.fd, TRACE_AT, os.SEEK_SET)  # the child's descriptor has the same position

    def placed(self) -> bool:
        """Whether its Python has said where it is."""
        return bool(PLACE.unpack(os.pread(self.fd, PLACE.size, PLACE_AT))[0])

    def traced(self) -> bool:
        """Whether faulthandler has said so, which also does where a program is inside of one long call."""
        return os.lseek(self.fd, 0, os.SEEK_CUR) > TRACE_AT

    def place(self) -> tuple[Frame, ...]:
        """Where the student's code is, outermost first. It may lie about that, but not about what stands there."""
        (size,) = PLACE.unpack(os.pread(self.fd, PLACE.size, PLACE_AT))
        try:
            text = os.pread(self.fd, min(size, TRACE_AT), PLACE_AT + PLACE.size) if size else b"[]"
            said = [frame_of(entry) for entry in json.loads(text)[:MOST_FRAMES]]
        except (ValueError, TypeError, KeyError, RecursionError, WireError):
            said = []
        frames = [frame for one in said if (frame := self._named(one.file, one.line, one.function))]
        return tuple(frames) or self._traced()

    def close(self) -> None:
        """Let go of the memory."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _traced(self) -> tuple[Frame, ...]:
        """The last place that faulthandler wrote; it knows neither classes nor code, and is told by us."""
        end = min(os.lseek(self.fd, 0, os.SEEK_CUR), NOTES_BYTES)
        text = os.pread(self.fd, max(end - TRACE_AT, 0), TRACE_AT).decode("ascii", "replace")
        for trace in reversed(text.split("most recent call first")):
            found = [(name, int(line), function) for name, line, function in _TRACED.findall(trace)]
            frames = [frame for entry in found[::-1] if (frame := self._named(*entry))]
            if frames:
                return tuple(frames[-MOST_FRAMES:])
        return ()

    def _named(self, name: str, line: int, function: str) -> Frame | None:
        """The frame with the class that its function stands in; None for code that is not the submission's."""
        for file in self._files:
            for unit in (*file["units"], *file["fallback"]):
                lines = unit["source"].splitlines()
                at = line - unit["line"]
                if unit["name"] == name and 0 <= at < len(lines):
                    return Frame(name, line, _function(lines, at, function)[:200], lines[at].strip()[:300])
        return None


def _function(lines: Sequence[str], at: int, said: str) -> str:
    """The name that a child gives to the function of a line, with its class; none that the file does not have."""
    known = _qualified(lines, at)
    names = {found[2] for line in lines if (found := _OPENS.match(line))}
    if not all(part in names or part in _UNNAMED for part in said.split(".")):
        return known or "<module>"
    return known if known.rpartition(".")[2] == said else said


def _qualified(lines: Sequence[str], at: int) -> str:
    """The dotted name of the function that the line stands in, by indentation; empty at top level."""
    own = _OPENS.match(lines[at])  # a whole function on one line
    names = [own[2]] if own else []
    depth = len(lines[at]) - len(lines[at].lstrip())
    for line in reversed(lines[:at]):
        opens = _OPENS.match(line)
        if opens and len(opens[1]) < depth:
            names.append(opens[2])
            depth = len(opens[1])
    return ".".join(reversed(names))


def memory_file(name: str, size: int) -> int:
    """A file in memory of fixed size: writing past its end fails, and nobody can cut it under our hands."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    return fd

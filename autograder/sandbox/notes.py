"""Notes: the memory file in which a child says where it is, read by the grader with suspicion.

It outlives the child, so that a program which was stopped can still be placed.
"""

from __future__ import annotations

import fcntl
import json
import os

from autograder.model import Frame
from autograder.sandbox.child import (
    MARK,
    MARKS,
    MARKS_AT,
    NOTES_BYTES,
    PLACE,
    PLACE_AT,
    PROGRESS,
    SPILLED,
    TRACE_AT,
)
from autograder.sandbox.places import MOST_FRAMES, Files, named, traced
from autograder.sandbox.transfer import frame_of
from autograder.sandbox.wire import WireError

_SEALS = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


class Notes:
    """One child's notes. files: what it loads (as it crosses), to name the places that are noted."""

    def __init__(self, files: Files = ()) -> None:
        self.fd = memory_file("notes", NOTES_BYTES)
        self._files = files

    def reached(self) -> tuple[int, int]:
        """Number of the file and of the unit that it was loading last, as it says; (0, 0) before."""
        file, unit = PROGRESS.unpack(os.pread(self.fd, PROGRESS.size, 0))
        return int(file), int(unit)

    def spilled(self) -> int:
        """Bytes of output that it has dropped so far, as it says."""
        (spilled,) = SPILLED.unpack(os.pread(self.fd, SPILLED.size, PROGRESS.size))
        return min(int(spilled), 2**40)

    def printed(self, number: int) -> tuple[int, int]:
        """Bytes printed, and dropped, when the reply of this number went out, as it says."""
        place = MARKS_AT + number % MARKS * MARK.size
        printed, dropped = MARK.unpack(os.pread(self.fd, MARK.size, place))
        return min(int(printed), 2**40), min(int(dropped), 2**40)

    def clear(self) -> None:
        """Forget where it was, to hear where it is."""
        os.pwrite(self.fd, PLACE.pack(0), PLACE_AT)
        os.lseek(self.fd, TRACE_AT, os.SEEK_SET)  # the child's descriptor has the same position

    def placed(self) -> bool:
        """Whether its Python has said where it is."""
        return bool(PLACE.unpack(os.pread(self.fd, PLACE.size, PLACE_AT))[0])

    def place(self) -> tuple[Frame, ...]:
        """Where the student's code is, outermost first. It may lie about that, but not about what stands there."""
        (size,) = PLACE.unpack(os.pread(self.fd, PLACE.size, PLACE_AT))
        try:
            text = os.pread(self.fd, min(size, TRACE_AT), PLACE_AT + PLACE.size) if size else b"[]"
            said = [frame_of(entry) for entry in json.loads(text)[:MOST_FRAMES]]
        except (ValueError, TypeError, KeyError, RecursionError, WireError):
            said = []
        frames = [frame for one in said if (frame := named(self._files, one.file, one.line, one.function))]
        if frames:
            return tuple(frames)
        end = min(os.lseek(self.fd, 0, os.SEEK_CUR), NOTES_BYTES)
        return traced(os.pread(self.fd, max(end - TRACE_AT, 0), TRACE_AT).decode("ascii", "replace"), self._files)

    def close(self) -> None:
        """Let go of the memory."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def memory_file(name: str, size: int) -> int:
    """A file in memory of fixed size: writing past its end fails, and nobody can cut it under our hands."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _SEALS)
    return fd

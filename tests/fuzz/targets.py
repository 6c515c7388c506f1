"""What is fuzzed: three functions of bytes. Each returns, or raises because a promise of ours was broken.

Promises: whatever the bytes are, there is a reply, or a submission with its problems; nothing of ours
raises; nothing leads out of the folder; sizes stay within the limits.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

from autograder.intake.archive import member_names
from autograder.intake.entry import Entry
from autograder.intake.folder import Unreadable
from autograder.intake.gather import Source
from autograder.intake.limits import MAX_TOTAL
from autograder.intake.wanted import Wanted
from autograder.model import Crash, Limits, Observation, Submission
from autograder.sandbox import transfer, wire
from autograder.sandbox.notes import Notes
from autograder.sandbox.ward import Stopped, Ward

KINDS = (*transfer.KINDS, "protocol")
WANTED = (
    Wanted(id="cell", title="Cell", names=("Cell",), stub="cell", written=False),
    Wanted(id="words", title="In your own words", names=(), stub="", written=True),
)
_folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
_limits = Limits(5.0, 5.0)


_UNIT = {"name": "work.py", "line": 1, "source": "class A:\n    def go(self):\n        return 1\n"}
_FILES = [{"units": (_UNIT,), "fallback": ()}]


class _Wire(Ward):
    """A ward whose child is a socket that holds the bytes and then ends."""

    def __init__(self, data: bytes) -> None:
        self._channel, theirs = socket.socketpair()
        theirs.setblocking(False)
        self._output, self._notes, self._pidfd = -1, Notes(_FILES), -1
        self._keeper = SimpleNamespace(slowness=1.0, measured=lambda: 1.0)  # type: ignore[assignment]
        self.pid, self.number, self.seconds = os.getpid(), 0, 0.0
        self._theirs, self._came = theirs, bytearray()
        self._sent = self._shown = self._spilled = 0
        theirs.send(data[:100_000])
        theirs.shutdown(socket.SHUT_WR)
        os.pwrite(self._notes.fd, data[:4096], 0)
        self._output = self._notes.fd

    def end(self) -> int:
        """There is no process to end."""
        return 0

    def _gone(self, seconds: float) -> bool:
        return True

    def shut(self) -> None:
        """Let go of the sockets and the memory."""
        self._channel.close()
        self._theirs.close()
        self._notes.close()


def frame(data: bytes) -> None:
    """As the whole stream that a child sends, as one frame, and as its notes."""
    for name in ("reply", "load"):
        reply = transfer.reply_of(data, number=1)
        if name == "load":
            reply = transfer.load_reply(reply)
        assert isinstance(reply, Observation) or (isinstance(reply, Crash) and reply.kind in KINDS)
    with contextlib.suppress(wire.WireError):
        wire.decode(data)
    ward, kind = _Wire(data), ""
    try:
        ward.send([{}], _limits)
        transfer.reply_of(ward.receive(_limits), number=1)
    except Stopped as stop:
        kind = stop.kind
    finally:
        ward.printed()
        ward.printed(stopped=True)
        ward._notes.place()
        ward._notes.reached()
        ward.shut()
    assert kind in ("", "protocol", "died")


def archive(data: bytes) -> None:
    """As a zip that a student handed in."""
    path = _folder / "work.zip"
    path.write_bytes(data)
    for name in _names(path):
        assert isinstance(name, str)
    _promised(Entry("ada", (Source(path),), WANTED).read())


def notebook(data: bytes) -> None:
    """As a notebook that a student handed in."""
    path = _folder / "work.ipynb"
    path.write_bytes(data)
    _promised(Entry("ada", (Source(path),), WANTED).read())


def _names(path: Path) -> list[str]:
    try:
        return member_names(path)
    except Unreadable:
        return []


def _promised(submission: Submission) -> None:
    assert not [p for p in submission.problems if "a fault of the grader" in p.message], submission.problems
    assert sum(len(unit.source) for file in submission.files for unit in file.units) <= MAX_TOTAL
    for file in submission.files:
        place = PurePosixPath(file.name)
        assert ".." not in place.parts, place
        assert not place.is_absolute(), place
    repr(submission).encode("utf-8")  # no lone surrogates: everything can be written to a file


TARGETS: dict[str, Callable[[bytes], None]] = {"frame": frame, "archive": archive, "notebook": notebook}

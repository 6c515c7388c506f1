"""Child: the process that runs one submission. It answers requests over one socket until it is killed.

Descriptors: 1 and 2 what is printed, 3 the socket, 4 notes (which unit is being loaded, where the
program was just before its time was over). Whatever it says may be the submission speaking.
"""

from __future__ import annotations

import contextlib
import faulthandler
import fcntl
import io
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Container, Iterable, Iterator
from functools import partial
from types import FrameType
from typing import Any

from autograder.sandbox import blame, question, wire
from autograder.sandbox.loader import Loader
from autograder.sandbox.perform import VALUE, fresh_state, perform

OUTPUT, CHANNEL, NOTES = 1, 3, 4
IDLE = 0.1  # share of a processor below which a cell only waits
LOOK_EVERY = 0.5  # seconds after which it is looked whether a cell only waits
LOAD = 10.0  # CPU seconds of a file where the cells of a notebook have theirs
NOTES_BYTES = 64 * 1024
PROGRESS = struct.Struct("<qq")  # number of the file, number of the unit; at the start of the notes
LOOK = signal.SIGRTMAX  # the grader asks where the program is, before it ends it
SPILLED = struct.Struct("<Q")  # bytes of output that were dropped since the start; after the progress
PLACE = struct.Struct("<Q")  # length of a JSON list of frames; after the marks
MARK = struct.Struct("<QQ")  # bytes printed, and dropped, when a reply went out; one of the last MARKS replies
MARKS, MARKS_AT = 128, PROGRESS.size + SPILLED.size
PLACE_AT = MARKS_AT + MARKS * MARK.size
TRACE_AT = 40 * 1024  # from here on what faulthandler writes, while compiled code keeps Python from running


def take_descriptors(channel: int, output: int, notes: int) -> None:
    """Keep these three and /dev/null under their fixed numbers; close everything else."""
    channel, output, notes = (fcntl.fcntl(fd, fcntl.F_DUPFD, 16) for fd in (channel, output, notes))
    for source, target in ((output, 1), (output, 2), (channel, CHANNEL), (notes, NOTES)):
        os.dup2(source, target)
    os.closerange(NOTES + 1, 65536)


def live(probes: Any, stand_ins: dict[str, Any], hidden: Iterable[str]) -> None:
    """Load the submission that the first message brings, then answer one request after another.

    hidden: names of modules that a submission cannot import: the probes, and so no stand-in that it was not given.
    """
    sys.stdout, sys.stderr = _printer(), _printer()
    asked = receive()
    _hide(hidden)
    loader = Loader(
        asked["files"],
        stubs=asked["stubs"],
        stand_ins=stand_ins,
        skip={int(number): skip for number, skip in asked["skip"].items()},
        progress=_progress,
        bound=_Bound(asked["cell"], LOAD, asked["slowness"]) if asked.get("cell") else None,
        taken=_installed,
    )
    fresh_state(asked["seed"])
    with loader.installed():
        watched = _Watch(loader.names)
        done = watched(loader.load)
        answer(wire.encode({"id": asked["id"], "kind": "observation"} | {f"{VALUE}{k}": v for k, v in done.items()}))
        while True:
            asked = receive()
            answer(watched(partial(perform, probes.PROBES, loader.code, asked, loader.names)))


def _hide(modules: Iterable[str]) -> None:
    for name in modules:
        sys.modules.pop(name, None)
    bundle = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.path[:] = [place for place in sys.path if place != bundle]
    sys.path_importer_cache.pop(bundle, None)


def receive() -> dict[str, Any]:
    """The next message. When the grader closes the socket, the process ends."""
    size = wire.length(_read(wire.LENGTH.size))
    return question.unpack(_read(size))


def answer(frame: bytes) -> None:
    """Send one frame, after everything printed so far."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # the submission may have put anything in their place
            continue
    _mark()
    left = memoryview(wire.prefixed(frame))
    while left:
        left = left[os.write(CHANNEL, left) :]


def _mark() -> None:
    """Note how much was printed up to this reply: the grader may read it later than the next one begins to print."""
    global _answers
    _answers += 1
    with contextlib.suppress(OSError):  # closed by the submission
        _note(MARK.pack(os.lseek(OUTPUT, 0, os.SEEK_CUR), _spilled), MARKS_AT + _answers % MARKS * MARK.size)


_answers = 0


def _read(size: int) -> bytes:
    parts = []
    while size:
        part = os.read(CHANNEL, min(size, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


class _Output(io.RawIOBase):
    """Prints into the memory file; what it no longer takes is dropped: printing too much is no error."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return OUTPUT

    def write(self, data: Any) -> int:
        taken = 0
        with contextlib.suppress(OSError):
            taken = os.write(OUTPUT, data)
        if taken < len(data):
            _spill(len(data) - taken)
        return len(data)


def _spill(size: int) -> None:
    """Count what was dropped, where the grader can show it."""
    global _spilled
    _spilled += size
    _note(SPILLED.pack(_spilled), PROGRESS.size)


_spilled = 0


def _printer() -> io.TextIOWrapper:
    raw: Any = _Output()
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def _progress(file: int, unit: int) -> None:
    _note(PROGRESS.pack(file, unit), 0)


def _note(data: bytes, place: int) -> None:
    try:
        os.pwrite(NOTES, data, place)
    except OSError:
        return  # closed by the submission: then nobody can say where it was


class CellStopped(BaseException):
    """A cell, or a file, has used up its time."""


class _Bound:
    """Seconds of computing, and as many of waiting, for each cell of a notebook and for each file, so that one that
    does not end costs itself.

    slowness: how many times longer than on the reference machine the same work takes on this one.
    What outlasts this (a program that catches everything) is ended by the grader.
    """

    def __init__(self, cell: float, file: float, slowness: float) -> None:
        self._cell, self._file, self._slowness = cell, file, slowness
        self._left: dict[str, float] = {}
        self._armed = False
        self._waited: dict[str, float] = {}
        signal.signal(signal.SIGVTALRM, self._over)
        signal.signal(signal.SIGALRM, self._idle)

    @contextlib.contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self._whole = self._cell if ", cell " in name else self._file
        left = max(
            self._left.get(name, self._whole * self._slowness), 1.0
        )  # a definition below the loop is run all the same
        self._start = time.process_time(), time.monotonic(), _queued(), self._waited.get(name, 0.0)
        self._armed = True
        signal.setitimer(signal.ITIMER_VIRTUAL, left, 0.25)
        signal.setitimer(signal.ITIMER_REAL, LOOK_EVERY, LOOK_EVERY)
        try:
            yield
        finally:
            self._armed = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._left[name] = left - (time.process_time() - self._start[0])
            self._waited[name] = self._waiting()

    def _over(self, number: int, frame: FrameType | None) -> None:
        if self._armed:
            raise CellStopped(f"stopped after {self._whole:g} s of computing")

    def _waiting(self) -> float:
        """Seconds of this cell in which it neither computed nor waited for a processor, if it mostly did neither."""
        cpu, clock, queued, before = self._start
        passed, computed = time.monotonic() - clock, time.process_time() - cpu
        return before + (max(0.0, passed - computed - _queued() + queued) if computed < IDLE * passed else 0.0)

    def _idle(self, number: int, frame: FrameType | None) -> None:
        if self._armed and self._waiting() > self._whole * self._slowness:
            raise CellStopped(f"stopped after {self._whole:g} s of waiting")


def _queued() -> float:
    """Seconds in which this thread was ready to run and the machine did not let it; 0 where nobody says."""
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


class _Watch:
    """Does work; when the grader asks for it, notes where the student's code (in ``files``) is.

    Twice: in Python, with the names of classes, and by faulthandler, which also sees a program that is
    inside one long call of compiled code.
    """

    def __init__(self, files: Container[str]) -> None:
        self._files = files
        self._look = self._noted  # one object, by which it is known again

    def __call__(self, work: Callable[[], Any]) -> Any:
        _note(PLACE.pack(0), PLACE_AT)
        if signal.getsignal(LOOK) is not self._look:  # at first, or when the submission has put another there
            faulthandler.unregister(LOOK)
            signal.signal(LOOK, self._look)
        faulthandler.register(LOOK, file=NOTES, all_threads=False, chain=True)  # nothing where it is in place
        return work()

    def _noted(self, number: int, frame: FrameType | None) -> None:
        text = json.dumps(blame.stack(frame, self._files)).encode()[: TRACE_AT - PLACE_AT - PLACE.size]
        _note(PLACE.pack(len(text)) + text, PLACE_AT)


def _installed(name: str) -> bool:
    """Whether a library of this name can be imported: a student's file of the same name must not hide it."""
    from importlib.machinery import PathFinder

    top = name.partition(".")[0]
    return top in sys.modules or PathFinder.find_spec(top) is not None

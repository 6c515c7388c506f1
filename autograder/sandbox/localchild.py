"""Local child: one's own submission in a plain process, on any system. No isolation: trusted code only.

Started as a script. Frames come in on standard input and go out on standard output; what the submission
prints is caught. A thread watches the time and says where the program is when it is over.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

if importlib.util.find_spec("autograder") is None:  # started from a checkout that is not installed
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from autograder.model import Limits
from autograder.sandbox import blame, calibration, compiler, wire
from autograder.sandbox.budget import Budget, Expired
from autograder.sandbox.loader import Loader
from autograder.sandbox.perform import VALUE, fresh_state, perform

MOST_OUTPUT = 64 * 1024  # bytes that are kept of what one request prints
PATIENCE, GRACE = 10.0, 10.0  # times a limit and seconds more, at most, however busy the machine
LATE = 1.5  # times a limit after which the place is noted in any case
TICK = 0.1


class Channel:
    """The frames' way in and out. Two threads may speak."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._lock = threading.Lock()

    def receive(self) -> dict[str, Any]:
        """The next message. When the other side has gone, the process ends."""
        return wire.decode(self._read(wire.length(self._read(wire.LENGTH.size))))

    def send(self, *frames: bytes) -> None:
        """These frames, with nothing between them."""
        with self._lock:
            for frame in frames:
                self._outgoing.write(wire.prefixed(frame))
            self._outgoing.flush()

    def say(self, what: str, **values: Any) -> None:
        """A message of this process's own."""
        self.send(wire.encode({"say": what, **values}))

    def _read(self, size: int) -> bytes:
        data = self._incoming.read(size)
        if len(data) < size:
            os._exit(0)
        return data


class Printed(io.TextIOBase):
    """What the submission prints: the first 64 kB are kept, the rest is counted."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = self._left = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Keep it, or what there is room for."""
        kept = text[: max(MOST_OUTPUT - self._size, 0)]
        self._parts.append(kept)
        self._size += len(kept)
        self._left += len(text) - len(kept)
        return len(text)

    def take(self) -> dict[str, Any]:
        """What was printed since the last time, and how much was dropped."""
        found = {"output": "".join(self._parts), "truncated": self._left}
        self._parts, self._size, self._left = [], 0, 0
        return found


def main() -> None:
    """Take the channel, load the submission that the first message brings, then answer."""
    channel = _take_channel()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side ends this process
    import torch

    torch.set_num_threads(1)
    compiler.stand_in()
    slowness = calibration.scale(calibration.measure())
    channel.say("ready", slowness=slowness)
    asked = channel.receive()
    probes = _probes(Path(asked["probes"]))
    printed = sys.stdout = sys.stderr = Printed()
    loader = Loader(
        asked["files"],
        stubs=asked["stubs"],
        skip={int(number): skip for number, skip in asked["skip"].items()},
        progress=lambda file, unit: channel.say("progress", file=file, unit=unit),
    )
    fresh_state(asked["seed"])

    def load() -> bytes:
        done = loader.load()
        return wire.encode({"id": asked["id"], "kind": "observation"} | {f"{VALUE}{k}": v for k, v in done.items()})

    def run() -> bytes:
        return perform(probes.PROBES, loader.code, asked, loader.names)

    with loader.installed():
        work: Callable[[], bytes] = load
        while True:
            with _Watch(channel, asked, loader.names, slowness) as watch:
                frame = work()
            sys.stdout = sys.stderr = printed  # the submission may have put something else in its place
            done = wire.encode({"say": "done", "seconds": watch.cpu(), **printed.take()})
            channel.send(done, frame)
            asked, work = channel.receive(), run


class _Watch:
    """The clock of one request: says where the program is, and ends it, when its time is over."""

    def __init__(self, channel: Channel, asked: Mapping[str, Any], files: Container[str], slowness: float) -> None:
        self._channel, self._files = channel, files
        limits = Limits(float(asked["seconds"]), float(asked["cpu"]))
        # in case that a call of compiled code lets no other thread run, this one of faulthandler's excepted
        faulthandler.dump_traceback_later(LATE * slowness * max(limits.seconds, limits.cpu), repeat=True, file=2)
        self._budget = Budget(limits, os.getpid(), slowness, patience=PATIENCE, grace=GRACE)
        self._main = threading.get_ident()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def cpu(self) -> float:
        """CPU seconds since it was made."""
        return self._budget.cpu

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        faulthandler.cancel_dump_traceback_later()
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(TICK):
            try:
                self._budget.check()
            except Expired as expired:
                frames = blame.stack(sys._current_frames().get(self._main), self._files)
                message = {"kind": expired.kind, "took": expired.what, "why": expired.why}
                self._channel.say("deadline", **message, seconds=self.cpu(), frames=frames)
                os._exit(1)


def _take_channel() -> Channel:
    """Standard input and output for the frames alone; what else reads or writes there meets nothing."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    if sys.platform == "win32":
        import msvcrt

        for stream in (incoming, outgoing):
            msvcrt.setmode(stream.fileno(), os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    sys.stdin = io.StringIO()
    return Channel(incoming, outgoing)


def _probes(folder: Path) -> ModuleType:
    """The assignment's probes under their own name, as in a sandbox."""
    spec = importlib.util.spec_from_file_location("probes", folder / "__init__.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} has no __init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["probes"] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()

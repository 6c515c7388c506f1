"""LocalSandbox: the sandbox's seam with one plain process, on any system. Isolation level "none".

For one's own code: nothing keeps a submission from reading files or using the network. Limits of time are
kept, a crash costs no more than the request that met it, and memory is not limited.
"""

from __future__ import annotations

import math
import os
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import SandboxError
from autograder.model import Crash, Limits, Observation, Reply, Submission
from autograder.sandbox import localchild, transfer, wire
from autograder.sandbox.budget import Budget, Expired
from autograder.sandbox.perform import case_values
from autograder.sandbox.places import traced
from autograder.sandbox.procfs import waits_of
from autograder.sandbox.request import Request
from autograder.sandbox.skipping import Skipping
from autograder.sandbox.spawn import Spawned, spawn
from autograder.sandbox.wire import WireError

LOADS = 4  # tries, each without what hung or died before
START = 120.0  # seconds that a cold disk may take to bring torch
GRACE = 4.0  # times a limit after which a process that cannot even say where it is gets killed
TICK = 0.5


class Stopped(Exception):  # noqa: N818  # what became of the process
    """No reply came. ``crash`` says why."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(crash.message)
        self.crash = crash


class LocalProcess:
    """One child. It is started at once, and imports torch while its owner does other things."""

    def __init__(self, spawned: Spawned | None = None) -> None:
        self._spawned = spawned or spawn()
        self._process = self._spawned.process
        self.reached = (-1, -1)  # number of the file and of the unit that it was loading last
        self.printed: tuple[str, int] = ("", 0)
        self.seconds = 0.0  # CPU time of the last exchange
        self._number = 0
        self._ready = False
        self._slowness = 1.0
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def exchange(self, message: Mapping[str, Any], limits: Limits) -> tuple[int, bytes]:
        """Send a message; its number and the frame that came back. Raises Stopped, SandboxError, WireError."""
        self._await_start()
        self._number += 1
        asked = {**message, "id": self._number, "seconds": limits.seconds, "cpu": limits.cpu}
        frame = wire.prefixed(wire.encode(asked))
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(frame)
            pipe.flush()
        except OSError:
            raise Stopped(self._died()) from None
        for said in self._said(limits):
            if said["say"] == "progress":
                self.reached = (int(said["file"]), int(said["unit"]))
            elif said["say"] == "deadline":
                raise Stopped(_late(said))
            elif said["say"] == "done":
                self.printed, self.seconds = (said["output"], said["truncated"]), said["seconds"]
                return self._number, self._next(self._patient(limits))
        raise AssertionError  # what is said ends with an exception

    @property
    def errors(self) -> str:
        """The end of what its Python wrote of its own accord."""
        return self._spawned.errors

    def close(self) -> None:
        """End it, and empty the folder that it ran in."""
        self._spawned.end()

    def _await_start(self) -> None:
        if self._ready:
            return
        try:
            frame = self._frames.get(timeout=START)
        except queue.Empty:
            frame = None
        if frame is None:
            raise SandboxError(
                f"the process for your code did not start: {self._spawned.complaint}",
                mend="try `python -c 'import torch'`; if that fails, install the requirements of the handout again",
            )
        self._slowness = float(wire.decode(frame)["slowness"])
        self._ready = True

    def _said(self, limits: Limits) -> Iterator[dict[str, Any]]:
        budget = self._patient(limits)
        while True:
            try:
                yield wire.decode(self._next(budget))
            except WireError as error:
                raise Stopped(Crash("protocol", f"the process for your code sent no reply: {error}")) from None

    def _patient(self, limits: Limits) -> Budget:
        """A bound for a process that cannot keep its own: it is inside one call that lets no other thread run."""
        seconds = max(limits.seconds, limits.cpu)
        if waits_of(os.getpid()):
            more = Limits(seconds * GRACE, seconds * GRACE)
        else:  # here nothing but the clock can be seen of it
            more = Limits((seconds * localchild.PATIENCE + localchild.GRACE) * 1.2, math.inf)
        return Budget(more, self._process.pid, self._slowness, grace=localchild.GRACE)

    def _next(self, budget: Budget) -> bytes:
        while True:
            try:
                frame = self._frames.get(timeout=TICK)
            except queue.Empty:
                self._look(budget)
                continue
            if frame is None:
                raise Stopped(self._died())
            return frame

    def _look(self, budget: Budget) -> None:
        try:
            budget.check()
        except Expired as expired:
            raise Stopped(Crash(expired.kind, expired.what, seconds=budget.cpu)) from None

    def _died(self) -> Crash:
        code = self._process.wait()
        if code < 0:
            return Crash("died", f"the program was ended by signal {-code}, before the call returned")
        return Crash("died", f"the program ended itself with exit status {code}, before the call returned")

    def _listen(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        try:
            while len(head := pipe.read(wire.LENGTH.size)) == wire.LENGTH.size:
                self._frames.put(pipe.read(wire.length(head)))
        except (OSError, ValueError, WireError):
            pass  # closed by its owner, or nothing that can be read: both end it
        self._frames.put(None)


class LocalSandbox:
    """Runs one's own submissions in a process beside this one. The first is started when this is made.

    probes: the assignment's package of probes. stubs: module name of each stub -> the names that it defines.
    spawned: a process that was started earlier.
    """

    level = "none"
    calibration = 0.0

    def __init__(
        self,
        probes: Path,
        *,
        stubs: Mapping[str, Sequence[str]] | None = None,
        load: Limits = Limits(20.0, 10.0),  # noqa: B008  # frozen
        spawned: Spawned | None = None,
    ) -> None:
        self.probes, self.load = probes.resolve(), load
        self.stubs = {name: list(names) for name, names in (stubs or {}).items()}
        self._spare: LocalProcess | None = LocalProcess(spawned)
        self._sessions: list[LocalSession] = []

    def process(self) -> LocalProcess:
        """A process that has loaded nothing yet."""
        spare, self._spare = self._spare, None
        return spare or LocalProcess()

    def prepare(self) -> None:
        """Start a process for the next submission, if none is waiting for it."""
        self._spare = self._spare or LocalProcess()

    def open(self, submission: Submission) -> LocalSession:
        """Load a submission. Nothing that it does raises here; SandboxError where no process can be started."""
        session = LocalSession(self, submission)
        self._sessions.append(session)
        return session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions:
            session.close()
        if self._spare is not None:
            self._spare.close()
            self._spare = None


class LocalSession:
    """One submission. A request that crashes the process or does not end costs it; the next starts another."""

    def __init__(self, sandbox: LocalSandbox, submission: Submission) -> None:
        self._sandbox = sandbox
        self._files = Skipping(transfer.files_of(submission))
        self._seed = transfer.seed_of(submission)
        self._stops: list[dict[str, Any]] = []
        self._process: LocalProcess | None = None
        self._loaded = self._load()

    @property
    def loaded(self) -> Reply:
        """What loading the files gave: ``defined`` and ``failures``; with what was printed."""
        return self._loaded

    def ask(self, request: Request) -> Reply:
        """Run one request."""
        if request.stand_ins:
            return Crash("engine", "a student's copy has no stand-ins")
        if self._process is None:
            reply = self._load()
            if self._process is None:
                return reply
        return self._exchange(self._process, case_values(request.probe, request.case), request.limits)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _exchange(self, process: LocalProcess, message: Mapping[str, Any], limits: Limits) -> Reply:
        try:
            number, frame = process.exchange(message, limits)
        except Stopped as stopped:
            crash = stopped.crash
            if crash.kind == "deadline" and not crash.frames:  # it could not say where it was; its Python could
                frames = traced(process.errors, self._files.files)
                text = f"stopped after {limits.seconds:g} s{transfer.place_of(frames)}"
                crash = replace(crash, message=text, frames=frames)
            self.close()
            return crash
        except WireError as error:
            return Crash("engine", f"the request cannot be sent: {error}")
        output, left = process.printed
        return transfer.reply_of(frame, number=number, seconds=process.seconds, output=output, truncated=left)

    def _load(self) -> Reply:
        reply: Reply = Crash("engine", "not loaded")
        for _ in range(LOADS):
            process = self._process = self._sandbox.process()
            message = {**self._files.told, "probes": str(self._sandbox.probes), "seed": self._seed}
            message |= {"stubs": self._sandbox.stubs}
            reply = transfer.load_reply(self._exchange(process, message, self._sandbox.load))
            if isinstance(reply, Observation):
                reply.values["failures"][:0] = self._stops
                return reply
            failure = self._files.leave_out(*process.reached, reply)
            if failure is None:
                break
            self._stops.append(failure)
        self.close()
        return reply


def _late(said: Mapping[str, Any]) -> Crash:
    """What is told of a request whose time was over, and where the program was then."""
    frames = tuple(transfer.frame_of(frame) for frame in said["frames"])
    message = Expired(said["kind"], said["took"], said["why"]).told(transfer.place_of(frames))
    return Crash(said["kind"], message, frames=frames, seconds=float(said["seconds"]))

"""Ward: the grader's hold on one child: ask it, time it, read what it printed, end it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.model import Frame, Limits
from autograder.sandbox import question, wire
from autograder.sandbox.budget import Budget, Expired
from autograder.sandbox.child import LOOK
from autograder.sandbox.keeper import Keeper
from autograder.sandbox.notes import Notes, memory_file
from autograder.sandbox.places import Files
from autograder.sandbox.transfer import place_of
from autograder.sandbox.wire import WireError

OUTPUT_BYTES = 2**20  # that one request may print; more is dropped
SHOWN_BYTES = 64 * 1024  # that are kept of it
LAST_RESORT_CPU = 36000  # seconds of its whole life; the limits of each request are far below
LOOKING = 2.0  # seconds that a program which is to be stopped has for saying where it is
MOMENT = 0.15  # and for saying so once more with the names of classes, if compiled code lets it
PIECE = 2**16  # bytes of a reply that are asked for at once: most are smaller
TOGETHER = 48 * 1024  # bytes of messages that are sent together: far less than a socket holds
SMALL = 4096  # bytes: a reply that comes in smaller pieces is being held back


class Stopped(Exception):  # noqa: N818  # what became of the child
    """The child gave no reply, and is no more. ``kind`` and ``message`` as in ``model.Crash``.

    killed: by SIGKILL, and not by the grader: by itself or from outside.
    """

    def __init__(self, kind: str, message: str, frames: tuple[Frame, ...] = (), *, killed: bool = False) -> None:
        super().__init__(message)
        self.kind, self.message, self.frames, self.killed = kind, message, frames, killed


class Ward:
    """One child of a zygote. memory: bytes of address space it may add to the zygote's.

    files: what it will load, in which the place of a program that was stopped is looked up.
    """

    def __init__(
        self,
        keeper: Keeper,
        memory: int,
        files: Files = (),
        stand_ins: Sequence[str] = (),
    ) -> None:
        self._keeper = keeper
        self._channel, theirs = socket.socketpair()
        self._output, self._notes = memory_file("output", OUTPUT_BYTES), Notes(files)
        self._pidfd = -1
        self._came = bytearray()  # of the next reply
        self._sent = 0  # messages so far
        self._shown = self._spilled = 0  # bytes of what it printed: that were shown, and that it dropped, so far
        self._budget: Budget | None = None  # of the next reply
        self.number = 0  # of the last reply
        self.seconds = 0.0  # CPU time of the last exchange
        self.reached = (-1, -1)  # number of the file and of the unit that it was loading when it ended, as it says
        with theirs:
            try:
                self._inside, self.pid, self._pidfd = keeper.fork(
                    theirs.fileno(),
                    self._output,
                    self._notes.fd,
                    memory=memory,
                    cpu=LAST_RESORT_CPU,
                    stand_ins=stand_ins,
                )
            except BaseException:
                self._close()
                raise

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._pidfd >= 0

    def send(self, messages: Sequence[Mapping[str, Any]], limits: Limits) -> int:
        """Send the messages, each with a number of its own, or the first ones of them: how many.

        So many go out together that none has to wait for the child, which may be waiting for its replies to be
        taken. limits: of the first one, of which this is a part. Raises WireError, before anything is sent, where
        that one is too large; else as ``receive``.
        """
        frames: list[bytes] = []
        for number, message in enumerate(messages, self._sent + 1):
            try:
                frame = wire.prefixed(question.pack({**message, "id": number}))
            except WireError:
                if not frames:
                    raise
                break
            if frames and sum(map(len, frames)) + len(frame) > TOGETHER:
                break
            frames.append(frame)
        self._sent += len(frames)
        self._shown = os.lseek(self._output, 0, os.SEEK_SET)  # the child's descriptor has the same position
        self._budget = self._limited(limits)
        with self._stopping(self._budget):
            self._send(b"".join(frames), self._budget)
        return len(frames)

    def receive(self, limits: Limits) -> bytes:
        """The frame that answers the next of the messages that were sent.

        limits: of that message, from when the reply before it was here. Raises Stopped where no frame came in time
        or the child ended: it is ended then in any case.
        """
        self.number += 1
        budget, self._budget = self._budget or self._limited(limits), None
        with self._stopping(budget):
            reply = self._receive(budget)
            budget.computed()
        return reply

    def _limited(self, limits: Limits) -> Budget:
        return Budget(limits, self.pid, self._keeper.slowness, again=self._keeper.measured)

    @contextlib.contextmanager
    def _stopping(self, budget: Budget) -> Iterator[None]:
        """End the child, and raise Stopped, where what is done here says that it cannot go on."""
        try:
            yield
        except Expired as expired:
            frames = self._look()
            self.end()
            raise Stopped(expired.kind, expired.told(place_of(frames)), frames) from None
        except WireError as error:
            self.end()
            raise Stopped("protocol", f"what came back from your code's process was not a reply: {error}") from None
        except (OSError, EOFError):
            raise self._died() from None
        finally:
            self.seconds = budget.cpu if self.alive else budget.seen  # its number may be another's by now

    def printed(self, *, stopped: bool = False) -> tuple[str, int]:
        """What it printed from the reply before up to the last one, bounded, and how many bytes were left out.

        stopped: up to now, where no reply came.
        """
        start, before = self._shown, self._spilled
        there = min(os.lseek(self._output, 0, os.SEEK_CUR), OUTPUT_BYTES)
        end, dropped = (there, self._notes.spilled()) if stopped else self._notes.printed(self.number)
        self._shown, self._spilled = min(end, there), dropped
        size = max(self._shown - start, 0)  # it may have moved the position itself
        data = os.pread(self._output, min(size, SHOWN_BYTES), start) if size else b""
        return data.decode("utf-8", "replace"), size - len(data) + max(self._spilled - before, 0)

    def end(self) -> int:
        """Kill it if it lives, reap it and close everything but what it left: its wait status."""
        if self._pidfd < 0:
            return 0
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        self._gone(30.0)
        os.close(self._pidfd)
        self._pidfd = -1
        self._channel.close()
        return self._keeper.reap(self._inside)

    def close(self) -> None:
        """End it, and let go of what it left."""
        try:
            self.end()
        finally:
            self._close()

    def forget(self) -> None:
        """Let go of it without asking its zygote, which has ended, and it with that."""
        self._close()

    def _close(self) -> None:
        if self._notes.fd >= 0:
            self.reached = self._notes.reached()
            self._notes.close()
        self._channel.close()
        for name in ("_output", "_pidfd"):
            if (fd := getattr(self, name)) >= 0:
                os.close(fd)
                setattr(self, name, -1)

    def _look(self) -> tuple[Frame, ...]:
        """Where the student's code is at this moment, as the child says when it is asked."""
        self._notes.clear()
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, LOOK)
        end, found = time.monotonic() + LOOKING, False
        while not self._notes.placed() and time.monotonic() < end and not self._gone(0.01):
            if not found and self._notes.place():
                end, found = time.monotonic() + MOMENT, True
        return self._notes.place()

    def _gone(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _died(self) -> Stopped:
        """What to say of a child that closed its end."""
        if not self._gone(5.0):
            self.end()
            return Stopped("protocol", "the program closed the connection that the grader speaks over")
        status = self.end()
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGXCPU:
                return Stopped("deadline", f"stopped after {LAST_RESORT_CPU} s of computing")
            return Stopped("died", _by_signal(number), killed=number == signal.SIGKILL)
        code = os.WEXITSTATUS(status)
        return Stopped("died", f"the program ended itself with exit status {code}, before the call returned")

    def _send(self, frame: bytes, budget: Budget) -> None:
        left = memoryview(frame)
        while left:
            self._channel.settimeout(budget.slice())
            try:
                left = left[self._channel.send(left) :]
            except TimeoutError:
                budget.check()

    def _receive(self, budget: Budget) -> bytes:
        """The next frame. What follows it stays for the one after."""
        data, piece = self._came, b""
        while (missing := _missing(data)) > 0:
            if piece:
                budget.check() if len(piece) < SMALL else budget.bounded()
            piece = self._piece(min(max(missing, PIECE), 1 << 20), budget)
            data += piece
        end = len(data) + missing
        self._came = data[end:]
        return bytes(memoryview(data)[wire.LENGTH.size : end])

    def _piece(self, most: int, budget: Budget) -> bytes:
        """What comes, as soon as something does."""
        while True:
            self._channel.settimeout(budget.slice())
            try:
                piece = self._channel.recv(most)
            except TimeoutError:
                budget.check()
                continue
            if not piece:
                raise EOFError
            return piece


def _missing(data: bytearray) -> int:
    """How many bytes there are to come before the frame, or at least its length, is whole; less than 0: too many."""
    head = wire.LENGTH.size
    return head + (wire.length(data[:head]) if len(data) >= head else 0) - len(data)


def _by_signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    meaning = {
        "SIGSEGV": ": a crash in compiled code, most often from endless recursion",
        "SIGABRT": ": compiled code gave up",
        "SIGKILL": ": killed by itself or because the machine ran out of memory",
    }.get(name, "")
    return f"the program was ended by {name}{meaning}"

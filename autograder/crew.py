"""Crew: processes forked from this one that take up pieces of work by number, each with what it makes for itself.

One piece at a time is given to each, so a process that dies holds one piece only, and this process knows which.
A forked process begins with all that this one has loaded; what it finds out afterwards is its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any, Generic, Protocol, TypeVar

from autograder.errors import AutograderError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
FORKS = sys.platform == "linux"  # elsewhere a fork beside the system's own threads may hang
PATIENCE = 15.0  # seconds in which a process that is told to stop puts its things away
_PR_SET_PDEATHSIG = 1
_STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Hand(Protocol[T_co]):
    """What does the work in one process."""

    def __call__(self, number: int) -> T_co:
        """Do one piece."""

    def finish(self) -> None:
        """After the last piece: look at what was done."""

    def close(self) -> None:
        """Let go of everything, also after an exception."""


@dataclass(frozen=True)
class Told(Generic[T]):
    """What the caller hears, in this process.

    started: a worker has this piece now. finished: what became of it. lost: the worker that had it died, and how, in
    words; whether it is to be given out again.
    """

    started: Callable[[int], None]
    finished: Callable[[int, T], None]
    lost: Callable[[int, str], bool]


def crew(
    begin: Callable[[str], Hand[T]],
    numbers: Iterable[int],
    workers: int,
    told: Told[T],
    *,
    before_fork: Callable[[], None],
    after_fork: Callable[[], None] = lambda: None,
) -> None:
    """Do the pieces in the order of ``numbers``, on ``workers`` processes; with one, in this process.

    begin: makes a process's own hand; it is given the process's name. before_fork: lets go of what a fork must not
    copy, such as connections. after_fork: lets go, in this process, of what the new one has now.

    An exception of a hand stops everything with that exception, once the others have finished what they hold.
    """
    waiting = deque(numbers)
    if workers <= 1 or not FORKS:
        _alone(begin("worker-0"), waiting, told)
    else:
        _Crew(begin, waiting, told, before_fork, after_fork).run(workers)


def _alone(hand: Hand[T], waiting: deque[int], told: Told[T]) -> None:
    try:
        for number in waiting:
            told.started(number)
            told.finished(number, hand(number))
        hand.finish()
    finally:
        hand.close()


class _Crew(Generic[T]):
    """The processes at their work."""

    def __init__(
        self,
        begin: Callable[[str], Hand[T]],
        waiting: deque[int],
        told: Told[T],
        before_fork: Callable[[], None],
        after_fork: Callable[[], None],
    ) -> None:
        self._begin, self._waiting, self._told = begin, waiting, told
        self._before_fork, self._after_fork = before_fork, after_fork
        self._processes: list[_Process] = []
        self._failure: BaseException | None = None

    def run(self, workers: int) -> None:
        try:
            for number in range(min(workers, len(self._waiting))):
                self._hire(f"worker-{number}")
            while busy := {process.pipe: process for process in self._processes}:
                for pipe in wait(list(busy)):
                    self._hear(busy[pipe])  # type: ignore[index]  # what was waited for
        finally:
            for process in self._processes:
                process.stop()
            for process in self._processes:
                process.gone()
        if self._failure is not None:
            raise self._failure

    def _hire(self, name: str) -> None:
        self._before_fork()
        process = _Process(name, self._begin, self._processes)
        self._after_fork()
        self._processes.append(process)
        self._next(process)

    def _next(self, process: _Process) -> None:
        """Give a process its next piece, or tell it that there is none."""
        process.number = self._waiting.popleft() if self._waiting else None
        if process.number is not None:
            self._told.started(process.number)
        with contextlib.suppress(OSError):  # it has just died: its pipe says so next
            process.pipe.send(process.number)

    def _hear(self, process: _Process) -> None:
        try:
            kind, value = process.pipe.recv()
        except (EOFError, OSError):
            self._bury(process)
            return
        if kind == "done":
            assert process.number is not None  # it had a piece
            self._told.finished(process.number, value)
            self._next(process)
            return
        self._processes.remove(process)
        process.gone()
        if kind == "failed":
            self._failure = self._failure or value
            self._waiting.clear()

    def _bury(self, process: _Process) -> None:
        """A process has ended without a word: what it held may be given out again, to another."""
        self._processes.remove(process)
        process.gone()
        if process.number is None or self._failure is not None:
            return
        if self._told.lost(process.number, process.ended):
            self._waiting.append(process.number)
        if self._waiting:
            self._hire(process.name)


class _Process:
    """One forked process, and this end of the pipe to it."""

    def __init__(self, name: str, begin: Callable[[str], Hand[Any]], others: Iterable[_Process]) -> None:
        self.name = name
        self.number: int | None = None  # the piece that it holds
        self.pipe, theirs = multiprocessing.Pipe()
        pipes = [self.pipe, *(one.pipe for one in others)]
        context = multiprocessing.get_context("fork")
        self._process = context.Process(
            target=_serve, args=(name, begin, theirs, pipes, os.getpid()), name=name, daemon=True
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads: none of ours holds a lock
            with _undisturbed():
                self._process.start()
        theirs.close()

    @property
    def ended(self) -> str:
        """How it ended, in words."""
        code = self._process.exitcode
        if code is None:
            return "it closed its pipe"
        return f"ended by {_signal(-code)}" if code < 0 else f"ended with status {code}"

    def stop(self) -> None:
        """Tell it to put its things away and end."""
        if self._process.is_alive():
            self._process.terminate()

    def gone(self) -> None:
        """See that it has ended."""
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.pipe.close()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals wait until the block ends; a process that was forked in it lets them in once it knows what to do."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    name: str, begin: Callable[[str], Hand[Any]], pipe: Connection, pipes: Iterable[Connection], parent: int
) -> None:
    """The life of a forked process."""
    for one in pipes:
        one.close()  # so that each sees the end of its own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process, which tells the others
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stopped)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        return  # it died before it could be noticed
    threading.current_thread().name = name
    hand: Hand[Any] | None = None
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        hand = begin(name)
        while (number := pipe.recv()) is not None:
            pipe.send(("done", hand(number)))
        hand.finish()
        pipe.send(("ended", None))
    except EOFError:
        pass  # the first process is gone
    except BrokenPipeError:
        pass
    except Exception as error:
        _tell(pipe, error)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if hand is not None:
            hand.close()


def _stopped(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _tell(pipe: Connection, error: Exception) -> None:
    """Send an exception, with where it came from; one that cannot travel is told in words."""
    try:
        data = pickle.dumps(("failed", error))
        pickle.loads(data)
    except Exception:
        data = pickle.dumps(("failed", AutograderError(f"{type(error).__name__}: {error}")))
    with contextlib.suppress(OSError):
        pipe.send_bytes(data)

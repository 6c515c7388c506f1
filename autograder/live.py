"""LiveSandbox: the sandbox's seam over the objects of a running session, in its own process.

For one's own work in a notebook. Nothing is isolated; what a probe may change of the session is put back.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import io
import math
import os
import random
import signal
import sys
import sysconfig
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

import numpy as np
import torch
from torch import nn

from autograder.model import Crash, Limits, Observation, Reply, Submission
from autograder.sandbox import transfer
from autograder.sandbox.budget import Budget, Expired
from autograder.sandbox.namespace import Namespace, NotDefined
from autograder.sandbox.perform import case_values, perform
from autograder.sandbox.request import Request
from autograder.sandbox.trusted import alone, load_probes

MOST_OUTPUT = 64 * 1024
_LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
_HOMES = tuple(
    str(place.resolve())
    for place in (
        *(Path(path) for name, path in sysconfig.get_paths().items() if name in _LIBRARIES),
        Path(torch.__file__).parents[1],
        Path(__file__).parent,
    )
)


class TooLong(BaseException):
    """The time of a request is over. No ``except Exception`` of a student's catches it."""


class LiveSandbox:
    """One session's names as a submission.

    probes: the assignment's package of probes. names: the session's namespace, read each time a probe asks.
    seconds: for all requests together; each has its own limit as well. shown: how a file's name is told.
    """

    level = "none"
    calibration = 0.0

    def __init__(
        self,
        probes: Path,
        names: Mapping[str, Any],
        *,
        seconds: float = 60.0,
        shown: Callable[[str], str] = lambda name: name,
    ) -> None:
        self._probes = load_probes(probes).PROBES
        self._names, self._shown = names, shown
        self._end = time.monotonic() + seconds
        self._seconds = seconds

    def open(self, submission: Submission) -> LiveSession:
        """A session over the names; ``submission`` is only what the grade is called."""
        return LiveSession(self._probes, self._names, self._end, self._seconds, self._shown)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""


class LiveSession:
    """Answers requests with the objects that the names are bound to at that moment."""

    def __init__(
        self,
        probes: Mapping[str, Any],
        names: Mapping[str, Any],
        end: float,
        seconds: float,
        shown: Callable[[str], str],
    ) -> None:
        self._probes, self._names, self._shown = probes, names, shown
        self._end, self._seconds = end, seconds
        self._code = Namespace(self._find, {})

    @property
    def loaded(self) -> Reply:
        """Nothing is loaded: the names are there."""
        return Observation({"defined": [name for name in self._names if isinstance(name, str)], "failures": []})

    def ask(self, request: Request) -> Reply:
        """Run one request here. KeyboardInterrupt goes through: who stops a check means to."""
        if request.stand_ins:
            return Crash("engine", "a student's copy has no stand-ins")
        left = self._end - time.monotonic()
        if left <= 0:
            return Crash("deadline", f"not looked at: the {self._seconds:g} s of this check were over")
        asked = case_values(request.probe, request.case)
        time_left = _Time(min(request.limits.seconds, left), self._end)
        with _printed() as output:
            try:
                frame = _within(time_left, lambda: perform(self._probes, self._code, asked, Own()))
            except TooLong:  # while another one was being told
                return Crash("deadline", time_left.told)
            seconds = time_left.budget.cpu
        text = output.getvalue()
        if frame is None:
            message = f"{time_left.told}, and goes on in the background: restart the kernel to end it"
            return Crash("deadline", message, seconds=seconds)
        dropped = max(len(text) - MOST_OUTPUT, 0)
        reply = transfer.reply_of(
            frame, number=0, seconds=seconds, output=text[:MOST_OUTPUT], truncated=dropped, ours=True
        )
        return self._told(reply, time_left.told)

    def close(self) -> None:
        """Nothing is held."""

    def _find(self, name: str) -> Any:
        if name.startswith("__") or name not in self._names:
            raise NotDefined(name)
        return self._names[name]

    def _told(self, reply: Reply, stopped: str) -> Reply:
        """With the names of cells in place of file names; what was stopped said to be so."""
        if isinstance(reply, Observation):
            return reply
        if reply.exception == "KeyboardInterrupt":
            raise KeyboardInterrupt
        frames = tuple(dataclasses.replace(frame, file=self._shown(frame.file)[:200]) for frame in reply.frames)
        if reply.exception == TooLong.__name__:
            return dataclasses.replace(reply, kind="deadline", exception="", message=stopped, frames=frames)
        return dataclasses.replace(reply, frames=frames)


class Own:
    """The file names of a person's own code: not those of Python, of installed libraries, of the grader."""

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or name.startswith("<frozen"):
            return False
        if name.startswith("<"):
            return name.startswith("<ipython-input")
        path = str(Path(name).resolve())
        return not path.startswith(_HOMES) and f"{Path('grading') / 'probes'}" not in path


@contextlib.contextmanager
def as_before(names: Mapping[str, Any]) -> Iterator[None]:
    """What judging may change of a session is put back: torch's and everybody's global state, and the models in it."""
    with alone(), warnings.catch_warnings():
        torch_state = (torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads())
        randoms = random.getstate(), np.random.get_state(), torch.get_rng_state()
        on_gpu = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
        cuda = torch.cuda.get_rng_state_all() if on_gpu else None
        values = list(names.values())
        kept = [_Kept(value) for value in {id(v): v for v in values if isinstance(v, nn.Module)}.values()]
        generators = [(v, v.get_state()) for v in values if isinstance(v, torch.Generator)]
        modules = dict(sys.modules)
        try:
            yield
        finally:
            torch.set_default_dtype(torch_state[0])
            torch.set_grad_enabled(torch_state[1])
            torch.set_num_threads(torch_state[2])
            for one in kept:
                one.put_back()
            for generator, state in generators:
                generator.set_state(state)
            for name, module in modules.items():
                if sys.modules.get(name) is not module:
                    sys.modules[name] = module
            random.setstate(randoms[0])
            np.random.set_state(randoms[1])
            torch.set_rng_state(randoms[2])
            if cuda is not None:
                torch.cuda.set_rng_state_all(cuda)


class _Kept:
    """A model as it was: numbers, gradients, modes."""

    def __init__(self, module: nn.Module) -> None:
        self._modes = [(part, part.training) for part in module.modules()]
        self._tensors = [
            (tensor, tensor.detach().clone(), tensor.grad, None if tensor.grad is None else tensor.grad.clone())
            for tensor in (*module.parameters(), *module.buffers())
        ]
        self._trains = [(parameter, parameter.requires_grad) for parameter in module.parameters()]

    def put_back(self) -> None:
        """Only what has changed is written."""
        for part, mode in self._modes:
            part.training = mode
        for parameter, trains in self._trains:
            if parameter.requires_grad != trains:
                parameter.requires_grad_(trains)
        with torch.no_grad():
            for tensor, value, gradient, numbers in self._tensors:
                if not _same(tensor, value):
                    tensor.data = value
                if gradient is not None and numbers is not None and not _same(gradient, numbers):
                    gradient.data = numbers
                if tensor.grad is not gradient:
                    tensor.grad = gradient


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and bool(torch.equal(one, other))


@contextlib.contextmanager
def _printed() -> Iterator[io.StringIO]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield output


class _Time:
    """What one request may take here: ``seconds`` of its own, so more by the clock where the machine is busy.

    end: when the whole check is over.
    """

    def __init__(self, seconds: float, end: float) -> None:
        self.seconds, self.told = max(seconds, 0.01), f"stopped after {seconds:.0f} s"
        self.budget = Budget(Limits(self.seconds, math.inf), os.getpid())
        self._end = end

    def over(self) -> bool:
        """Whether it is."""
        try:
            self.budget.check()
        except Expired as expired:
            self.told = f"stopped after {self.seconds:.0f} s{expired.why}"
            return True
        return time.monotonic() > self._end


def _within(given: _Time, work: Callable[[], bytes]) -> bytes | None:
    """What ``work`` gives; TooLong is raised in it when the time is over. None where even that did not end it."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _alarmed(given, work)
    return _beside(given, work)


def _alarmed(given: _Time, work: Callable[[], bytes]) -> bytes:
    armed = True
    given.budget.own()  # waiting for a processor counts from here on

    def over(number: int, frame: FrameType | None) -> None:
        if armed and given.over():
            raise TooLong

    before = signal.signal(signal.SIGALRM, over)
    # Again and again: a bare `except:` may swallow one.
    earlier = signal.setitimer(signal.ITIMER_REAL, given.seconds, 0.2)
    started = time.monotonic()
    try:
        return work()
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if earlier[0]:
            signal.setitimer(signal.ITIMER_REAL, max(earlier[0] - (time.monotonic() - started), 0.01), earlier[1])


def _beside(given: _Time, work: Callable[[], bytes], patience: float = 5.0) -> bytes | None:
    """In a thread of its own, where there are no signals: it is interrupted between two lines of Python."""
    results: list[bytes] = []

    def run() -> None:
        with contextlib.suppress(TooLong), contextlib.suppress(TooLong):  # one may come while another is handled
            results.append(work())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(given.seconds)
    while thread.is_alive() and not given.over():
        thread.join(0.2)
    end = time.monotonic() + patience
    while thread.is_alive() and time.monotonic() < end:
        assert thread.ident is not None  # it has started
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TooLong))
        thread.join(0.2)
    if not results and not thread.is_alive():
        raise TooLong
    return results[0] if results else None

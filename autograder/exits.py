"""How a command ends: its status, or a sentence that says what is wrong and what to do about it."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

import click

from autograder.errors import NO_ROOM, AutograderError

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
ON = "what was graded is kept, and the same command goes on from there"

_modules = 0  # that nobody looks for garbage in
Handler = Callable[[int, FrameType | None], None]


class Stopped(KeyboardInterrupt):
    """A signal has come. ``args`` may say how far the command had come by then."""

    def __init__(self, signum: int) -> None:
        super().__init__()
        self.status = 128 + signum


def leave(call: Callable[[], int]) -> None:
    """Run the command and end the process with its status: 0 done, 1 something of ours, 2 the call's words."""
    try:
        _imported()
        with _handled(_stop):
            status = call()
    except AutograderError as error:
        _say(str(error), error.mend)
        sys.exit(error.status)
    except KeyboardInterrupt as stopped:
        click.echo(f"\n{f'stopped {stopped}'.strip()}; {ON}", err=True)
        sys.exit(stopped.status if isinstance(stopped, Stopped) else 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _say(
            f"{error.filename or 'a file'} cannot be written: {(error.strerror or 'no room').lower()}",
            f"Make room; {ON}.",
        )
        sys.exit(1)
    sys.exit(status)


class Commands(click.Group):
    """Can be stopped from the first moment, also while the modules of a command are still being imported."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        with at_once(), importing():
            return super().invoke(ctx)

    def main(self, args: Sequence[str] | None = None, *given: Any, **more: Any) -> Any:
        """The program, where no ``args`` are given: it ends without taking itself apart, which takes half a second."""
        try:
            return super().main(args, *given, **more)
        except SystemExit as ended:
            if args is None and threading.active_count() == 1:
                _gone(ended.code)
            raise


def at_once(first: Callable[[], None] = lambda: None) -> contextlib.AbstractContextManager[None]:
    """A signal ends the process on the spot: while modules are imported, and nothing has been begun.

    first: puts away what is there all the same.
    """

    def end(signum: int, frame: FrameType | None) -> None:
        first()
        os.write(2, b"\nstopped before anything was begun\n")
        os._exit(128 + signum)

    return _handled(end)


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Modules are imported inside: nothing of them is garbage, so nobody looks for any, then or later.

    A fifth of the time that the import of torch takes is spent on that.
    """
    gc.disable()
    try:
        yield
    finally:
        _imported()


def _imported() -> None:
    """From here on garbage is looked for, in what comes now, not in modules that were imported so far."""
    global _modules
    if not gc.isenabled():
        if len(sys.modules) > _modules:
            gc.freeze()
            _modules = len(sys.modules)
        gc.enable()


def _gone(code: str | int | None) -> None:
    """End here, after all that was asked to happen at the end. Returns where an ordinary end has more to do."""
    if isinstance(code, str):
        return
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)


def _say(what: str, mend: str) -> None:
    click.secho(f"autograder: {what}", fg="red", err=True)
    if mend:
        click.echo(f"  {mend}", err=True)


@contextlib.contextmanager
def _handled(handler: Handler) -> Iterator[None]:
    """The signals that stop a command, where nobody has asked for them to be ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in STOPS}
    mine = [one for one, how in before.items() if how is not signal.SIG_IGN]
    for one in mine:
        signal.signal(one, handler)
    try:
        yield
    finally:
        for one in mine:
            signal.signal(one, before[one])


def _stop(signum: int, frame: FrameType | None) -> None:
    raise Stopped(signum)

"""Remote: what a Dask worker is asked to do. It hands each thing on to its desk, a process of its own beside it.

What goes in or out is plain values and bytes. Nothing hidden is held by the worker itself for longer than it takes to
hand it on.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from distributed import get_worker

Answer = dict[str, Any]
Sealed = tuple[bytes, str]  # of a parcel: its bytes and its seal

_START = "import sys; from autograder.cluster.desk import serve; serve(int(sys.argv[1]), sys.argv[2])"
_lock = threading.Lock()  # one thing at a time, however many threads the worker has
_desk: tuple[subprocess.Popen[bytes], Connection] | None = None


def take_post(key: str, course: Sealed, id: str, secret: bytes, level: str, wanted: Mapping[str, str]) -> Answer:
    """Get ready for a course. ``key`` names it from now on; ``wanted``: versions, and the assignment's digest.

    A post that nobody has used for half an hour is left: whoever sent it may have been killed.
    Answers ``refused`` and ``mend`` where this worker cannot grade it as the sender would, else ``proof``.
    """
    return _ask("take_post", key, course, id, secret, level, dict(wanted))


def graded(key: str, handed_in: Sealed, number: int) -> Answer:
    """Grade one submission, a student's attempt of that number: ``grade``, ``transcript``, ``faults``.

    Answers ``unready`` where the process is another than the one that took the post, or died over it.
    """
    return _ask("graded", key, handed_in, number)


def proved(key: str) -> Answer:
    """Have the sandbox answer the control submission, and what is compared between machines: ``proof``."""
    return _ask("proved", key)


def leave_post(key: str) -> Answer:
    """End the sandbox and remove the course from this machine."""
    return _ask("leave_post", key) if _desk is not None else {}


def _ask(name: str, *given: Any) -> Answer:
    global _desk
    with _lock:
        if _desk is None:
            _desk = _started()
        process, pipe = _desk
        try:
            pipe.send((name, *given))
            answer: Answer = pipe.recv()
        except (EOFError, OSError):
            pipe.close()
            process.kill()
            process.wait()
            _desk = None
            return {"unready": True}
    if "fault" in answer:
        raise RuntimeError(answer["fault"])
    return answer


def _started() -> tuple[subprocess.Popen[bytes], Connection]:
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-P", "-c", _START, str(theirs.fileno()), _own_folder()]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),))
    return process, Connection(ours.detach())


def _own_folder() -> str:
    """The worker's own scratch folder: Dask removes what is left in it where a whole machine was lost."""
    with contextlib.suppress(ValueError, AttributeError):
        return str(get_worker().local_directory)
    return ""

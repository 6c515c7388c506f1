"""Started: a zygote's process, from its start until it serves. Nothing slow is imported here."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

from autograder.errors import SandboxError
from autograder.sandbox import bundle, folders
from autograder.sandbox.policy import plan

MOST_MESSAGE = 64 * 1024
START_SECONDS = 180.0  # importing torch on a cold and busy machine
_MOST_SAID = 8000  # bytes of what it and bubblewrap wrote
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)  # bubblewrap's status where what it started was killed


class Started:
    """One process that imports torch and then waits for its probes, its folder, and the socket to it.

    A fork of this process has a copy of it all, which one of the two lets go of with ``release``.
    Raises IsolationError where the level cannot be had on this system at all, SandboxError where nothing can be
    written.
    """

    def __init__(self, level: str) -> None:
        self.level = level
        try:
            folders.sweep()
            self.folder, self._held = folders.new()
        except FileNotFoundError as error:  # of the standard library, where all of them are full or closed
            mend = "make room there, or set TMPDIR to a folder that has some"
            raise SandboxError(f"no temporary folder can be written: {error}", mend=mend) from None
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = -1  # a pidfd, readable once it has ended
        self._socket: socket.socket | None = None
        self._said = open(self.folder / "said", "w+b")  # noqa: SIM115  # closed with the rest
        try:
            bundle.make(self.folder / "bundle")
            self._start()
        except BaseException:
            self.end()
            raise

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(START_SECONDS)
        with theirs:
            made = plan(self.level, self.folder, theirs.fileno())
            self._process = subprocess.Popen(
                made.command,
                env=made.environment,
                cwd=made.folder if made.folder != Path() else "/",
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._ended = os.pidfd_open(self._process.pid)
        with contextlib.suppress(SandboxError):  # it has ended: whoever listens to it hears why
            self.send(made.told)

    def call(self, message: dict[str, Any], fds: tuple[int, ...] = ()) -> tuple[dict[str, Any], list[int]]:
        """Send a message and descriptors, and return what comes back. Raises SandboxError."""
        self.send(message, fds)
        return self.receive()

    def send(self, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
        """Send a message and descriptors. Raises SandboxError."""
        if self._socket is None:
            raise SandboxError("the zygote is closed")
        try:
            socket.send_fds(self._socket, [json.dumps(message).encode()], fds)
        except OSError as error:
            raise SandboxError(f"the zygote cannot be reached: {error}") from None

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """The next message and its descriptors. Raises SandboxError."""
        if self._socket is None:
            raise SandboxError("the zygote is closed")
        try:
            data, fds, _, _ = socket.recv_fds(self._socket, MOST_MESSAGE, 1)
            answer = json.loads(data)
        except (OSError, ValueError) as error:
            raise SandboxError(f"the zygote does not answer: {error}") from None
        if not isinstance(answer, dict):
            raise SandboxError("the zygote answers nonsense")
        return answer, fds

    def patience(self, seconds: float) -> None:
        """How long to wait for an answer from now on."""
        if self._socket is not None:
            self._socket.settimeout(seconds)

    @property
    def killed(self) -> bool:
        """Whether it was killed from outside. To be asked, by the process that started it, where it does not answer."""
        try:
            return self._process is not None and self._process.wait(2) in _KILLED
        except subprocess.TimeoutExpired:
            return False

    @property
    def said(self) -> str:
        """What it and bubblewrap wrote of their own accord."""
        self._said.seek(0)
        return self._said.read(_MOST_SAID).decode(errors="replace")

    def release(self) -> None:
        """Let go of it, without ending it: it belongs to a fork of this process, or to what this is a fork of."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        for name in ("_ended", "_held"):
            if (fd := getattr(self, name)) >= 0:
                os.close(fd)
                setattr(self, name, -1)
        self._said.close()
        if self._process is not None and self._owner != os.getpid():
            self._process.returncode = 0  # not ours to wait for

    def end(self) -> None:
        """End it, whatever lives in its namespaces, and its folder."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            if self._owner == os.getpid():
                self._process.kill()
                self._process.wait()
            elif self._ended >= 0:
                select.select([self._ended], [], [], START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.release()

    def reap(self) -> None:
        """See that it has ended, where a fork of this process had it."""
        if self._process is not None and self._process.returncode is None and self._owner == os.getpid():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

"""Keeper: the grader's hold on one zygote: start it, have it fork, reap and clean, stop it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from autograder.errors import IsolationError, SandboxError
from autograder.sandbox import bundle, calibration
from autograder.sandbox.diagnose import why
from autograder.sandbox.policy import plan
from autograder.sandbox.procfs import children_of, descriptors_of, pid_of, threads_of, virtual_bytes

MOST_MESSAGE = 64 * 1024
_PREFIX = "autograder-sandbox-"
START_SECONDS = 180.0  # importing torch on a cold and busy machine
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)  # bubblewrap's status where what it started was killed
ANSWER_SECONDS = 180.0  # importing a library that a submission wants, on such a one


class Killed(SandboxError):  # noqa: N818  # what became of the zygote
    """The zygote was killed from outside before it was ready."""


class Keeper:
    """One running zygote and its folder. Any failure of it raises SandboxError; start it anew then."""

    def __init__(self, probes: Path, level: str, stand_ins: Path | None = None) -> None:
        self.level = level
        self.loaded: set[str] = set()
        try:
            sweep()
        except FileNotFoundError as error:  # of the standard library, where all of them are full or closed
            mend = "make room there, or set TMPDIR to a folder that has some"
            raise SandboxError(f"no temporary folder can be written: {error}", mend=mend) from None
        self._folder, self._held = _folder()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        try:
            bundle.make(self._folder / "bundle", probes, stand_ins)
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(START_SECONDS)
        self._control = ours
        with theirs, tempfile.TemporaryFile() as said:
            made = plan(self.level, self._folder, theirs.fileno())
            self._process = subprocess.Popen(
                made.command,
                env=made.environment,
                cwd=made.folder if made.folder != Path() else "/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
            theirs.close()
            fds: list[int] = []
            try:
                self._send(made.told)
                ready, fds = self._receive()
            except SandboxError:
                ready = {}
            if not ready.get("ready") or len(fds) != 1:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    if self._process.wait(2) in _KILLED:
                        raise Killed("the sandbox was killed before it was ready")
                said.seek(0)
                raise why(self.level, str(ready.get("error") or said.read(8000).decode(errors="replace")))
        self.pid = pid_of(fds[0])
        os.close(fds[0])
        self.landlock = int(ready["landlock"])
        self.probes, self.stand_ins = frozenset(ready["probes"]), frozenset(ready["stand_ins"])
        self.calibration = float(ready["calibration"])
        self.slowness = calibration.scale(self.calibration)
        ours.settimeout(ANSWER_SECONDS)
        self._verify(ready)
        self.clean()  # with its answer it is past its beginnings
        self._descriptors = descriptors_of(self.pid)

    def _verify(self, ready: dict[str, Any]) -> None:
        host = torch.backends.cpu.get_cpu_capability()
        if ready.get("capability") != host:
            raise IsolationError(
                f"torch computes with {ready.get('capability')} in the sandbox and with {host} outside: "
                "results would differ in the last bits",
                mend="/proc/cpuinfo must be readable",
            )
        if (threads := threads_of(self.pid)) != 1:
            raise SandboxError(f"the zygote has {threads} threads; a fork of it could hang")

    def fork(
        self, channel: int, output: int, notes: int, *, memory: int, cpu: int, stand_ins: Sequence[str] = ()
    ) -> tuple[int, int, int]:
        """A new child that holds the three descriptors: its number inside, its number here, its pidfd.

        memory: bytes of address space on top of what the zygote has; cpu: seconds, a last resort;
        stand_ins: names of those that the child, and no other process, makes for itself.
        """
        message = {"do": "fork", "memory": virtual_bytes(self.pid) + memory, "cpu": cpu}
        message["stand_ins"] = list(stand_ins)
        answer, fds = self._call(message, (channel, output, notes))
        if len(fds) != 1:
            raise SandboxError("the zygote sent no descriptor of its child")
        return int(answer["pid"]), pid_of(fds[0]), fds[0]

    def reap(self, pid: int) -> int:
        """Wait for a child that has ended: its wait status."""
        return int(self._call({"do": "reap", "pid": pid})[0]["status"])

    def clean(self) -> None:
        """Empty the folder that submissions write to."""
        if not self._call({"do": "clean"})[0].get("clean"):
            raise SandboxError("the sandbox's folder could not be emptied")

    def sound(self) -> bool:
        """Whether it is as it was before the first submission: one thread, no child, the same descriptors.

        To be asked between submissions. Its memory cannot be reached from a child, which has a copy.
        """
        try:
            as_before = threads_of(self.pid) == 1 and descriptors_of(self.pid) == self._descriptors
            return as_before and not children_of(self.pid)
        except OSError:
            return False

    def preload(self, names: set[str]) -> None:
        """Import libraries that the next submission wants, so that it and later ones need not."""
        if new := sorted(names - self.loaded):
            self.loaded |= set(new)
            self._call({"do": "preload", "names": new})

    def measured(self) -> float:
        """How many times longer than on the reference machine work takes on this one, at this moment."""
        return calibration.scale(float(self._call({"do": "measure"})[0]["calibration"]))

    def close(self) -> None:
        """End the zygote, whatever lives in its namespaces, and its folder."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
            self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def _call(self, message: dict[str, Any], fds: tuple[int, ...] = ()) -> tuple[dict[str, Any], list[int]]:
        self._send(message, fds)
        return self._receive()

    def _receive(self) -> tuple[dict[str, Any], list[int]]:
        if self._control is None:
            raise SandboxError("the zygote is closed")
        try:
            data, fds, _, _ = socket.recv_fds(self._control, MOST_MESSAGE, 1)
            answer = json.loads(data)
        except (OSError, ValueError) as error:
            raise SandboxError(f"the zygote does not answer: {error}") from None
        if not isinstance(answer, dict):
            raise SandboxError("the zygote answers nonsense")
        return answer, fds

    def _send(self, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
        if self._control is None:
            raise SandboxError("the zygote is closed")
        try:
            socket.send_fds(self._control, [json.dumps(message).encode()], fds)
        except OSError as error:
            raise SandboxError(f"the zygote cannot be reached: {error}") from None


def _folder() -> tuple[Path, int]:
    """A new folder, and a descriptor whose lock says that it is in use for as long as this process lives."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        try:
            return folder, _locked(folder)
        except (BlockingIOError, FileNotFoundError):
            continue  # taken for a dead grader's in the moment before it was locked


def _locked(folder: Path) -> int:
    """A descriptor that holds the folder's lock. Raises BlockingIOError where another has it."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.lstat()
    except BaseException:
        os.close(held)
        raise
    return held


def sweep() -> None:
    """Remove the folders of graders that were killed before they could do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if folder.lstat().st_uid == os.geteuid():
                held = _locked(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(held)
        except OSError:
            continue  # in use, or another grader was quicker

"""Keeper: the grader's hold on one zygote: have it begin, fork, reap and clean, stop it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from autograder.errors import IsolationError, SandboxError
from autograder.sandbox import bundle, calibration
from autograder.sandbox.diagnose import why
from autograder.sandbox.procfs import children_of, descriptors_of, pid_of, threads_of, virtual_bytes
from autograder.sandbox.started import Started

ANSWER_SECONDS = 180.0  # importing a library that a submission wants, on a cold and busy machine


class Killed(SandboxError):  # noqa: N818  # what became of the zygote
    """The zygote was killed from outside before it was ready."""


class Keeper:
    """One running zygote and its folder. Any failure of it raises SandboxError; start it anew then.

    started: a process that was begun before.
    """

    def __init__(
        self,
        probes: Path,
        level: str,
        stand_ins: Path | None = None,
        *,
        started: Started | None = None,
    ) -> None:
        self.level = level
        self.loaded: set[str] = set()
        self._started = started or Started(level)
        try:
            bundle.add(self._started.folder / "bundle", probes, stand_ins)
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        fds: list[int] = []
        try:
            ready, fds = self._started.call({"do": "finish"})
        except SandboxError:
            try:
                ready, fds = self._started.receive()  # what it said before it ended
            except SandboxError:
                ready = {}
        if not ready.get("ready") or len(fds) != 1:
            if self._started.killed:
                raise Killed("the sandbox was killed before it was ready")
            raise why(self.level, str(ready.get("error") or self._started.said))
        self.pid = pid_of(fds[0])
        os.close(fds[0])
        self.landlock = int(ready["landlock"])
        self.probes, self.stand_ins = frozenset(ready["probes"]), frozenset(ready["stand_ins"])
        self.calibration = float(ready["calibration"])
        self.slowness = calibration.scale(self.calibration)
        self._started.patience(ANSWER_SECONDS)
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
        answer, fds = self._started.call(message, (channel, output, notes))
        if len(fds) != 1:
            raise SandboxError("the zygote sent no descriptor of its child")
        return int(answer["pid"]), pid_of(fds[0]), fds[0]

    def reap(self, pid: int) -> int:
        """Wait for a child that has ended: its wait status."""
        return int(self._started.call({"do": "reap", "pid": pid})[0]["status"])

    def clean(self) -> None:
        """Empty the folder that submissions write to."""
        if not self._started.call({"do": "clean"})[0].get("clean"):
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
            self._started.call({"do": "preload", "names": new})

    def measured(self) -> float:
        """How many times longer than on the reference machine work takes on this one, at this moment."""
        return calibration.scale(float(self._started.call({"do": "measure"})[0]["calibration"]))

    def close(self) -> None:
        """End the zygote, whatever lives in its namespaces, and its folder."""
        self._started.end()

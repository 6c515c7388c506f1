"""Desk: the process beside a Dask worker that holds the course and grades. It serves one worker, over a socket.

It is a process of its own, because the reference runs in it: Dask's threads draw random numbers and print in theirs.
It ends when its worker ends, however that happens, and removes what it was sent.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder import assignment as assignments
from autograder import pipeline
from autograder.cluster import proof
from autograder.cluster.parcel import Parcel, unpack
from autograder.control import Control
from autograder.errors import AutograderError
from autograder.gradebook.documents import pack_grade, unpack_submission
from autograder.sandbox.host import ZygoteSandbox
from autograder.seeds import Seeds
from autograder.worker import Worker, sandbox_for

IDLE = 1800.0  # seconds after which everything is removed: whoever sent it may have been killed
Answer = dict[str, Any]
Sealed = tuple[bytes, str]  # of a parcel: its bytes and its seal


@dataclass
class _Post:
    """What grading one course's submissions needs; its sandbox stays warm between them."""

    folder: Path
    worker: Worker
    sandbox: ZygoteSandbox
    control: Control

    def close(self) -> None:
        try:
            self.worker.close()
            self.sandbox.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


class Desk:
    """Answers what ``remote.py`` asks. Everything that goes in or out is plain values and bytes."""

    def __init__(self, where: Path | None = None) -> None:
        self._where = where
        self._posts: dict[str, _Post] = {}

    def answer(self, name: str, *given: Any) -> Answer:
        """Do one thing. An exception of ours is told in words: another version's classes could not be read."""
        try:
            found: Answer = getattr(self, name)(*given)
        except AutograderError as error:
            return _refused(str(error), error.mend)
        return found

    def take_post(
        self, key: str, course: Sealed, id: str, secret: bytes, level: str, wanted: Mapping[str, str]
    ) -> Answer:
        """Get ready for a course, see ``remote.take_post``."""
        here = pipeline.versions()
        others = [
            f"{name} {found}, not {wanted.get(name)}" for name, found in here.items() if found != wanted.get(name)
        ]
        if others:  # before anything hidden is unpacked
            return _refused(
                f"it has {'; '.join(others)}", "install the same versions there as here, then start it again"
            )
        if key not in self._posts:
            self._posts[key] = self._post(course, id, secret, level)
        post = self._posts[key]
        if post.worker.course.assignment.digest != wanted["assignment"]:
            self.leave_post(key)
            return _refused(
                "its autograder has the same version and is other code: a grade there would follow from other rules",
                "install the same wheel, or the same state of the sources, on every worker, then start them again",
            )
        return self._proved(post)

    def graded(self, key: str, handed_in: Sealed, number: int) -> Answer:
        """Grade one submission, a student's attempt of that number."""
        if key not in self._posts:
            return {"unready": True}
        done = self._posts[key].worker.grade(unpack_submission(Parcel(*handed_in).opened()), number)
        return {"grade": pack_grade(done.grade), "transcript": done.transcript, "faults": list(done.faults)}

    def proved(self, key: str) -> Answer:
        """Have the sandbox answer the control submission and the proof."""
        return self._proved(self._posts[key]) if key in self._posts else {"unready": True}

    def leave_post(self, key: str) -> Answer:
        """End the sandbox and remove the course."""
        post = self._posts.pop(key, None)
        if post is not None:
            post.close()
        return {}

    def leave(self) -> None:
        """End everything."""
        for key in list(self._posts):
            self.leave_post(key)

    def _post(self, course: Sealed, id: str, secret: bytes, level: str) -> _Post:
        folder = unpack(Parcel(*course), self._where)
        try:
            assignment = assignments.load(folder, id)
            made = pipeline.prepare(assignment, Seeds(secret))
            sandbox = sandbox_for(assignment, level)
            sandbox.keeper()  # a level that cannot be had is known before anything is graded
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return _Post(folder, Worker(made, lambda: sandbox), sandbox, Control(made))

    def _proved(self, post: _Post) -> Answer:
        post.control(post.sandbox)  # bit for bit what this machine's trusted side gives
        return {"proof": proof.given(post.sandbox), "processor": proof.processor(), "host": socket.gethostname()}


def _refused(why: str, mend: str) -> Answer:
    return {"refused": why, "mend": mend, "host": socket.gethostname()}


def serve(descriptor: int, where: str) -> None:
    """The life of the process: until the worker at the other end of the socket is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker
    signal.signal(signal.SIGTERM, lambda *_: exit(0))
    desk = Desk(Path(where) if where else None)
    try:
        with Connection(descriptor) as pipe, contextlib.suppress(EOFError, OSError):
            while True:
                if not pipe.poll(IDLE):
                    desk.leave()
                name, *given = pipe.recv()
                pipe.send(_answer(desk, name, given))
    finally:
        desk.leave()


def _answer(desk: Desk, name: str, given: list[Any]) -> Answer:
    try:
        return desk.answer(name, *given)
    except Exception as error:  # a fault of ours, which has to reach whoever asked
        return {"fault": f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-6)}"}

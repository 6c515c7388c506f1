"""Many submissions: taken from a queue by workers, each with a sandbox of its own, written as they are done."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder import pipeline
from autograder.model import Grade, Submission
from autograder.output import Output
from autograder.pipeline import Course
from autograder.sandbox.request import Sandbox


class Entry(Protocol):
    """One student's place in a batch: read when its turn comes, so that memory does not grow."""

    @property
    def student(self) -> str:
        """Who handed it in."""

    def read(self) -> Submission:
        """The submission. A broken file is a Problem in it, never an exception."""


@dataclass(frozen=True, slots=True)
class Done:
    """One submission that is finished: graded now, or found graded by an earlier run of the same command."""

    student: str
    folder: Path
    points: int
    possible: int
    pending: int
    bonus: int
    void: int
    seconds: float
    unfinished: tuple[str, ...]  # titles of exercises that lost points
    again: bool  # it was graded before and nothing has changed


def run(
    entries: Sequence[Entry],
    course: Course,
    output: Output,
    make_sandbox: Callable[[], Sandbox],
    write: Callable[[Grade, Path], None],
    *,
    level: str,
    workers: int,
    started: Callable[[str], None] = lambda student: None,
    finished: Callable[[Done], None] = lambda done: None,
    control: Callable[[Sandbox], None] = lambda sandbox: None,
    every: int = 50,
) -> list[Done]:
    """Grade every entry. ``write`` stores a grade's files; results come back in the order of the entries.

    ``control`` looks at a worker's sandbox after each ``every`` submissions, and after its last.

    An exception of ours in one worker stops the batch with that exception once the others have finished
    what they hold: what is written stays, and the same command goes on from there.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(entries)):
        waiting.put(index)
    folders = output.folders(entry.student for entry in entries)
    results: dict[int, Done] = {}
    failure: list[BaseException] = []
    stop = threading.Event()

    def work() -> None:
        sandbox: Sandbox | None = None
        unsure: list[Path] = []  # folders of grades since the last control
        try:
            while not stop.is_set():
                try:
                    index = waiting.get_nowait()
                except queue.Empty:
                    if sandbox is not None and unsure:
                        _controlled(control, sandbox, unsure)
                    return
                entry = entries[index]
                started(entry.student)
                submission = entry.read()
                folder = folders[entry.student]
                grade = _earlier(course, folder, submission, level)
                again = grade is not None
                if grade is None:
                    if sandbox is None:
                        sandbox = make_sandbox().__enter__()
                    grade = pipeline.grade(submission, course, sandbox)
                    folder.mkdir(parents=True, exist_ok=True)
                    write(grade, folder)
                    unsure.append(folder)
                    if len(unsure) >= every:
                        _controlled(control, sandbox, unsure)
                results[index] = done(grade, folder, again=again)
                finished(results[index])
        except BaseException as error:
            failure.append(error)
            stop.set()
        finally:
            if sandbox is not None:
                sandbox.__exit__(None, None, None)

    threads = [threading.Thread(target=work, name=f"worker-{n}", daemon=True) for n in range(max(1, workers))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # so that Ctrl-C is seen
    except KeyboardInterrupt:
        stop.set()
        for thread in threads:
            thread.join(15)
        raise
    if failure:
        raise failure[0]
    return [results[index] for index in sorted(results)]


def _controlled(control: Callable[[Sandbox], None], sandbox: Sandbox, unsure: list[Path]) -> None:
    """Control one worker; where it fails, its grades since the last time are taken back."""
    try:
        control(sandbox)
    except BaseException:
        for folder in unsure:
            (folder / "grade.json").unlink(missing_ok=True)
        raise
    unsure.clear()


def _earlier(course: Course, folder: Path, submission: Submission, level: str) -> Grade | None:
    wanted = pipeline.digests(submission, course.assignment, level)
    grade = Output.earlier(folder, wanted, course.seeds.name)
    return None if grade is None or grade.void or grade.student != submission.student else grade


def done(grade: Grade, folder: Path, *, again: bool) -> Done:
    """The little that a batch keeps of each grade."""
    return Done(
        student=grade.student,
        folder=folder,
        points=grade.points,
        possible=grade.possible,
        pending=grade.pending,
        bonus=grade.bonus,
        void=grade.void,
        seconds=grade.seconds.get("total", 0.0),
        unfinished=tuple(e.title for e in grade.exercises if e.points < e.possible),
        again=again,
    )

"""Many submissions: taken from a queue by workers, each with a sandbox of its own, written as they are done."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from autograder import observing, pipeline
from autograder.gradebook import counting
from autograder.gradebook.hand import marked
from autograder.gradebook.records import AttemptRecord, Received
from autograder.gradebook.store import Gradebook
from autograder.handback import Handback
from autograder.intake.gather import Source
from autograder.intake.raw import files_of
from autograder.model import Grade, Submission
from autograder.pipeline import Course
from autograder.recorded import RecordingSandbox
from autograder.sandbox.request import Sandbox
from autograder.shown import ShownNotebook


class Entry(Protocol):
    """One student's place in a batch: read when its turn comes, so that memory does not grow."""

    @property
    def student(self) -> str:
        """Who handed it in."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where the files lie."""

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
    grade: Grade | None = None  # only where the gradebook has none, because we could not read what was handed in


def run(
    entries: Sequence[Entry],
    course: Course,
    book: Gradebook,
    folders: Mapping[str, Path],
    make_sandbox: Callable[[], Sandbox],
    write: Callable[[Grade, Path, Sequence[ShownNotebook]], None],
    *,
    level: str,
    workers: int,
    back: Handback | None = None,
    started: Callable[[str], None] = lambda student: None,
    finished: Callable[[Done], None] = lambda done: None,
    control: Callable[[Sandbox], None] = lambda sandbox: None,
    every: int = 50,
) -> list[Done]:
    """Grade every entry. What was observed and the grade go into the gradebook, then ``write`` stores the files.

    folders: where each student's files belong. Results come back in the order of the entries.
    back: what students may see; ``write`` writes just that. The strictest where None.
    ``control`` looks at a worker's sandbox after each ``every`` submissions, and after its last.

    An exception of ours in one worker stops the batch with that exception once the others have finished
    what they hold: what is written stays, and the same command goes on from there.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(entries)):
        waiting.put(index)
    courses = _Courses(course)
    observer = observing.digest(course.assignment)
    shown = back or Handback()
    held = counting.terms(book, course.assignment.id)
    results: dict[int, Done] = {}
    failure: list[BaseException] = []
    stop = threading.Event()

    def work() -> None:
        sandbox: RecordingSandbox | None = None
        unsure: list[tuple[int, Path]] = []  # grades since the last control, and where they lie
        try:
            while not stop.is_set():
                try:
                    index = waiting.get_nowait()
                except queue.Empty:
                    if sandbox is not None and unsure:
                        _controlled(control, sandbox.sandbox, unsure, book)
                    return
                entry = entries[index]
                started(entry.student)
                submission = entry.read()
                folder = folders[entry.student]
                attempt = _received(book, course, entry, submission)
                mine = courses.of(attempt.number if attempt else 1)
                grade = _earlier(book, mine, attempt, submission, level)
                again = grade is not None
                if grade is None:
                    if sandbox is None:
                        sandbox = RecordingSandbox(make_sandbox()).__enter__()
                    grade = pipeline.grade(submission, mine, sandbox)
                    if attempt is not None:
                        unsure.append((_stored(book, attempt, grade, sandbox, observer), folder))
                if attempt is not None:
                    grade = replace(marked(grade, book.people.marks(attempt.id)), late=held.late(attempt))
                if not again or not shown.holds(folder, grade):
                    folder.mkdir(parents=True, exist_ok=True)
                    write(grade, folder, submission.notebooks)
                if sandbox is not None and len(unsure) >= every:
                    _controlled(control, sandbox.sandbox, unsure, book)
                results[index] = done(grade, folder, again=again, stored=attempt is not None)
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


@dataclass
class _Courses:
    """The course for each number of an attempt: the cases are others, what is loaded is the same."""

    first: Course
    _made: dict[int, Course] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, number: int) -> Course:
        with self._lock:
            if number not in self._made:
                self._made[number] = pipeline.at_attempt(self.first, number)
            return self._made[number]


def _received(book: Gradebook, course: Course, entry: Entry, submission: Submission) -> AttemptRecord | None:
    """The attempt that this hand-in is; None where we could not read it: then it is nobody's attempt."""
    if any(problem.ours for problem in submission.problems):
        return None
    files = files_of(entry.sources, submission.digest)
    received = getattr(entry, "received", None) or Received(source=submission.path)
    return book.receive(course.assignment.id, submission, files, received)


def _stored(book: Gradebook, attempt: AttemptRecord, grade: Grade, sandbox: RecordingSandbox, observed_by: str) -> int:
    transcript = sandbox.transcript.to_bytes() if sandbox.transcript is not None else None
    return book.add_grade(attempt.id, grade, transcript=transcript, observed_by=observed_by)


def _controlled(
    control: Callable[[Sandbox], None], sandbox: Sandbox, unsure: list[tuple[int, Path]], book: Gradebook
) -> None:
    """Control one worker; where it fails, its grades since the last time are taken back."""
    try:
        control(sandbox)
    except BaseException as error:
        book.withdraw((grade for grade, _ in unsure), f"the worker failed its control: {error}")
        for _, folder in unsure:
            (folder / "grade.json").unlink(missing_ok=True)
        raise
    unsure.clear()


def _earlier(
    book: Gradebook, course: Course, attempt: AttemptRecord | None, submission: Submission, level: str
) -> Grade | None:
    """The grade of an earlier run, if the same assignment in the same environment gave it on the same cases."""
    found = book.grade(attempt.id) if attempt is not None else None
    if found is None:
        return None
    record, grade = found
    wanted = pipeline.digests(submission, course.assignment, level)
    same = all(grade.digests.get(part) == wanted[part] for part in wanted if part != "assignment")
    same = same and grade.seed == course.seeds.name and not grade.void
    return grade if same and book.stands(record, wanted["assignment"]) else None


def done(grade: Grade, folder: Path, *, again: bool, stored: bool = True) -> Done:
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
        grade=None if stored else grade,
    )

"""Many submissions: taken from a queue by workers, each with a sandbox of its own, written as they are done.

    entries ─ longest first ─▶ crew: ledger.take ─ worker.grade ─ ledger.keep ─▶ Done

With several workers each is a process of its own, forked from this one once the course is prepared: judging in one
does not wait for judging in another.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from autograder import pipeline
from autograder.crew import Told, crew
from autograder.gradebook import history
from autograder.gradebook.store import Gradebook
from autograder.handback import Handback
from autograder.ledger import Done, Entry, Ledger
from autograder.model import Grade
from autograder.pipeline import Course, Graded
from autograder.queueing import longest_first
from autograder.sandbox.early import Early
from autograder.sandbox.folders import sweep
from autograder.sandbox.request import Sandbox
from autograder.shown import ShownNotebook
from autograder.worker import Worker

TRIES = 2  # of a submission whose worker died


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
    early: Early | None = None,
) -> list[Done]:
    """Grade every entry. What was observed and the grade go into the gradebook, then ``write`` stores the files.

    folders: where each student's files belong. Results come back in the order of the entries.
    back: what students may see; ``write`` writes just that. The strictest where None.
    ``control`` looks at a worker's sandbox after each ``every`` submissions, and after its last.
    early: what of the workers' sandboxes was begun before.

    An exception of ours in one worker stops the batch with that exception once the others have finished
    what they hold: what is written stays, and the same command goes on from there. A worker that dies is replaced,
    and its submission is graded again; where it dies of it twice all checks are void.
    """
    ledger = Ledger(course.assignment, course.seeds, book, folders, write, level, back or Handback())
    ledger.prepare()
    alone = workers <= 1
    early = early or Early()
    early.keep(workers)

    def before_fork() -> None:
        book.rest()
        early.next()

    def begin(name: str) -> _Desk:
        early.settle()
        mine = ledger if alone else ledger.elsewhere()
        there = pipeline.elsewhere(course, mine.book.answers)
        return _Desk(entries, mine, Worker(there, make_sandbox, control), every)

    results: dict[int, Done] = {}
    tries = Counter[int]()

    def keep(number: int, one: Done) -> None:
        results[number] = one
        finished(one)

    def lost(number: int, how: str) -> bool:
        tries[number] += 1
        if tries[number] < TRIES:
            return True
        keep(number, _lost(entries[number], course, ledger, how))
        return False

    told = Told(lambda number: started(entries[number].student), keep, lost)
    order = longest_first(entries, history.seconds(book, course.assignment.id))
    gc.collect()
    gc.freeze()  # what all submissions share: no collection looks through it, and workers go on sharing its memory
    try:
        crew(begin, order, workers, told, before_fork=before_fork, after_fork=early.given)
    finally:
        gc.unfreeze()
        with suppress(FileNotFoundError):  # no temporary folder has room: so nothing of ours is in one
            sweep()  # what workers that were killed left
    return [results[index] for index in sorted(results)]


class _Desk:
    """One worker at its work: what it grades is in the books before it takes up the next."""

    def __init__(self, entries: Sequence[Entry], ledger: Ledger, worker: Worker, every: int) -> None:
        self._entries, self._ledger, self._worker, self._every = entries, ledger, worker, every
        self._unsure: list[Done] = []  # grades since the last control

    def __call__(self, number: int) -> Done:
        task = self._ledger.take(self._entries[number])
        found = self._ledger.found(task)
        if found is not None:
            return found
        kept = self._ledger.keep(task, self._worker.grade(task.submission, task.number))
        if kept.record is not None:
            self._unsure.append(kept)
        if len(self._unsure) >= self._every:
            self.finish()
        return kept

    def finish(self) -> None:
        """Control the worker; where it fails, its grades since the last time are taken back.

        Then keep for the next time what was worked out of known mistakes.
        """
        if not self._unsure:
            return
        try:
            self._worker.prove()
        except BaseException as error:
            self._ledger.withdraw(self._unsure, f"the worker failed its control: {error}")
            raise
        self._unsure.clear()
        self._worker.course.diagnosis.memory.store()

    def close(self) -> None:
        """End the worker's sandbox."""
        self._worker.close()


def _lost(entry: Entry, course: Course, ledger: Ledger, how: str) -> Done:
    """Two workers died over this submission: by our fault, so nobody loses a point by it."""
    task = ledger.take(entry)
    why = f"the grader's worker died over this submission ({how}); grade it again"
    return ledger.keep(task, Graded(pipeline.void(task.submission, course, ledger.level, why)))

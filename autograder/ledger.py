"""Ledger: the books' side of a batch: what was handed in, what was graded before, what is stored and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from autograder import observing, pipeline
from autograder.assignment import Assignment
from autograder.gradebook import counting
from autograder.gradebook.hand import marked
from autograder.gradebook.records import AttemptRecord, Received
from autograder.gradebook.store import Gradebook
from autograder.handback import Handback
from autograder.intake.gather import Source
from autograder.intake.raw import files_of
from autograder.model import UNTOUCHED, WRONG, Grade, Submission
from autograder.pipeline import Graded
from autograder.seeds import Seeds
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
class Task:
    """One submission in hand. ``attempt`` is None where we could not read it: then it is nobody's attempt."""

    submission: Submission
    attempt: AttemptRecord | None
    folder: Path

    @property
    def number(self) -> int:
        """The number of the attempt, which the hidden cases follow from."""
        return self.attempt.number if self.attempt is not None else 1


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
    unfinished: tuple[str, ...]  # titles of exercises that lost points: those with something wrong in them first
    again: bool  # it was graded before and nothing has changed
    grade: Grade | None = None  # only where the gradebook has none, because we could not read what was handed in
    record: int | None = None  # the id of a grade that was stored now
    faults: tuple[str, ...] = ()  # of our own diagnosis
    untouched: int = 0  # exercises that are not begun
    unread: str = ""  # why nothing of it could be read


@dataclass
class Ledger:
    """What a batch reads from and writes to. A process that was forked needs its own, see ``elsewhere``."""

    assignment: Assignment
    seeds: Seeds
    book: Gradebook
    folders: Mapping[str, Path]
    write: Callable[[Grade, Path, Sequence[ShownNotebook]], None]
    level: str
    back: Handback = field(default_factory=Handback)

    @cached_property
    def _observer(self) -> str:
        return observing.digest(self.assignment)

    @cached_property
    def _terms(self) -> counting.Terms:
        return counting.terms(self.book, self.assignment.id)

    def prepare(self) -> None:
        """Work out what all processes need, once."""
        self._observer, self._terms, self.assignment.digest  # noqa: B018  # cached properties

    def elsewhere(self) -> Ledger:
        """The same with connections of its own, in a process that was forked from this one."""
        mine = replace(self, book=self.book.elsewhere())
        mine.__dict__.update(_observer=self._observer, _terms=self._terms)
        return mine

    def take(self, entry: Entry) -> Task:
        """Read what was handed in, and note it as an attempt."""
        submission = entry.read()
        return Task(submission, self._received(entry, submission), self.folders[entry.student])

    def found(self, task: Task) -> Done | None:
        """The grade of an earlier run, if the same assignment in the same environment gave it on the same cases."""
        found = self.book.grade(task.attempt.id) if task.attempt is not None else None
        if found is None:
            return None
        record, grade = found
        wanted = pipeline.digests(task.submission, self.assignment, self.level)
        same = all(grade.digests.get(part) == wanted[part] for part in wanted if part != "assignment")
        same = same and grade.seed == replace(self.seeds, attempt=task.number).name and not grade.void
        if not same or not self.book.stands(record, wanted["assignment"]):
            return None
        grade = self._standing(task, grade)
        if not self.back.holds(task.folder, grade):
            self._written(task, grade)
        return done(grade, task.folder, again=True)

    def keep(self, task: Task, graded: Graded) -> Done:
        """Store a grade with what was observed, then write the student's files."""
        if task.attempt is None:
            self._written(task, graded.grade)
            return done(graded.grade, task.folder, stored=False, faults=graded.faults)
        record = self.book.add_grade(
            task.attempt.id, graded.grade, transcript=graded.transcript, observed_by=self._observer
        )
        grade = self._standing(task, graded.grade)
        self._written(task, grade)
        return done(grade, task.folder, record=record, faults=graded.faults)

    def withdraw(self, doubtful: Iterable[Done], why: str) -> None:
        """Take grades back, of which it turned out that they cannot be relied upon."""
        listed = list(doubtful)
        self.book.withdraw((one.record for one in listed if one.record is not None), why)
        for one in listed:
            (one.folder / "grade.json").unlink(missing_ok=True)

    def _received(self, entry: Entry, submission: Submission) -> AttemptRecord | None:
        if any(problem.ours for problem in submission.problems):
            return None
        files = files_of(entry.sources, submission.digest)
        received = getattr(entry, "received", None) or Received(source=submission.path)
        return self.book.receive(self.assignment.id, submission, files, received)

    def _standing(self, task: Task, grade: Grade) -> Grade:
        assert task.attempt is not None  # it has a grade
        return replace(marked(grade, self.book.people.marks(task.attempt.id)), late=self._terms.late(task.attempt))

    def _written(self, task: Task, grade: Grade) -> None:
        task.folder.mkdir(parents=True, exist_ok=True)
        self.write(grade, task.folder, task.submission.notebooks)


def done(
    grade: Grade,
    folder: Path,
    *,
    again: bool = False,
    stored: bool = True,
    record: int | None = None,
    faults: tuple[str, ...] = (),
) -> Done:
    """The little that a batch keeps of each grade."""
    open_ones = [e for e in grade.exercises if e.points < e.possible]
    begun = [e for e in open_ones if any(f.outcome not in UNTOUCHED for f in e.checks)]
    begun.sort(key=lambda e: not any(f.outcome in WRONG and not f.bonus for f in e.checks))
    fatal = next((problem for problem in grade.problems if problem.fatal and not problem.ours), None)
    return Done(
        student=grade.student,
        folder=folder,
        points=grade.points,
        possible=grade.possible,
        pending=grade.pending,
        bonus=grade.bonus,
        void=grade.void,
        seconds=grade.seconds.get("total", 0.0),
        unfinished=tuple(e.title for e in begun),
        again=again,
        grade=None if stored else grade,
        record=record,
        faults=faults,
        untouched=len(open_ones) - len(begun),
        unread=f"{fatal.file}: {fatal.message}" if fatal is not None else "",
    )

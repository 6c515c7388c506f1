"""The command ``rejudge``: all stored observations judged again, and what that changes, as a table."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder import handback, pipeline
from autograder.assignment import Assignment
from autograder.gradebook.counting import counting, terms
from autograder.gradebook.hand import marked, unused
from autograder.gradebook.standing import standing
from autograder.gradebook.store import Gradebook
from autograder.instructor import class_files, open_gradebook, writer
from autograder.output import Output
from autograder.publish import folders
from autograder.rejudging.differences import differences
from autograder.rejudging.rejudge import Judged, Rejudging, Stored
from autograder.rejudging.spread import spread
from autograder.seeds import Seeds
from autograder.terminal import plain

MOST_REASONS = 4  # checks that are named for one student


@dataclass
class Outcomes:
    """What judging again has come to."""

    changed: list[tuple[Stored, Judged]] = field(default_factory=list)
    same: list[Stored] = field(default_factory=list)
    missed: list[tuple[Stored, Judged]] = field(default_factory=list)
    unnamed: list[tuple[Stored, Judged]] = field(default_factory=list)
    judged: int = 0  # exercises


def rejudge(
    out: Path,
    *,
    load: Callable[[str], Assignment],
    student: str | None,
    dry_run: bool,
    same_probes: bool,
    thorough: bool,
    jobs: int | None,
    gradebook: str | None,
    reason: str,
) -> int:
    """Judge again what the gradebook of ``out`` holds. Returns the exit status: 1 where something must run again."""
    console = Console(highlight=False)
    output = Output.of(out)
    assignment = load(output.assignment)
    workers = jobs or os.cpu_count() or 1
    began = time.monotonic()
    with open_gradebook(output, gradebook) as book:
        course = pipeline.prepare(assignment, Seeds(book.secret(adopt=output.secret)), book.answers)
        work = Rejudging(course, book, trusting=same_probes, thorough=thorough, remembering=not dry_run)
        everything = work.stored(student)
        if student is not None and not everything:
            book.attempt(assignment.id, student)  # says who is not known
        found = outcomes(work, everything, workers)
        took = time.monotonic() - began
        _table(console, book, found)
        console.print(
            f"judged again {len(everything)} stored submission{'s' * (len(everything) != 1)} in {took:.1f} s "
            f"({found.judged} exercises; the findings of the others follow from the same as before)",
            style="dim",
        )
        if dry_run:
            console.print("nothing was written (--dry-run)", style="dim")
        else:
            _store(work, found, reason)
            _write(work, output, [one for one, _ in found.changed], workers)
            class_files(book, output)
    _to_run(console, found, output)
    return 1 if found.missed else 0


def outcomes(work: Rejudging, everything: Sequence[Stored], workers: int) -> Outcomes:
    """Judge all of them, on several cores; the first one here, so that the others begin with what it needed."""
    first = min(1, len(everything))
    here = _Judging(work, everything)
    told = {number: here(number) for number in range(first)}
    rest = everything[first:]

    def name(number: int) -> str:
        return f"{rest[number].attempt.student}'s submission"

    for number, heard in spread(
        lambda book: _Judging(work.elsewhere(book), rest), len(rest), workers, work.book, name
    ).items():
        told[first + number] = heard
    found = Outcomes()
    for number, one in enumerate(everything):
        _add(found, one, *told[number])
    return found


@dataclass(frozen=True)
class _Judging:
    """Judges in one process."""

    work: Rejudging
    stored: Sequence[Stored]

    def __call__(self, number: int) -> tuple[int, Judged | None]:
        """How many exercises were judged, and what came of it; None where it says the same as before."""
        judged = self.work.judge(self.stored[number])
        silent = judged.grade is not None and not judged.changed and not judged.unnamed
        return judged.judged, None if silent else judged

    def finish(self) -> None:
        """Keep for the next time what was worked out of known mistakes."""
        self.work.remember()


def _add(found: Outcomes, one: Stored, exercises: int, judged: Judged | None) -> None:
    found.judged += exercises
    if judged is None:
        found.same.append(one)
        return
    if judged.grade is None:
        found.missed.append((one, judged))
    elif judged.changed:
        found.changed.append((one, judged))
    else:
        found.same.append(one)
    if judged.unnamed:
        found.unnamed.append((one, judged))


def _store(work: Rejudging, found: Outcomes, reason: str) -> None:
    work.keep()
    grades = [(one.record, judged.grade) for one, judged in found.changed if judged.grade is not None]
    work.book.add_rejudged(grades, reason)
    digest = work.course.assignment.digest
    work.book.confirm((one.record.id for one in found.same if one.record.assignment_digest != digest), digest)


def _write(work: Rejudging, output: Output, changed: Iterable[Stored], workers: int) -> None:
    """The files of students whose present attempt says something else now."""
    where = folders(work.book, output)
    write = writer(handback.read(work.book, output.assignment), output)
    current = {attempt.id: attempt for attempt in counting(work.book, output.assignment)}
    held = terms(work.book, output.assignment)
    todo = [current[one.attempt.id] for one in changed if one.attempt.id in current]

    def written(book: Gradebook, number: int) -> None:
        one = standing(book, todo[number], held)
        if one is not None:
            folder = where[one.attempt.student]
            folder.mkdir(parents=True, exist_ok=True)
            write(one.grade, folder, book.submission(one.attempt.id).notebooks)

    def name(number: int) -> str:
        return f"{todo[number].student}'s report"

    spread(lambda book: _Writing(partial(written, book)), len(todo), workers, work.book, name)


@dataclass(frozen=True)
class _Writing:
    """Writes in one process."""

    write: Callable[[int], None]

    def __call__(self, number: int) -> None:
        """Write one student's files."""
        self.write(number)

    def finish(self) -> None:
        """Each file is written by now."""


# --- what is shown ------------------------------------------------------------------------------


def _table(console: Console, book: Gradebook, found: Outcomes) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("student", no_wrap=True, min_width=8)
    for name in ("before", "after"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("because of")
    words = 0
    for one, judged in found.changed:
        assert judged.grade is not None  # changed
        marks = book.people.marks(one.attempt.id)
        before, after = marked(judged.before, marks), marked(judged.grade, marks)
        for mark in unused(judged.grade, marks):
            name = escape(plain(f"{one.attempt.student}: the mark by hand for {mark.exercise}.{mark.check}"))
            console.print(f"[yellow]{name} has no check any more; it is kept and counts for nothing[/]")
        because = [difference for difference in differences(before, after) if difference.counts]
        if not because:
            words += 1
            continue
        number = f" (attempt {one.attempt.number})" if one.attempt.number > 1 else ""
        listed = [str(difference) for difference in because[:MOST_REASONS]]
        if len(because) > MOST_REASONS:
            listed.append(f"and {len(because) - MOST_REASONS} more checks")
        table.add_row(
            escape(plain(one.attempt.student)) + number,
            f"{before.points} of {before.possible}" + (f" +{before.bonus}" if before.bonus else ""),
            f"{after.points} of {after.possible}" + (f" +{after.bonus}" if after.bonus else ""),
            escape("\n".join(listed)),
        )
    if not console.is_terminal:
        console.width = max(console.width, 140)  # a log has no edge at which points may be cut off
    if table.row_count:
        console.print(table)
    same, count = len(found.same), table.row_count
    console.print(
        f"points changed: {count}; words only: {words}; unchanged: {same}; must run again: {len(found.missed)}"
    )


def _to_run(console: Console, found: Outcomes, output: Output) -> None:
    for one, judged in found.unnamed:
        name = escape(plain(one.attempt.student))
        asked = escape("; ".join(judged.unnamed[:2]))
        console.print(
            f"[yellow]{name}:[/] the points stand; to look for a known mistake it would have to run ({asked})"
        )
    if not found.missed:
        return
    console.print(f"[red]{len(found.missed)} must run again[/], because what was asked of them is not stored:")
    for one, judged in found.missed:
        more = f" and {len(judged.missed) - 3} more requests" if len(judged.missed) > 3 else ""
        reasons = escape("; ".join(judged.missed[:3]) + more)
        console.print(f"  {escape(plain(one.attempt.student))}, attempt {one.attempt.number}: {reasons}")
    console.print(f"  mend: autograder grade SUBMISSIONS -o {escape(str(output.folder))} runs them, and no others")

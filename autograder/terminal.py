"""What the terminal shows: progress, the table of a class, one exercise in detail, the doctor's findings."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from autograder.doctor import Fact, Trial
from autograder.exercise import Exercise
from autograder.grading import Grading
from autograder.intake import Intake
from autograder.ledger import Done
from autograder.model import Crash, ExerciseGrade, Outcome
from autograder.printable import plain as plain

MARKS = {
    Outcome.PASSED: "[green]✓[/]",
    Outcome.FAILED: "[red]✗[/]",
    Outcome.CRASHED: "[red]![/]",
    Outcome.UNATTEMPTED: "[dim]○[/]",
    Outcome.SKIPPED: "[dim]–[/]",
    Outcome.VOID: "[magenta]?[/]",
    Outcome.PENDING: "[yellow]…[/]",
}


class WithBar:
    """A bar with count, time and time left while its block lasts; nothing where the output is not a terminal.

    beside: what stands beside the count, with ``fields`` in it. total: None where it is not known yet.
    """

    def __init__(self, console: Console, doing: str, beside: str, total: int | None, **fields: Any) -> None:
        self._bar = Bar(
            TextColumn(doing),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(beside),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task(doing, total=total, **fields)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


class Progress(WithBar):
    """How far the grading of a class is: rate, who is being graded, what failed."""

    def __init__(self, console: Console, total: int) -> None:
        beside = "{task.fields[rate]}[dim]{task.fields[who]}[/]{task.fields[failed]}"
        super().__init__(console, "grading", beside, total, who="", rate="", failed="")
        self._busy: list[str] = []
        self._graded = 0
        self.ended = 0  # whose grades are stored and written, now or by an earlier command
        self._failed = 0  # through our fault
        self.began = time.monotonic()

    def started(self, student: str) -> None:
        """A worker has taken up this student's work."""
        self._busy.append(student)
        self._show()

    def finished(self, done: Done) -> None:
        """A grade is written."""
        if done.student in self._busy:
            self._busy.remove(done.student)
        self._graded += not done.again
        self.ended += 1
        self._failed += bool(done.void)
        self._bar.advance(self._task)
        self._show()

    def _show(self) -> None:
        passed = time.monotonic() - self.began
        self._bar.update(
            self._task,
            who=escape(shortened(plain(", ".join(self._busy)), 40)),
            rate=f"{60 * self._graded / passed:.0f}/min " if self._graded > 1 else "",
            failed=f" [magenta]{self._failed} void[/]" if self._failed else "",
        )


def shortened(text: str, most: int = 64) -> str:
    """A text cut to the room that a table has beside its numbers."""
    return text if len(text) <= most else text[: most - 1] + "…"


def summary(console: Console, done: list[Done], received: Intake, out: Path) -> None:
    """The table of students, then what needs the instructor's eye, then where the reports are."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (
        ("student", "left"),
        ("points", "right"),
        ("of", "right"),
        ("by hand", "right"),
        ("not begun", "right"),
        ("s", "right"),
    ):
        table.add_column(name, justify=justify, no_wrap=True, min_width=max(6, len(name)))  # type: ignore[arg-type]  # literals
    table.add_column("points lost in", overflow="ellipsis", no_wrap=True)
    for one in done:
        bonus = f" +{one.bonus}" if one.bonus else ""
        table.add_row(
            escape(plain(one.student)),
            f"{one.points}{bonus}",
            str(one.possible),
            str(one.pending or ""),
            "" if one.unread else str(one.untouched or ""),
            "again" if one.again else f"{one.seconds:.1f}",
            _lost(one),
        )
    for student in received.missing:
        table.add_row(escape(plain(student)), "[yellow]missing[/]", *[""] * 5)
    if not console.is_terminal:
        console.width = max(console.width, 120)  # a log has no edge at which points may be cut off
    console.print(table)
    void = [one for one in done if one.void]
    if void:
        names = escape(plain(", ".join(one.student for one in void)))
        console.print(f"[magenta]{sum(one.void for one in void)} checks are void through our fault, in: {names}[/]")
        console.print("  nobody loses a point by it; the reports say what broke")
    for one in done:
        if one.unread:
            about = one.unread if one.unread.startswith(f"{one.student}: ") else f"{one.student}: {one.unread}"
            console.print(f"[yellow]could not be read:[/] {escape(plain(about))}", soft_wrap=True)
    for name in by_folder(received.unattributed):
        console.print(f"[yellow]belongs to nobody:[/] {escape(plain(name))}", soft_wrap=True)
    slow = slowest(done)
    if slow:
        console.print(f"slowest      {escape(plain(slow))}", style="dim", soft_wrap=True)
    console.print(f"class page   {escape(str(out / 'index.html'))}", soft_wrap=True)
    console.print(f"one report   {escape(str(out))}/STUDENT/report.html", soft_wrap=True)


def _lost(one: Done) -> str:
    """The last column: exercises that lost points, those with something wrong first; the others are a number."""
    if one.unread:
        return "[yellow]nothing could be read[/]"
    return escape(shortened(", ".join(one.unfinished))) or ("" if one.untouched else "[green]nothing[/]")


def by_folder(names: Sequence[str], few: int = 3) -> list[str]:
    """Names of files, those of a folder with more than a few of them together: ``ada/ (12 files)``."""
    count = Counter(name.partition("/")[0] for name in names if "/" in name)
    lines: dict[str, None] = {}
    for name in names:
        folder = name.partition("/")[0]
        lines[f"{folder}/ ({count[folder]} files)" if count[folder] > few else name] = None
    return list(lines)


def slowest(done: Sequence[Done], most: int = 3) -> str:
    """Who took longest, where that tells something: ``gao 14.2 s, ada 6.1 s; half of all took 5.8 s or less``."""
    graded = sorted((one for one in done if not one.again), key=lambda one: -one.seconds)
    if len(graded) <= most:
        return ""
    named = ", ".join(f"{one.student} {one.seconds:.1f} s" for one in graded[:most])
    return f"{named}; half of all took {statistics.median(one.seconds for one in graded):.1f} s or less"


def tried(console: Console, result: ExerciseGrade, judged: Grading, exercise: Exercise, only: str | None) -> None:
    """One exercise: each check with its message, the map of the weights, both sides' observations."""
    console.print(f"[bold]{escape(result.title)}[/]  {result.points} of {result.possible} points")
    for finding in result.checks:
        if only is not None and finding.id != only:
            continue
        points = f"{finding.points} of {finding.possible}"
        console.print(f"{MARKS[finding.outcome]} {finding.id}  [dim]{finding.outcome.value}, {points}[/]")
        console.print(f"    {escape(finding.claim)}", style="dim")
        if finding.message:
            console.print(f"    {escape(plain(finding.message))}")
        if finding.mistake:
            console.print(f"    [yellow]known mistake[/] {escape(finding.mistake.title)}  [dim]{finding.mistake.id}[/]")
        if finding.hint:
            console.print(f"    [cyan]try[/] {escape(finding.hint)}")
    for note in result.notes:
        console.print(f"[cyan]note[/] {escape(note)}")
    for key, alignment in judged.found_alignments.items():
        _map(console, key, alignment)
    for (owner, check), replies in judged.trail.items():
        if owner != exercise.id or only not in (None, check):
            continue
        console.print(f"\n[bold]what {check} saw last[/]")
        table = Table(box=None, header_style="dim")
        for column in ("value", "student", "reference"):
            table.add_column(column, overflow="fold")
        mine, theirs = replies
        for name in dict.fromkeys([*mine, *theirs]):
            table.add_row(escape(name), escape(plain(_brief(mine.get(name)))), escape(plain(_brief(theirs.get(name)))))
        console.print(table)


def considered(console: Console, mistakes: Mapping[str, str]) -> None:
    """The known mistakes that diagnosis compared, those that do the same first."""
    if not mistakes:
        return
    console.print("\n[bold]known mistakes that were compared[/]")
    for name, seen in sorted(mistakes.items(), key=lambda pair: pair[1] == "does something else"):
        console.print(f"    {escape(name)}  [dim]{seen}[/]")


def _map(console: Console, key: Any, alignment: Any) -> None:
    if isinstance(alignment, Crash):
        console.print(f"\n[bold]no map for {key[0]}[/]: {escape(plain(alignment.message))}")
        return
    state = "complete" if alignment.complete else "[red]not complete[/]"
    console.print(f"\n[bold]map of {key[0]} to {alignment.layout.family.name}[/]: {state}")
    spans = alignment.layout.spans()
    start = 0
    for parameter in alignment.parameters:
        inside = alignment.role[start : start + parameter["count"]]
        start += parameter["count"]
        roles = [role for role, span in spans.items() if ((inside >= span.start) & (inside < span.stop)).any()]
        lost = int((inside < 0).sum())
        more = f" [red]{lost} without a role[/]" if lost else ""
        console.print(f"    {escape(plain(parameter['name']))} → {', '.join(roles) or '–'}{more}")


def _brief(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, np.ndarray):
        return f"{tuple(value.shape)} " + np.array2string(value.reshape(-1)[:6], precision=4, suppress_small=True)
    text = str(value)
    return text if len(text) <= 160 else text[:159] + "…"


def examined(
    console: Console, level: str, trials: Sequence[Trial], facts: Sequence[Fact], missing: Sequence[Trial] = ()
) -> None:
    """The doctor's findings, attack by attack, then versions, then the level and what keeps a better one away."""
    for trial in trials:
        mark = "[green]✓[/]" if trial.ok else "[red]✗[/]"
        console.print(f"{mark} {escape(trial.tried)}  [dim]{escape(plain(trial.seen))}[/]", soft_wrap=True)
        if trial.mend:
            console.print(f"    [yellow]{escape(trial.mend)}[/]", soft_wrap=True)
    for fact in facts:
        console.print(f"[dim]{escape(fact.name)}[/] {escape(plain(fact.value))}", soft_wrap=True)
        if fact.mend:
            console.print(f"    [yellow]{escape(fact.mend)}[/]", soft_wrap=True)
    for trial in missing:
        console.print(f"[yellow]{escape(trial.tried)}:[/] {escape(plain(trial.seen))}", soft_wrap=True)
        if trial.mend:
            console.print(f"    {escape(trial.mend)}", soft_wrap=True)
    broken = [trial for trial in trials if not trial.ok]
    if broken:
        console.print(f"[red]isolation level {level} is not to be had here:[/] {len(broken)} of {len(trials)} trials")
    else:
        console.print(f"isolation level: [bold]{level}[/], {len(trials)} of {len(trials)} trials as promised")

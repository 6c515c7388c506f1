"""The command ``marks``: a sheet of written answers goes out, and comes back filled in."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.assignment import Assignment
from autograder.errors import IntakeError
from autograder.gradebook.marking import Marking
from autograder.gradebook.store import Gradebook
from autograder.instructor import open_gradebook
from autograder.marking.afterwards import whole_class
from autograder.marking.answers import Answer, answers, named
from autograder.marking.filledin import FilledIn, Trouble, clashed, hold_against, ref_of
from autograder.marking.sheet import Entry, Line, read_csv, write_csv
from autograder.marking.sheetmarkdown import read_markdown, write_markdown
from autograder.output import Output
from autograder.reporting.files import write
from autograder.reporting.text import count
from autograder.rubric import Rubric
from autograder.terminal import plain

Load = Callable[[str], Assignment]
MOST_SHOWN = 50
MOST_BYTES = 200_000_000


def export(
    out: Path, *, load: Load, form: str | None, file: Path | None, names: bool, pending: bool, gradebook: str | None
) -> int:
    """Write the sheet to ``file``, or to standard output. ``names``: with names instead of pseudonyms."""
    output = Output.of(out)
    assignment = load(output.assignment)
    titles = {exercise.id: exercise.title for exercise in assignment.exercises}
    rubrics = written(assignment)
    with open_gradebook(output, gradebook) as book:
        shown = {} if names else named(book, output)
        entries = [
            _entry(one, shown.get(one.student, one.student), titles.get(one.exercise, one.exercise), rubrics)
            for one in answers(book, assignment.id)
            if not pending or one.given is None or one.given.mark.points is None
        ]
    order = {exercise: number for number, exercise in enumerate(rubrics)}
    entries.sort(key=lambda one: (order.get(one.exercise, len(order)), one.student))
    form = form or ("md" if file is not None and file.suffix.casefold() in (".md", ".markdown") else "csv")
    text = write_csv(entries) if form == "csv" else write_markdown(entries)
    if file is None:
        sys.stdout.buffer.write(text.encode())
        return 0
    write(file, text)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    todo = sum(one.points is None for one in entries)
    console.print(f"{file}: {count(len(entries), 'answer')}, {todo} without a mark", markup=False)
    console.print(f"fill it in, then: autograder marks import {out} {file}", style="dim", markup=False)
    return 0


def import_(out: Path, file: Path, *, load: Load, partial: bool, who: str | None, gradebook: str | None) -> int:
    """Take a sheet in. Returns 1 where a line could not be taken; without ``partial`` nothing is taken then."""
    console = Console(highlight=False, soft_wrap=True)
    output = Output.of(out)
    assignment = load(output.assignment)
    lines = read_sheet(file)
    with open_gradebook(output, gradebook) as book:
        students = {student: student for student in book.people.known()}
        students |= {name: student for student, name in named(book, output).items()}
        found = hold_against(lines, answers(book, assignment.id), written(assignment), students, who or user())
        bad = len(found.troubles) + len(found.conflicts)
        given = _give(book, found, partial) if partial or not bad else 0
        _show(console, "to be mended in the sheet", found.troubles)
        _show(console, "changed since the sheet was exported", found.conflicts)
        bad = len(found.troubles) + len(found.conflicts)
        if given:
            whole_class(book, output)
    said = f"{count(given, 'mark')} given, {found.unchanged} unchanged, {found.empty} not filled in"
    console.print(f"{said}, {bad} not taken" if bad else said)
    if bad and not partial:
        console.print(
            "nothing was imported: mend these lines or empty them, or take the others with --partial", style="yellow"
        )
    return 1 if bad else 0


def written(assignment: Assignment) -> dict[str, Rubric]:
    """The rubric of each written exercise."""
    return {exercise.id: exercise.rubric for exercise in assignment.exercises if exercise.written}


def read_sheet(file: Path) -> list[Line]:
    """The lines of a sheet, Markdown by its ending, else CSV. Raises IntakeError."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise IntakeError(f"{file} is too large for a sheet", mend="Name the sheet that was exported.")
        data = file.read_bytes()
    except OSError as error:
        raise IntakeError(f"{file} cannot be read: {error.strerror}", mend="Name the sheet.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise IntakeError(f"{file} is not in UTF-8", mend="Save it as “CSV UTF-8”, or as text in UTF-8.") from None
    return list(read_markdown(text) if file.suffix.casefold() in (".md", ".markdown") else read_csv(text))


def _entry(one: Answer, name: str, title: str, rubrics: dict[str, Rubric]) -> Entry:
    mark = one.given.mark if one.given is not None and one.given.mark.points is not None else None
    return Entry(
        ref=ref_of(one),
        student=name,
        exercise=one.exercise,
        question=title,
        answer=one.text,
        rubric=rubrics.get(one.exercise, Rubric()).fitting(one.possible),
        possible=one.possible,
        points=mark.points if mark else None,
        criteria=mark.criteria if mark else {},
        comment=mark.comment if mark else "",
    )


def _give(book: Gradebook, found: FilledIn, partial: bool) -> int:
    """Give all marks, or those that can be given; what somebody else gave in this very moment is a conflict."""
    marking = Marking(book)
    while found.wishes:
        clashes = marking.give([wish for _, wish in found.wishes])
        if not clashes:
            break
        lost = {(c.wish.attempt, c.wish.mark.exercise): c for c in clashes}
        for line, wish in list(found.wishes):
            clash = lost.get((wish.attempt, wish.mark.exercise))
            if clash is not None:
                found.wishes.remove((line, wish))
                found.conflicts.append(Trouble(line.place, f"{line.student}, {line.exercise}", clashed(clash)))
        if not partial:
            found.wishes.clear()
    return len(found.wishes)


def _show(console: Console, title: str, troubles: Sequence[Trouble]) -> None:
    if troubles:
        console.print(f"[red]{len(troubles)} {title}:[/]")
    for one in troubles[:MOST_SHOWN]:
        console.print(f"  {escape(plain(f'{one.place}, {one.who}: {one.message}'))}")
    if len(troubles) > MOST_SHOWN:
        console.print(f"  and {len(troubles) - MOST_SHOWN} more")


def user() -> str:
    """Who is logged in here."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"

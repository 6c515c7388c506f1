"""The commands on one student: what is held, more time, notes and appeals, late addition, removal, deletion, export."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path

import click
from rich.console import Console

from autograder.errors import ExportError
from autograder.exports.held import held_zip
from autograder.gradebook import counting, notes
from autograder.gradebook.notes import Note
from autograder.gradebook.records import ExtensionRecord, Person
from autograder.gradebook.standing import standing
from autograder.gradebook.store import Gradebook
from autograder.instructor import open_gradebook, ready
from autograder.lateness import moment, time
from autograder.marking.afterwards import whole_class
from autograder.marking.marks import user
from autograder.output import Output
from autograder.publish import folders
from autograder.published import time_of
from autograder.terminal import plain

Act = Callable[[Gradebook, Output, str], list[str]]


def act(out: Path, student: str, do: Act, *, gradebook: str | None = None, new: bool = False) -> int:
    """Do something to one student and print what was done. Returns the exit status.

    new: the student need not be known yet. Raises GradebookError where they have to be and are not.
    """
    output = Output.of(out)
    with open_gradebook(output, gradebook) as book:
        if not new:
            ready(book, student)
        said = do(book, output, student)
    console = Console(highlight=False, soft_wrap=True)
    for line in said:
        console.print(plain(line), markup=False)
    return 0


def show(book: Gradebook, output: Output, student: str) -> list[str]:
    """Everything that is held, in a few lines."""
    person = _person(book, student)
    held = counting.terms(book, output.assignment)
    counts = counting.among(counting.counting(book, output.assignment, held), student)
    known = [part for part in (person.name, person.email, person.login, person.section) if part]
    lines = [" · ".join([student, *known, _place(person)])]
    zone = held.due.tzinfo if held.due is not None else UTC
    if held.due is not None:
        lines.append(f"due: {moment(held.due)}")
    extension = book.people.extensions(output.assignment).get(student)
    if extension is not None:
        lines.append(f"more time until {_shown(extension.until, zone)}, by {extension.who}{_because(extension.why)}")
    for attempt in book.attempts(output.assignment, student):
        at = attempt.received.at
        when = f"handed in {_shown(at, zone)}" if at else f"first seen {_shown(attempt.first_seen, zone)}"
        this = ", counts" if counts is not None and counts.id == attempt.id else ""
        lines.append(f"attempt {attempt.number}{this}: {when}")
        one = standing(book, attempt, held)
        if one is None:
            lines.append("  no grade yet")
            continue
        grade = one.grade
        pending = f", {grade.pending} to be marked by hand" if grade.pending else ""
        bonus = f" and {grade.bonus} bonus" if grade.bonus else ""
        history = len(book.history(attempt.id))
        lines.append(f"  {grade.points} of {grade.possible} points{bonus}{pending}; graded {_times(history)}")
        lines += [f"  {said}" for said in (grade.late.said(grade.points, grade.bonus) if grade.late else ())]
        for mark in book.people.marks(attempt.id):
            given = "taken back" if mark.points is None else f"{mark.points} points"
            lines.append(f"  {mark.exercise}.{mark.check}: {given} by {mark.who}{_because(mark.why)}")
    if len(lines) == 1:
        lines.append(f"handed in nothing at {output.assignment}")
    said = notes.of(book, output.assignment, student)
    lines += [f"{note.kind}, {_shown(note.at)}, {note.who}: {note.text}" for note in said]
    waiting = len(notes.open_appeals(said))
    if waiting:
        lines.append(f"{waiting} {'appeal is' if waiting == 1 else 'appeals are'} open")
    return lines


def extend(until: str, why: str, who: str | None) -> Act:
    """More time, until a date and time in this machine's zone where it names none."""

    def do(book: Gradebook, output: Output, student: str) -> list[str]:
        at = time_of(until, "UNTIL")
        record = ExtensionRecord(student, at.astimezone(UTC).isoformat(), who or user(), why)
        book.people.extend(output.assignment, record)
        whole_class(book, output)
        lines = [f"{student} has more time until {moment(at)}{_because(why)}"]
        due = counting.terms(book, output.assignment).due
        if due is None:
            lines.append("no due date is set, so it changes nothing yet: autograder policy OUT --due TIME")
        elif at <= due:
            lines.append(f"the due date, {moment(due)}, is not before it, so it changes nothing")
        return lines

    return do


def say(kind: str, text: str, who: str | None) -> Act:
    """A note, an appeal or a decision."""

    def do(book: Gradebook, output: Output, student: str) -> list[str]:
        notes.add(book, output.assignment, student, Note(kind, text, who or user()))
        waiting = len(notes.open_appeals(notes.of(book, output.assignment, student)))
        lines = [f"kept: {kind} on {student}"]
        if kind == "appeal":
            lines.append("look again: autograder serve OUT; then: autograder student OUT NAME decide TEXT")
        elif waiting:
            lines.append(f"{waiting} {'appeal is' if waiting == 1 else 'appeals are'} open")
        return lines

    return do


def received(at: str, number: int | None, why: str, who: str | None) -> Act:
    """When an attempt was handed in, said by hand."""

    def do(book: Gradebook, output: Output, student: str) -> list[str]:
        moment_in = time_of(at, "TIME")
        attempt = book.attempt(output.assignment, student, number)
        was = _shown(attempt.received.at) if attempt.received.at else "not known"
        text = f"attempt {attempt.number} was handed in {moment(moment_in)} (before: {was}){_because(why)}"
        kept = Note("note", text, who or user())
        notes.received(book, output.assignment, attempt, moment_in.astimezone(UTC).isoformat(), kept)
        whole_class(book, output)
        return [f"{student}: {text}"]

    return do


def remove(who: str | None) -> Act:
    """Out of the class; everything is kept."""

    def do(book: Gradebook, output: Output, student: str) -> list[str]:
        book.people.remove(student, who or user())
        whole_class(book, output)
        return [f"{student} is no longer in the class's page, tables and exports; everything is kept (add: back again)"]

    return do


def add(name: str, email: str, login: str, section: str) -> Act:
    """On the roster, late or again."""

    def do(book: Gradebook, output: Output, student: str) -> list[str]:
        book.people.add(Person(student, name, email, login, section))
        whole_class(book, output)
        return [f"{student} is on the roster"]

    return do


def forget(yes: bool, who: str | None) -> Act:
    """Delete all that is held; what stays is that somebody was deleted."""

    def do(book: Gradebook, output: Output, student: str) -> list[str]:
        attempts = len(book.attempts(output.assignment, student))
        if not yes:
            raise click.UsageError(
                f"this deletes {student} with {attempts} attempts, grades, marks, notes and reports, for good: "
                "say --yes if you mean it (export first, if they may ask for it)"
            )
        before = folders(book, output)
        book.people.forget(student, who or user())
        shutil.rmtree(before[student], ignore_errors=True)
        (output.folder / "similarity.html").unlink(missing_ok=True)  # it shows code with names; it can be made again
        for other, folder in folders(book, output).items():
            if folder != before[other] and before[other].is_dir():  # a namesake moves up
                before[other].rename(folder)
        whole_class(book, output)
        at, by, what = book.people.deletions()[-1]
        lines = [f"deleted; in the log of deletions: {_shown(at)}, {by}, {what}"]
        if len(book.assignments()) > 1:
            lines.append("the gradebook has other assignments: run `autograder publish` on their folders, and delete")
            lines.append("the student's folder there")
        lines.append("what was handed in lies where you put it: delete it there too, or the next `grade` takes it in")
        return lines

    return do


def export(to: Path) -> Act:
    """All that is held, as a zip."""

    def do(book: Gradebook, output: Output, student: str) -> list[str]:
        folder = folders(book, output)[student]
        try:
            count = held_zip(book, _person(book, student), to, folder if folder.is_dir() else None)
        except OSError as error:
            raise ExportError(f"{to} cannot be written: {error.strerror}", mend="Name another file with -o.") from None
        return [f"{to}: {count} files, hidden checks among them; student.json says what they are"]

    return do


def _person(book: Gradebook, student: str) -> Person:
    return next((one for one in book.people.roster() if one.key == student), Person(student))


def _place(person: Person) -> str:
    if person.removed:
        at, _, who = person.removed.partition(" ")
        return f"removed {_shown(at)}" + (f" by {who}" if who else "")
    if not person.on_roster:
        return "not on the roster"
    return "on the roster" if person.active else "no longer on the roster"


def _shown(text: str, zone: tzinfo | None = UTC) -> str:
    at = time(text)
    return moment(at.astimezone(zone)) if at is not None else text


def _because(why: str) -> str:
    return f": {why}" if why else ""


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"

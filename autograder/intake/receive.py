"""Paths to entries: one submission or a class, who is missing, what belongs to nobody."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from autograder.errors import IntakeError
from autograder.intake import names
from autograder.intake.downloads import download
from autograder.intake.entry import Entry
from autograder.intake.limits import READ, suffix
from autograder.intake.look import Found, is_work, look, repeated
from autograder.intake.roster import Roster, read_roster
from autograder.intake.wanted import Finder, Wanted, wanted
from autograder.model import Submission

if TYPE_CHECKING:
    from autograder.exercise import Exercise

Mode = Literal["auto", "class", "single"]


@dataclass(frozen=True)
class Intake:
    """What was received. Entries are small; ``submissions`` reads them all at once."""

    entries: tuple[Entry, ...]
    kind: Literal["class", "single"]
    why: str  # the sentence that the command line prints
    missing: tuple[str, ...] = ()  # on the roster, without files
    unattributed: tuple[str, ...] = ()  # files that belong to nobody

    @property
    def submissions(self) -> tuple[Submission, ...]:
        """All submissions, read. For a large class, read one entry at a time instead."""
        return tuple(entry.read() for entry in self.entries)


def receive(
    paths: Sequence[Path],
    exercises: Sequence[Exercise],
    *,
    roster: Path | None = None,
    mode: Mode = "auto",
    notebook_run: Literal["definitions", "all"] = "definitions",
) -> Intake:
    """Take files, folders, notebooks and zips; tell a class from one submission.

    A folder (or zip) is a class if its parts define the same exercise more than once, or if a part of
    it bears a name of the roster; ``mode`` overrides. notebook_run: whether of a notebook's top level only
    imports, definitions and constants are run, or all of it. Raises IntakeError where no student is to blame:
    no such path, nothing in it that could be graded, a roster that cannot be read.
    """
    received = _receive(paths, exercises, roster, mode)
    if notebook_run == "definitions":
        return received
    entries = tuple(dataclasses.replace(entry, notebook_run=notebook_run) for entry in received.entries)
    return dataclasses.replace(received, entries=entries)


def _receive(paths: Sequence[Path], exercises: Sequence[Exercise], roster: Path | None, mode: Mode) -> Intake:
    if not paths:
        raise IntakeError("no path was given", mend="Name a file, a folder or a zip.")
    asked = wanted(exercises)
    book = read_roster(roster) if roster is not None else None
    if len(paths) == 1 and mode != "single":
        known = download(_existing(paths[0]), asked, book)
        if known is not None:
            return Intake(known.entries, "class", known.why, known.missing, known.unattributed)
    finder = Finder(asked)
    found = [look(_existing(path), finder, deep=mode != "class") for path in paths]
    parts = list(found[0].parts) if len(found) == 1 else []
    because = ""
    if len(found) > 1:
        for one in found:
            many = repeated(one.parts) if mode == "auto" else None
            parts += one.parts if many else [one]
            because = because or (many or "")
    if mode == "class":
        return _class(parts or found, found, asked, book, "as asked for")
    if mode == "auto" and len(parts) > 1:
        because = because or repeated(parts) or _known(parts, found, book)
        if because:
            return _class(parts, found, asked, book, f"because {because}")
    return _single(found, asked, book, mode)


def _existing(path: Path) -> Path:
    """The real path; what was named on purpose may be a link. Raises IntakeError."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise IntakeError(f"{path} does not exist", mend="Check the spelling, and the folder you are in.") from None
    if real.is_dir() or (real.is_file() and (suffix(real.name) in READ or suffix(real.name) == ".zip")):
        return real
    raise IntakeError(
        f"{path} cannot be graded", mend="Name a .py file, a notebook (.ipynb), a zip or a folder of them."
    )


def _known(parts: Sequence[Found], found: Sequence[Found], book: Roster | None) -> str:
    """A reason to take the parts for a class: the roster knows them, and not the whole."""
    if book is None or (len(found) == 1 and book.find(names.student(found[0].name))):
        return ""
    count = sum(bool(book.find(names.student(part.name))) for part in parts)
    return f"{count} of them {'is' if count == 1 else 'are'} on the roster" if count else ""


def _single(found: Sequence[Found], asked: tuple[Wanted, ...], book: Roster | None, mode: Mode) -> Intake:
    first = found[0]
    if all(one.kind == "folder" and one.empty for one in found):
        listed = ", ".join(str(one.sources[0].path) for one in found)
        raise IntakeError(
            f"nothing in {listed} can be graded", mend="It should hold .py files, notebooks (.ipynb) or zips of them."
        )
    name = names.student(first.name)
    if len(found) > 1 and len({one.sources[0].path.parent for one in found}) == 1:
        name = names.student(first.sources[0].path.parent.name)
    count = sum(one.count for one in found)
    entry = Entry(name, tuple(source for one in found for source in one.sources), asked, _strangers(name, book))
    why = f"one submission of {count} file{'s' * (count != 1)}" + (", as asked for" if mode == "single" else "")
    return Intake((entry,), "single", why)


def _class(
    parts: Sequence[Found], found: Sequence[Found], asked: tuple[Wanted, ...], book: Roster | None, because: str
) -> Intake:
    # A loose file that defines nothing, in a class of folders, is more likely a helper than a student.
    of_folders = any(p.defines and p.kind != "file" for p in parts) and not any(
        p.defines and p.kind == "file" for p in parts
    )
    entries: list[Entry] = []
    unattributed = [name for one in found for name in one.strays]
    here: set[str] = set()
    for part in sorted(parts, key=lambda p: names.student(p.name).casefold()):
        name = names.student(part.name)
        on_roster = book.find(name) if book else ""
        if (of_folders and part.kind == "file" and not part.defines and not on_roster) or not is_work(part):
            unattributed += [str(source.inside or source.path.name) for source in part.sources]
            continue
        here.add(on_roster)
        student, notes = names.unique(name, (e.student for e in entries)), _strangers(name, book)
        if student != name:
            notes = (*notes, f"Two submissions are named {name}; this one is called {student}.")
        entries.append(Entry(student, part.sources, asked, notes))
    if not entries:
        raise IntakeError("no student's work was found", mend="A class folder has one folder, file or zip a student.")
    missing = tuple(student for student in book.students if student not in here) if book else ()
    why = f"class: {len(entries)} submission{'s' * (len(entries) != 1)}, {because}"
    return Intake(tuple(entries), "class", why, missing, tuple(sorted(map(names.shown, unattributed))))


def _strangers(name: str, book: Roster | None) -> tuple[str, ...]:
    return () if book is None or book.find(name) else (f"{name} is not on the roster.",)

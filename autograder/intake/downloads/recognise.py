"""A download becomes entries: recognised by its shape, joined with the roster, and what is nobody's is listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.intake import names
from autograder.intake.downloads import canvas, gradescope, moodle, nbgrader
from autograder.intake.downloads.handed import Download, Handed
from autograder.intake.downloads.members import Members
from autograder.intake.entry import Entry
from autograder.intake.received import Received
from autograder.intake.roster import Roster
from autograder.intake.wanted import Wanted


@dataclass(frozen=True)
class HandedIn(Entry):
    """An entry with what the platform said of it."""

    received: Received = field(default_factory=Received)


@dataclass(frozen=True)
class Recognised:
    """The entries of a download, who is missing, and what is nobody's."""

    entries: tuple[HandedIn, ...]
    why: str
    missing: tuple[str, ...]
    unattributed: tuple[str, ...]


def download(path: Path, asked: tuple[Wanted, ...], book: Roster | None) -> Recognised | None:
    """What is in the download at ``path``; None where it has the shape of none. IntakeError as for any intake."""
    members = Members.of(path)
    if members is None or not members.names:
        return None
    found = next(filter(None, (kind.recognise(members) for kind in (gradescope, moodle, nbgrader, canvas))), None)
    return _joined(found, asked, book) if found is not None else None


def _joined(found: Download, asked: tuple[Wanted, ...], book: Roster | None) -> Recognised:
    entries: list[HandedIn] = []
    here: set[str] = set()
    for handed in sorted(found.handed, key=lambda one: one.called.casefold()):
        on_roster = _find(book, handed)
        name = on_roster or names.student(handed.called)
        notes = handed.notes
        if book is not None and not on_roster:
            notes = (*notes, f"{name} is not on the roster.")
        student = names.unique(name, (entry.student for entry in entries))
        if student != name:
            notes = (*notes, f"Two submissions are {name}'s; this one is called {student}.")
        here.add(on_roster)
        entries.append(HandedIn(student, handed.sources, asked, notes, received=handed.received))
    missing = tuple(student for student in book.students if student not in here) if book else ()
    late = sum(entry.received.late is True for entry in entries)
    count = f"{len(entries)} submission{'s' * (len(entries) != 1)}"
    why = f"class: {count}, a download from {found.platform}" + (f", {late} of them late" if late else "")
    strays = tuple(sorted(map(names.shown, found.strays)))
    return Recognised(tuple(entries), why, missing, strays)


def _find(book: Roster | None, handed: Handed) -> str:
    names_: Sequence[str] = handed.names if book is not None else ()
    return next((student for name in names_ if book is not None and (student := book.find(name))), "")

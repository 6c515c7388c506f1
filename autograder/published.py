"""The command ``publish``: how far students see their results, and the files that follow from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from autograder import handback
from autograder.handback import Handback
from autograder.instructor import class_files, open_gradebook
from autograder.output import Output
from autograder.visibility import Release, reveals

WORDS = {
    "visible": "are seen at once",
    "after_due_date": "are seen after the due date",
    "after_published": "are seen once the results are published",
    "hidden": "are never seen",
}


def publish(out: Path, *, due: str | None, published: bool | None, report: str | None, gradebook: str | None) -> int:
    """Change what is named, bring the files of ``out`` up to date, say how it stands. Returns the exit status."""
    output = Output.of(out)
    with open_gradebook(output, gradebook) as book:
        before = handback.read(book, output.assignment)
        release = changed(before.release, due, published, report)
        if release != before.release:
            handback.store(book, output.assignment, release)
        missing = [person.key for person in book.people.roster() if person.on_roster and person.active]
        class_files(book, output, missing=missing)
        now = handback.read(book, output.assignment)
    console = Console(highlight=False, soft_wrap=True)
    for line in lines(now):
        console.print(line, markup=False)
    return 0


def changed(release: Release, due: str | None, published: bool | None, report: str | None) -> Release:
    """The release with what the command line named."""
    if due is not None:
        release = replace(release, due=None if due.casefold() == "none" else time_of(due))
    if published is not None:
        release = replace(release, published=published)
    return replace(release, report=report) if report is not None else release


def time_of(text: str, hint: str = "--due") -> datetime:
    """A date and time, in this machine's time zone where it names none. Raises click.BadParameter."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no date and time; as in 2026-05-01T23:59, or 2026-05-01T23:59+02:00, or none",
            param_hint=hint,
        ) from None
    return at if at.tzinfo is not None else at.astimezone()


def lines(back: Handback) -> list[str]:
    """How it stands, in words."""
    release = back.release
    if release.due is None:
        due = "no due date is set"
    else:
        passed = "has passed" if release.due <= back.now else "has not passed yet"
        due = f"the due date, {release.due.isoformat(sep=' ', timespec='minutes')}, {passed}"
    later = sum(back.of(student).due != release.due for student in back.extended)
    if later:
        due += f" ({later} {'student has' if later == 1 else 'students have'} more time)"
    said = [due, "the results are published" if release.published else "the results are not published"]
    if release.report != "visible":
        said.append(f"reports as wholes {WORDS.get(release.report, WORDS['hidden'])}")
    open_ = [kind for kind in WORDS if reveals(kind, release, back.now) and reveals(release.report, release, back.now)]
    said.append(f"students see now the checks that are: {', '.join(open_) or 'none'}")
    return said

"""The command ``report``: students' files written again from the gradebook, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from autograder import handback
from autograder.gradebook.counting import counting, terms
from autograder.gradebook.standing import Standing, standing
from autograder.gradebook.store import Gradebook
from autograder.instructor import open_gradebook, ready, write_index, writer
from autograder.output import Output
from autograder.printable import plain
from autograder.publish import folders

NAMED = 10  # reports whose place is printed


def report(out: Path, *, students: Sequence[str], changed: bool, gradebook: str | None) -> int:
    """Write the files of these students, of all where none is named; then the index. Returns the exit status.

    changed: only those that are lost, or say something else than the gradebook by now.
    Raises GradebookError where a student is not known.
    """
    console = Console(highlight=False, soft_wrap=True)
    output = Output.of(out)
    with open_gradebook(output, gradebook) as book:
        wanted = list(dict.fromkeys(ready(book, student) for student in students))
        back = handback.read(book, output.assignment)
        write = writer(back, output)
        where = folders(book, output)
        written, kept = [], 0
        for one in _standings(book, output.assignment, wanted):
            folder = where[one.attempt.student]
            if changed and back.holds(folder, one.grade):
                kept += 1
                continue
            folder.mkdir(parents=True, exist_ok=True)
            write(one.grade, folder, book.submission(one.attempt.id).notebooks)
            written.append(one.attempt.student)
            if len(written) <= NAMED:
                console.print(plain(str(folder / "report.html")), markup=False)
        index = write_index(book, output, where)
    for line in _lines(written, kept, wanted):
        console.print(plain(line), markup=False)
    console.print(f"index by student: {plain(str(index))}", markup=False)
    return 0


def _standings(book: Gradebook, assignment: str, wanted: Sequence[str]) -> Iterator[Standing]:
    held = terms(book, assignment)
    for attempt in counting(book, assignment, held):
        one = standing(book, attempt, held) if not wanted or attempt.student in wanted else None
        if one is not None:
            yield one


def _lines(written: Sequence[str], kept: int, wanted: Sequence[str]) -> Iterator[str]:
    more = f", {NAMED} of them named above" if len(written) > NAMED else ""
    yield f"{len(written)} {'report' if len(written) == 1 else 'reports'} written{more}"
    if kept:
        yield f"{kept} {'says' if kept == 1 else 'say'} already what the gradebook says"
    if wanted and not written and not kept:
        yield f"there is no grade of {', '.join(wanted)} that counts: nothing was handed in, or they were removed"

"""The command ``similar``: a page of submissions that have passages in common, for instructors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder import intake, similarity
from autograder.assignment import Assignment
from autograder.instructor import open_gradebook
from autograder.model import Submission
from autograder.output import STATE, Output
from autograder.reporting import html
from autograder.reporting.files import write
from autograder.terminal import plain

PAGE = "similarity.html"
SHOWN = 5  # pairs that are printed


def similar(
    place: Path, *, load: Callable[[str | None], Assignment], to: Path | None, most: int, gradebook: str | None
) -> int:
    """Compare what lies at ``place``: an output folder's last attempts, or a folder of submissions."""
    console = Console(highlight=False, soft_wrap=True)
    if (place / STATE / "run.json").is_file():
        output = Output.of(place)
        assignment = load(output.assignment)
        with open_gradebook(output, gradebook) as book:
            gone = {person.key for person in book.people.roster() if person.removed}
            last = [attempt for attempt in book.current(output.assignment) if attempt.student not in gone]
            works = [book.submission(attempt.id) for attempt in last]
        to = to or place / PAGE
    else:
        assignment = load(None)
        works = list(_received(place, assignment))
    to = to or Path(PAGE)
    handout = similarity.handed_out(assignment.grading.parent)
    with console.status(f"comparing {len(works)} submissions"):
        found = similarity.compare(works, handout, most=most)
    title = assignment.title
    write(to, html.similar_page(title, found.students, found.usual, found.pairs, found.empty))
    for pair in found.pairs[:SHOWN]:
        sides = f"{pair.first.student} ({pair.first.share:.0%}) and {pair.second.student} ({pair.second.share:.0%})"
        console.print(escape(plain(sides)))
    console.print(
        f"{found.students} submissions compared, {len(found.pairs)} pairs to look at; two of them usually have "
        f"{found.usual:.0%} in common. This says of nobody that they copied."
    )
    console.print(f"both sides   {escape(str(to))} (for instructors only)")
    return 0


def _received(place: Path, assignment: Assignment) -> Iterator[Submission]:
    for entry in intake.receive([place], assignment.exercises, mode="class").entries:
        yield entry.read()

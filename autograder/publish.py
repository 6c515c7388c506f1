"""The output folder kept equal to the gradebook: files that are lost or out of date are written again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.gradebook.standing import Standing, standings
from autograder.gradebook.store import Gradebook
from autograder.handback import Handback
from autograder.model import Grade
from autograder.output import Output
from autograder.shown import ShownNotebook

Write = Callable[[Grade, Path, Sequence[ShownNotebook]], None]


def folders(book: Gradebook, output: Output) -> dict[str, Path]:
    """The folder of each student that the gradebook knows: always the same one, whoever comes later."""
    return output.folders(book.people.known())


def publish(
    book: Gradebook, output: Output, write: Write, where: Mapping[str, Path], back: Handback | None = None
) -> Iterator[Standing]:
    """Everybody's standing, one at a time, each with its files in place once it is given.

    back: what students may see; ``write`` writes just that. The strictest where None.
    """
    shown = back or Handback()
    for one in standings(book, output.assignment):
        folder = where[one.attempt.student]
        if not shown.holds(folder, one.grade):
            folder.mkdir(parents=True, exist_ok=True)
            write(one.grade, folder, book.submission(one.attempt.id).notebooks)
        yield one

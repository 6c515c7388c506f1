"""A notebook that was made for another grader: which one, and what it holds."""

from __future__ import annotations

from pathlib import Path

from autograder.compat import nbgrader, otter
from autograder.compat.outline import Outline
from autograder.compat.raw import load
from autograder.errors import IntakeError


def read(path: Path) -> Outline:
    """What was recognised. Raises IntakeError where the file is no notebook, or has no marks of another grader."""
    book = load(path)
    if otter.is_otter(book):
        return otter.outline(book)
    if nbgrader.is_nbgrader(book):
        return nbgrader.outline(book)
    raise IntakeError(
        f"{path} has neither nbgrader's metadata nor otter's markers",
        mend="A notebook without them is graded as it is: `autograder grade` finds its definitions by their names.",
    )

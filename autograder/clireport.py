"""The command for students' reports: ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from autograder.exits import leave


@click.command(short_help="Students' reports, written again from the gradebook.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--student", "students", multiple=True, help="Only this student, as grades.csv calls them; repeatable.")
@click.option("--changed", is_flag=True, help="Only those that are lost or say something else than the gradebook.")
@click.option("--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it].")
def report(out: Path, **options: Any) -> None:
    """Write reports one at a time, each whole or not at all, and OUT/reports.csv, the index by student.

    Example: autograder report graded --student ada

    Nothing is graded or judged again. A report holds what its student may see by now.
    """
    from autograder import reported

    leave(lambda: reported.report(out, **options))

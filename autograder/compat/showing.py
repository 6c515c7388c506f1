"""What was recognised, in a terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.compat.outline import Outline, cells, number
from autograder.compat.reading import read


def import_notebook(path: Path, *, as_json: bool) -> int:
    """Print what is recognised in a notebook. Returns the exit status: 1 where it breaks its own grader's rules."""
    outline = read(path)
    if as_json:
        sys.stdout.write(json.dumps(outline.to_json(), ensure_ascii=False) + "\n")
    else:
        show(Console(highlight=False), outline)
    return 1 if outline.problems else 0


def show(console: Console, outline: Outline) -> None:
    """A table of the parts, then what is not translated."""
    version = "a student's version" if outline.released else "a source"
    title = f" “{escape(outline.title)}”" if outline.title else ""
    console.print(f"[bold]{escape(outline.name)}[/]{title}: {outline.form}, {version}, {number(outline.points)} points")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("exercise", "points", "marked", "solution", "tests", "defines"):
        table.add_column(column, justify="right" if column == "points" else "left")
    for part in outline.parts:
        marked = part.kind if part.kind != "tests" else "by tests, some hidden" if part.hidden else "by tests"
        solution = cells(part.solution)
        names = ", ".join(part.names) or "-"
        table.add_row(escape(part.id or "?"), number(part.points), marked, solution, cells(part.tests), escape(names))
    console.print(table)
    if outline.left_out:
        console.print("\n[bold]Not translated[/]")
        for text in outline.left_out:
            console.print(f"  {escape(text)}")
    if outline.problems:
        console.print("\n[bold red]To mend in the notebook[/]")
        for text in outline.problems:
            console.print(f"  {escape(text)}")

"""The commands for marks by hand: ``marks export``, ``marks import``, ``serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from autograder.exits import leave


@click.group(short_help="Marks by hand, on a sheet: export, import.")
def marks() -> None:
    """Write a sheet of all written answers, to be filled in anywhere, and take it in again."""


@marks.command("export", short_help="Write the sheet.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["csv", "md"]), help="[default: by the file's ending, else csv].")
@click.option("-o", "file", type=click.Path(path_type=Path, dir_okay=False), help="The sheet [default: printed].")
@click.option("--names", is_flag=True, help="Names instead of pseudonyms.")
@click.option("--pending", is_flag=True, help="Only answers without a mark.")
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
@click.option("--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it].")
def marks_export(out: Path, course: Path | None, **options: Any) -> None:
    """Write every written answer with its rubric and the mark that it has, as CSV or Markdown.

    Example: autograder marks export graded -o to-mark.csv
    """
    from autograder import commands
    from autograder.marking import marks as marking

    leave(lambda: marking.export(out, load=lambda name: commands.load(name, course, out), **options))


@marks.command("import", short_help="Take the filled-in sheet in.")
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--partial", is_flag=True, help="Take the lines that are right, where others are not.")
@click.option("--who", help="Who gave the marks [default: your login].")
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
@click.option("--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it].")
def marks_import(out: Path, file: Path, course: Path | None, **options: Any) -> None:
    """Give the marks of a sheet: all of them, or none and a list of what is not right.

    Example: autograder marks import graded to-mark.csv --who "Dr. Wu"

    What changed since the sheet was written (another answer, a mark by somebody else) is shown and not overwritten.
    """
    from autograder import commands
    from autograder.marking import marks as marking

    leave(lambda: marking.import_(out, file, load=lambda name: commands.load(name, course, out), **options))


@click.command(short_help="A page in your browser to mark by hand, and the class live.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any that is free.")
@click.option("--who", help="Who gives the marks; each browser may say another name [default: your login].")
@click.option("--names", is_flag=True, help="Begin with names instead of pseudonyms.")
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
@click.option("--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it].")
def serve(out: Path, course: Path | None, **options: Any) -> None:
    """Mark written answers by keyboard and change findings, on this machine only; ends with Ctrl+C.

    Example: autograder serve graded
    """
    from autograder import commands, serving

    leave(lambda: serving.serve(out, load=lambda name: commands.load(name, course, out), **options))

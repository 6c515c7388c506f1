"""The commands for what holds for everybody, and for one student: ``policy``, ``student``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from autograder.exits import leave

BOOK = click.option(
    "--gradebook", metavar="URL", help="Where it lies, with its password [default: as OUT remembers it]."
)
WHO = click.option("--who", help="Who says so [default: your login].")


@click.command(short_help="Late work, attempts, missing work: what holds.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--due", metavar="TIME", help="The due date, as 2026-05-01T23:59; none takes it away.")
@click.option("--grace", metavar="TIME", help="So much later costs nothing, as 15min or 2h; the days begin at its end.")
@click.option(
    "--per-day", type=click.IntRange(0, 100), metavar="PERCENT", help="Of the points, for each day that has begun."
)
@click.option("--most", type=click.IntRange(0, 100), metavar="PERCENT", help="No more than that.")
@click.option("--until", metavar="DAYS", help="After so many days nothing counts; none takes it away.")
@click.option("--attempts", type=click.Choice(["best", "last"]), help="Which attempt of a student counts.")
@click.option("--missing", type=click.Choice(["zero", "listed"]), help="Whether handing in nothing is 0 points.")
@BOOK
def policy(out: Path, **options: Any) -> None:
    """Set what is named, write the files that follow from it, and say how it stands and whom it touches.

    Example: autograder policy graded --due 2026-05-01T23:59 --grace 15min --per-day 10 --most 50
    """
    from autograder import policies

    leave(lambda: policies.policy(out, **options))


@click.group(short_help="One student: show, extend, note, appeal, decide, add, remove, forget, export.")
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("name")
@click.pass_context
def student(context: click.Context, out: Path, name: str) -> None:
    """What is held about one student, and what is decided for them. NAME is as grades.csv has it.

    Example: autograder student graded ada extend 2026-05-04T12:00 --why "ill"
    """
    context.obj = (out, name)


def _do(context: click.Context, what: str, gradebook: str | None, *words: Any, new: bool = False) -> None:
    from autograder import onestudent

    out, name = context.obj
    made = getattr(onestudent, what)
    leave(lambda: onestudent.act(out, name, made(*words) if words else made, gradebook=gradebook, new=new))


@student.command(short_help="What is held, in a few lines.")
@BOOK
@click.pass_context
def show(context: click.Context, gradebook: str | None) -> None:
    """Attempts, points, lateness, marks by hand, notes."""
    _do(context, "show", gradebook)


@student.command(short_help="More time.")
@click.argument("until")
@click.option("--why", default="", help="The reason, kept with it.")
@WHO
@BOOK
@click.pass_context
def extend(context: click.Context, until: str, why: str, who: str | None, gradebook: str | None) -> None:
    """Give more time until UNTIL, as 2026-05-04T12:00; the last extension counts."""
    _do(context, "extend", gradebook, until, why, who)


@student.command(short_help="When an attempt was handed in.")
@click.argument("time")
@click.option("--attempt", type=click.IntRange(1), help="Which one [default: the last].")
@click.option("--why", default="", help="The reason, kept as a note.")
@WHO
@BOOK
@click.pass_context
def received(
    context: click.Context, time: str, attempt: int | None, why: str, who: str | None, gradebook: str | None
) -> None:
    """Say when an attempt came, where the files do not."""
    _do(context, "received", gradebook, time, attempt, why, who)


@student.command(short_help="A note, for instructors only.")
@click.argument("text")
@WHO
@BOOK
@click.pass_context
def note(context: click.Context, text: str, who: str | None, gradebook: str | None) -> None:
    """Keep a note. Notes are never changed, and stand in no report."""
    _do(context, "say", gradebook, "note", text, who)


@student.command(short_help="A second look was asked for.")
@click.argument("text")
@WHO
@BOOK
@click.pass_context
def appeal(context: click.Context, text: str, who: str | None, gradebook: str | None) -> None:
    """Write down that a student asks for a second look, and why."""
    _do(context, "say", gradebook, "appeal", text, who)


@student.command(short_help="The decision on an appeal, with its reason.")
@click.argument("text")
@WHO
@BOOK
@click.pass_context
def decide(context: click.Context, text: str, who: str | None, gradebook: str | None) -> None:
    """Close the open appeals. Points that follow from it are given by `marks import` or `serve`."""
    _do(context, "say", gradebook, "decision", text, who)


@student.command(short_help="On the roster, late or again.")
@click.option("--full-name", "full", default="")
@click.option("--email", default="")
@click.option("--login", default="")
@click.option("--section", default="")
@BOOK
@click.pass_context
def add(context: click.Context, full: str, email: str, login: str, section: str, gradebook: str | None) -> None:
    """Take somebody in who was not on the roster, or was removed."""
    _do(context, "add", gradebook, full, email, login, section, new=True)


@student.command(short_help="Out of the class; everything is kept.")
@WHO
@BOOK
@click.pass_context
def remove(context: click.Context, who: str | None, gradebook: str | None) -> None:
    """Leave somebody out of the class's page, tables and exports."""
    _do(context, "remove", gradebook, who)


@student.command(short_help="Delete all that is held.")
@click.option("--yes", is_flag=True, help="Yes, for good.")
@WHO
@BOOK
@click.pass_context
def forget(context: click.Context, *, yes: bool, who: str | None, gradebook: str | None) -> None:
    """Delete files, transcripts, grades, marks, notes and reports of one student.

    A log keeps that somebody was deleted, when and by whom, without the name.
    """
    _do(context, "forget", gradebook, yes, who)


@student.command("export", short_help="All that is held, as a zip.")
@click.option("-o", "to", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The zip to write.")
@BOOK
@click.pass_context
def export_(context: click.Context, to: Path, gradebook: str | None) -> None:
    """Write files, grades, marks and notes of one student into a zip, as they were handed in and as JSON."""
    _do(context, "export", gradebook, to)

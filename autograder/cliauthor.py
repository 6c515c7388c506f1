"""The commands of those who write assignments: ``doctor``, ``audit``, ``release``, ``new``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from autograder.exits import leave

LEVELS = click.Choice(["full", "reduced", "none"])


@click.command(short_help="What this machine can promise, attack by attack.")
@click.option("--isolation", type=LEVELS, help="Examine this level [default: the best that can be had].")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(**options: Any) -> None:
    """Try a selection of attacks in the sandbox and say which isolation level this machine gives.

    Example: autograder doctor
    """
    from autograder import authoring  # slow to import: --help must not wait for torch

    leave(lambda: authoring.doctor(**options))


@click.command(short_help="The grader graded: known work, null models, mutants.")
@click.argument("assignment", required=False)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(["reference", "variants", "mistakes", "nulls", "mutants"]),
    help="Only this kind of work; may be given several times.",
)
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Only N of the mutants, always the same ones, and nothing that trains only because of a wrong piece.",
)
@click.option("-j", "--jobs", type=click.IntRange(1, 64), help="Workers, each with a sandbox [default: the cores].")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the kill table here.")
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
def audit(assignment: str | None, **options: Any) -> None:
    """Judge work whose marks are known: reference, stubs, variants, mistakes, null models and mutants.

    Example: autograder audit rnn --html audit.html

    Exit status 1 where anything falls short.
    """
    from autograder import authoring  # slow to import: --help must not wait for torch

    leave(lambda: authoring.audit(assignment, **options))


@click.command(short_help="What students receive, made from the sources.")
@click.argument("assignment")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what differs.")
@click.option(
    "--wheel",
    type=click.Path(path_type=Path, dir_okay=False),
    help="This wheel instead of one built from the checkout.",
)
@click.option("--course", type=click.Path(path_type=Path), help="The folder that holds assignments/.")
def release(assignment: str, folder: Path | None, **options: Any) -> None:
    """Write the folder that students receive: stubs, notebook, probes, public key, and our wheel.

    Example: autograder release rnn handout/

    FOLDER is new or empty, or holds an earlier release, which is brought up to date. Without FOLDER it is the
    course's own copy, assignments/ASSIGNMENT, which holds all but the wheel.
    """
    from autograder import authoring  # slow to import: --help must not wait for torch

    leave(lambda: authoring.release(assignment, folder, **options))


@click.command(short_help="A new assignment that grades from the start.")
@click.argument("name")
@click.option("--title", help="What students read above it [default: from NAME].")
@click.option(
    "--course",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds assignments/, or is to [default: the one around here].",
)
def new(name: str, **options: Any) -> None:
    """Write a small whole assignment under this name: two exercises, a written one, and everything that grades them.

    Example: autograder new attention --title "Attention, from scratch"

    It passes its audit and can be released as it is; change it piece by piece.
    """
    from autograder import authoring  # slow to import: --help must not wait for torch

    leave(lambda: authoring.new(name, **options))

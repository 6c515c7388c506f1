"""Files that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


@contextmanager
def atomic(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text file that takes its name when the block ends, and leaves nothing behind if it raises.

    The folder is made where it is missing. Line ends are written as given. What a killed process leaves is named
    .NAME.PROCESS-xxxxxxxx.part, and removed by the next ``autograder grade``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.{os.getpid()}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        # mkstemp gives 0600, but a report is read by whoever may read the folder.
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException as error:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk is told without it
        raise


def write(path: Path, text: str) -> None:
    """Put ``text`` at ``path``, whole or not at all."""
    with atomic(path) as file:
        file.write(text)

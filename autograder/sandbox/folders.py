"""Folders: the temporary one of each sandbox, and how those of graders that were killed are found and removed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "autograder-sandbox-"


def new() -> tuple[Path, int]:
    """A new folder, and a descriptor whose lock says that it is in use for as long as a process holds it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        try:
            return folder, _locked(folder)
        except (BlockingIOError, FileNotFoundError):
            continue  # taken for a dead grader's in the moment before it was locked


def _locked(folder: Path) -> int:
    """A descriptor that holds the folder's lock. Raises BlockingIOError where another has it."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.lstat()
    except BaseException:
        os.close(held)
        raise
    return held


def sweep() -> None:
    """Remove the folders of graders that were killed before they could do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if folder.lstat().st_uid == os.geteuid():
                held = _locked(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(held)
        except OSError:
            continue  # in use, or another grader was quicker

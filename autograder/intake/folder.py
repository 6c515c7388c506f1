"""Reading folders and files: regular files only, bounded, links never followed."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.intake import madefrom
from autograder.intake.limits import (
    MAX_DEPTH,
    MAX_MEMBERS,
    MAX_TOTAL,
    READ,
    is_junk_file,
    is_junk_folder,
    megabytes,
    suffix,
)
from autograder.intake.names import shown
from autograder.model import Problem


class Unreadable(Exception):  # noqa: N818  # becomes a Problem of one student
    """A file that cannot be taken. ``hint`` says what the student can do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass
class Contents:
    """What was found in one place, collected while it is read."""

    files: dict[str, bytes] = field(default_factory=dict)  # relative name with "/" -> bytes, of what is read
    received: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)  # zips that lie in the folder, not opened yet
    total: int = 0
    handout: str = ""  # the version that a manifest or a handout.json names

    def problem(self, file: str, message: str, hint: str = "") -> None:
        """Leave a problem for the report."""
        self.problems.append(Problem(shown(file), message, hint=hint))

    def allowance(self, name: str) -> int:
        """How many bytes of ``name`` may still be read."""
        return min(READ[suffix(name)], MAX_TOTAL - self.total)

    def add(self, name: str, data: bytes) -> None:
        """Take the bytes of a file that is read."""
        self.files[name] = data
        self.total += len(data)


def read_file(path: Path, limit: int, *, cut: bool = False) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes (``cut``: its first ``limit`` bytes).

    Raises Unreadable. The size that a file claims is not believed: one byte more than the limit is read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise Unreadable(f"cannot be opened: {(error.strerror or 'error').lower()}") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("is not a regular file, so it is not read")
        if status.st_size > limit and not cut:
            raise too_large(status.st_size, limit)
        try:
            data = file.read(limit + (0 if cut else 1))
        except OSError as error:
            raise Unreadable(f"cannot be read: {(error.strerror or 'error').lower()}") from None
    if len(data) > limit and not cut:
        raise too_large(len(data), limit)
    return data


def too_large(size: int, limit: int) -> Unreadable:
    """The refusal of a file beyond its bound."""
    return Unreadable(
        f"is too large ({megabytes(size)}); at most {megabytes(limit)} are read",
        "Leave data and stored outputs out of it: clear the outputs of a notebook, keep data in files of its own.",
    )


def read_folder(root: Path, contents: Contents, *, cut: int | None = None) -> None:
    """Read what can be graded below ``root``; everything found is listed in ``received``.

    ``cut``: read only so many bytes of each file, for a quick look.
    """
    for name, path, link in _walk(root, contents):
        contents.received.append(shown(name))
        if link:
            _refuse_link(root, name, path, contents)
        elif suffix(name) == ".zip":
            contents.archives.append(name)
        elif madefrom.is_marker(name):
            with contextlib.suppress(Unreadable):
                contents.handout = contents.handout or madefrom.version(read_file(path, madefrom.MAX_BYTES))
        elif suffix(name) in READ and not is_junk_file(path.name):
            try:
                limit = contents.allowance(name)
                contents.add(name, read_file(path, min(limit, cut) if cut else limit, cut=bool(cut)))
            except Unreadable as error:
                contents.problem(name, error.message, error.hint)


def _walk(root: Path, contents: Contents) -> Iterator[tuple[str, Path, bool]]:
    """Relative name, path, whether it is a link; in sorted order, junk folders listed but not entered."""
    waiting = [("", root, 0)]
    count = 0
    while waiting:
        prefix, folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            contents.problem(prefix or root.name, f"cannot be opened: {(error.strerror or 'error').lower()}")
            continue
        holds = frozenset(entry.name for entry in entries)
        if prefix and is_junk_folder(folder.name, holds):
            contents.received.append(shown(prefix))
            continue
        below = []
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if depth >= MAX_DEPTH:
                    contents.problem(name, f"lies more than {MAX_DEPTH} folders deep, so it is not read")
                else:
                    below.append((name + "/", Path(entry.path), depth + 1))
                continue
            count += 1
            if count > MAX_MEMBERS:
                contents.problem(
                    shown(root.name),
                    f"holds more than {MAX_MEMBERS:,} files; the rest are not read",
                    "Hand in your own source files only, without data sets and virtual environments.",
                )
                return
            yield name, Path(entry.path), entry.is_symlink()
        waiting += reversed(below)


def _refuse_link(root: Path, name: str, path: Path, contents: Contents) -> None:
    try:
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a link that leads back to itself
        inside = False
    if inside:
        contents.notes.append(f"{shown(name)} is a link to another file of this submission; links are not followed.")
    else:
        contents.problem(
            name, "is a link that leads out of the folder, so it is not read", "Hand in the file itself, not a link."
        )

"""The files of a download, as a folder or still as a zip: names first, nothing is read but what is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import IntakeError
from autograder.intake.archive import member_bytes, member_names
from autograder.intake.folder import Unreadable, read_file
from autograder.intake.gather import Source
from autograder.intake.limits import MAX_CLASS_MEMBERS, is_junk_file, is_junk_folder, suffix

MAX_DEPTH = 14


@dataclass(frozen=True)
class Members:
    """All files below a download's innermost common folder, by their paths from there."""

    path: Path
    prefix: str  # inside the zip or below the folder, with a slash at its end, or nothing
    names: tuple[str, ...]
    zipped: bool

    @classmethod
    def of(cls, path: Path) -> Members | None:
        """The members of a folder or a zip; None for anything else, and for a zip that cannot be read."""
        if path.is_dir():
            names, zipped = list(_walk(path)), False
        elif suffix(path.name) == ".zip":
            try:
                names, zipped = member_names(path), True
            except Unreadable:
                return None
        else:
            return None
        names = [name for name in names if not _junk(name)]
        prefix = ""
        while names and all("/" in name[len(prefix) :] for name in names):
            tops = {name[len(prefix) :].partition("/")[0] for name in names}
            if len(tops) != 1 or "_assignsubmission_" in min(tops) or min(tops).startswith("submission_"):
                break
            prefix += tops.pop() + "/"
        return cls(path, prefix, tuple(name[len(prefix) :] for name in names), zipped)

    def at(self, depth: int) -> Members:
        """The same without the last ``depth`` folders of its prefix taken off."""
        parts = self.prefix.rstrip("/").split("/") if self.prefix else []
        kept = parts[: len(parts) - depth] if depth <= len(parts) else []
        prefix = "/".join(kept) + "/" if kept else ""
        more = self.prefix[len(prefix) :]
        return Members(self.path, prefix, tuple(more + name for name in self.names), self.zipped)

    def source(self, name: str, own: str = "") -> Source:
        """Where a file (or, with a slash at its end, a folder) lies; ``own``: what its owner called the file."""
        if self.zipped:
            return Source(self.path, self.prefix + name, own)
        return Source(self.path / self.prefix / name.rstrip("/"), "", own)

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of one file. Raises Unreadable."""
        if self.zipped:
            return member_bytes(self.path, self.prefix + name, limit)
        return read_file(self.path / self.prefix / name, limit)


def _walk(root: Path) -> Iterator[str]:
    waiting = [("", 0)]
    count = 0
    while waiting:
        prefix, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(root / prefix), key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise IntakeError(f"{root} cannot be opened", mend=error.strerror or "") from None
            continue
        below = []
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth < MAX_DEPTH and not is_junk_folder(entry.name):
                    below.append((f"{prefix}{entry.name}/", depth + 1))
                continue
            count += 1
            if count > MAX_CLASS_MEMBERS:  # to read on without the rest would lose somebody's work unseen
                raise IntakeError(
                    f"{root} holds more than {MAX_CLASS_MEMBERS:,} files",
                    mend="name the folder of the submissions alone, or grade its parts one after the other",
                )
            yield prefix + entry.name
        waiting += reversed(below)


def _junk(name: str) -> bool:
    *folders, last = name.split("/")
    return is_junk_file(last) or any(is_junk_folder(folder) for folder in folders)

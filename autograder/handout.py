"""Handout: the folder that students receive, known by its ``handout.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import AssignmentError

MARKER = "handout.json"
SCHEMA = 1


@dataclass(frozen=True)
class Handout:
    """What ``handout.json`` says.

    assignment, title: of the assignment. version: of the handout, as the course author counts it.
    files: path inside the folder, with slashes -> sha256 of the file as it was released.
    """

    assignment: str
    title: str
    version: str
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """sha256 over the names and contents of all released files."""
        listed = "".join(f"{path}\0{self.files[path]}\n" for path in sorted(self.files))
        return f"sha256:{hashlib.sha256(listed.encode()).hexdigest()}"

    def to_json(self) -> str:
        """The text of ``handout.json``: the same for the same files."""
        plain = {
            "schema": SCHEMA,
            "assignment": self.assignment,
            "title": self.title,
            "handout": self.version,
            "digest": self.digest,
            "files": dict(sorted(self.files.items())),
        }
        return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def sha256(content: bytes) -> str:
    """How a file's content is written in ``handout.json``."""
    return hashlib.sha256(content).hexdigest()


def find(start: Path | None = None) -> Path | None:
    """The nearest folder at or above ``start`` (default: here) that holds a ``handout.json``."""
    here = (start or Path.cwd()).resolve()
    return next((folder for folder in (here, *here.parents) if (folder / MARKER).is_file()), None)


def read(folder: Path) -> Handout:
    """What the ``handout.json`` of a folder says.

    Raises AssignmentError where there is none, where it cannot be read, or where a newer version of this
    program wrote it.
    """
    path = folder / MARKER
    if not path.is_file():
        raise AssignmentError(
            f"there is no {MARKER} in {folder}", mend="this is done in the folder that you were handed out"
        )
    again = f"take {MARKER} again from what you were handed out"
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        schema = plain["schema"]
        name, title, version = (str(plain[key]) for key in ("assignment", "title", "handout"))
        files = {str(file): str(digest) for file, digest in plain["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssignmentError(f"{path} cannot be read ({type(error).__name__}: {error})", mend=again) from None
    if schema != SCHEMA:
        raise AssignmentError(
            f"{path} has the format {schema!r}, and this program knows {SCHEMA}",
            mend="install what its requirements.txt asks for: pip install -r requirements.txt",
        )
    found = Handout(name, title, version, files)
    if plain.get("digest") != found.digest or any(_leads_out(name) for name in files):
        raise AssignmentError(
            f"{path} was edited: its digest does not fit its list of files",
            mend=again,
        )
    return found


def _leads_out(name: str) -> bool:
    return ":" in name or "\\" in name or name.startswith("/") or ".." in name.split("/")

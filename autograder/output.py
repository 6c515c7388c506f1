"""The output folder: whose it is, the secret of its seeds, a safe folder for each student."""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import OutputError
from autograder.model import Grade

STATE = ".autograder"
# of systems, and of the files that lie beside the students' folders
RESERVED = {"con", "prn", "aux", "nul", "index", "grades", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Output:
    """One output folder of one assignment."""

    folder: Path
    secret: bytes

    @classmethod
    def open(cls, folder: Path, assignment: str) -> Output:
        """Make the folder or take it up again. Raises OutputError if it belongs to something else."""
        state = folder / STATE
        marker = state / "run.json"
        if marker.is_file():
            try:
                owner = json.loads(marker.read_text(encoding="utf-8"))["assignment"]
                secret = bytes.fromhex((state / "secret").read_text(encoding="ascii").strip())
            except (OSError, ValueError, KeyError) as error:
                raise OutputError(f"{marker} cannot be read: {error}", mend="name another folder with -o") from None
            if owner != assignment:
                raise OutputError(
                    f"{folder} holds grades of assignment {owner!r}, not {assignment!r}",
                    mend="name another folder with -o",
                )
            return cls(folder, secret)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError(
                f"{folder} is not empty and was not made by `autograder grade`",
                mend="name another folder with -o, or empty this one",
            )
        try:
            state.mkdir(parents=True, exist_ok=True)
            secret = secrets.token_bytes(32)
            descriptor = os.open(state / "secret", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secret.hex() + "\n")
            write_text(marker, json.dumps({"assignment": assignment, "schema": 1}) + "\n")
        except OSError as error:
            message = f"{folder} cannot be written: {error.strerror}"
            raise OutputError(message, mend="name another folder with -o") from None
        return cls(folder, secret)

    def folders(self, students: Iterable[str]) -> dict[str, Path]:
        """A folder for each student: readable, safe on every system, never shared by two of them."""
        taken: set[str] = set()
        found = {}
        for student in students:
            base = safe_name(student)
            name, number = base, 2
            while name.casefold() in taken:
                name, number = f"{base}-{number}", number + 1
            taken.add(name.casefold())
            found[student] = self.folder / name
        return found

    @staticmethod
    def earlier(folder: Path, digests: Mapping[str, str], seed: str) -> Grade | None:
        """The grade in ``folder``, if it is of the same submission, assignment, environment and seed."""
        try:
            data: dict[str, Any] = json.loads((folder / "grade.json").read_text(encoding="utf-8"))
            if data["digests"] != dict(digests) or data["seed"] != seed:
                return None
            return Grade.from_json(data)
        except (OSError, ValueError, KeyError, TypeError):
            return None


def safe_name(student: str) -> str:
    """A folder name that no student can use to leave the output folder or to hide."""
    text = unicodedata.normalize("NFKC", student)
    text = re.sub(r"[^\w.@+-]+", "-", text, flags=re.UNICODE).strip("-.")[:80]
    if not text or text.casefold().split(".")[0] in RESERVED:
        text = f"student-{text}".rstrip("-")
    return text


def write_text(path: Path, text: str) -> None:
    """Write a whole file or nothing: a reader never sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise

"""The output folder: whose it is, where its gradebook lies, a safe folder for each student."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import NO_ROOM, OutputError
from autograder.model import Grade

STATE = ".autograder"
PATIENCE = 30.0  # seconds that a command waits for what a killed one left running
HALF_WRITTEN = re.compile(r"\..+\.(\d+)-\w{8}\.part")  # a file that has not got its name yet, and whose it is
OLD = 3600.0  # seconds after which nobody writes to one any more
# of systems, and of the files that lie beside the students' folders
RESERVED = {"con", "prn", "aux", "nul", "index", "grades", "gradebook", "reports", "similarity"}
RESERVED |= {*(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True)
class Output:
    """One output folder of one assignment."""

    folder: Path
    gradebook: str  # where its gradebook is: a file or a URL without a password
    secret: bytes | None = None  # of a folder from before there was a gradebook, to be taken over by it

    @classmethod
    def open(cls, folder: Path, assignment: str, gradebook: str | None = None) -> Output:
        """Make the folder or take it up again. Raises OutputError if it belongs to something else.

        gradebook: where it is to be from now on; else where it was, and at first in the folder itself.
        """
        marker = folder / STATE / "run.json"
        if marker.is_file():
            found = cls.of(folder)
            owner = _run(marker)["assignment"]
            if owner != assignment:
                raise OutputError(
                    f"{folder} holds grades of assignment {owner!r}, not {assignment!r}",
                    mend="name another folder with -o",
                )
            if gradebook is None or without_password(gradebook) == found.gradebook:
                return found
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError(
                f"{folder} is not empty and was not made by `autograder grade`",
                mend="name another folder with -o, or empty this one",
            )
        run = {"assignment": assignment, "schema": 1}
        if gradebook is not None:
            run["gradebook"] = without_password(gradebook)
        try:
            marker.parent.mkdir(parents=True, exist_ok=True)
            write_text(marker, json.dumps(run) + "\n")
        except OSError as error:
            if error.errno in NO_ROOM:
                raise
            message = f"{folder} cannot be written: {error.strerror}"
            raise OutputError(message, mend="name another folder with -o") from None
        return cls.of(folder)

    @classmethod
    def of(cls, folder: Path) -> Output:
        """A folder that was made before. Raises OutputError."""
        marker = folder / STATE / "run.json"
        if not marker.is_file():
            raise OutputError(
                f"{folder} was not made by `autograder grade`", mend="name the folder that was given to it with -o"
            )
        old = folder / STATE / "secret"
        try:
            secret = bytes.fromhex(old.read_text(encoding="ascii").strip()) if old.is_file() else None
        except (OSError, ValueError) as error:
            raise OutputError(f"{old} cannot be read: {error}", mend="name another folder with -o") from None
        return cls(folder, str(_run(marker).get("gradebook") or folder / "gradebook.db"), secret)

    @property
    def assignment(self) -> str:
        """Id of the assignment that it is of."""
        return str(_run(self.folder / STATE / "run.json")["assignment"])

    @property
    def for_gradescope(self) -> bool:
        """Whether Gradescope reads the results.json from here: it keeps back itself what is not to be seen yet."""
        return _run(self.folder / STATE / "run.json").get("results") == "gradescope"

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

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other commands from grading into the folder, and remove what killed ones left half written.

        The processes of a killed command hold it until they have ended too. Raises OutputError where somebody still
        has it after ``PATIENCE``.
        """
        import fcntl  # not on every system on which a student's command must start

        with open(self.folder / STATE / "lock", "ab") as held:
            end = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise OutputError(
                            f"another command is grading into {self.folder}",
                            mend="wait until it has ended, or name another folder with -o",
                        ) from None
                    time.sleep(0.05)
                except OSError:
                    break  # a file system without locks
            self.sweep()
            try:
                yield
            finally:
                self.sweep()

    def sweep(self) -> None:
        """Remove half-written files of commands that are no more."""
        for place in (self.folder, *(path for path in self.folder.iterdir() if path.is_dir())):
            for path in place.glob(".*.part"):
                with suppress(OSError):  # another was quicker
                    if (found := HALF_WRITTEN.fullmatch(path.name)) and _given_up(path, int(found[1])):
                        path.unlink()

    @staticmethod
    def holds(folder: Path, grade: Grade) -> bool:
        """Whether ``folder`` has its files, and they are of this very grade."""
        try:
            if not all((folder / name).stat().st_size for name in ("report.html", "results.json")):
                return False
            return bool(Grade.from_json(json.loads((folder / "grade.json").read_text(encoding="utf-8"))) == grade)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False


def without_password(url: str) -> str:
    """A URL that may be written down: a password is left to the database's own ways (~/.pgpass, PGPASSWORD)."""
    return re.sub(r"^(\w[\w+.-]*://[^/@:]*):[^@]*@", r"\1@", url)


def _run(marker: Path) -> dict[str, Any]:
    try:
        run: dict[str, Any] = json.loads(marker.read_text(encoding="utf-8"))
        str(run["assignment"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{marker} cannot be read: {error}", mend="name another folder with -o") from None
    return run


def safe_name(student: str) -> str:
    """A folder name that no student can use to leave the output folder or to hide."""
    text = unicodedata.normalize("NFKC", student)
    text = re.sub(r"[^\w.@+-]+", "-", text, flags=re.UNICODE).strip("-.")[:80]
    if not text or text.casefold().split(".")[0] in RESERVED:
        text = f"student-{text}".rstrip("-")
    return text


def _given_up(path: Path, owner: int) -> bool:
    """Whether nobody writes to a half-written file any more: this process does not at the moment that it asks."""
    if owner == os.getpid() or time.time() - path.stat().st_mtime > OLD:
        return True
    try:
        os.kill(owner, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it lives, as another user's
    return False


def write_text(path: Path, text: str) -> None:
    """Write a whole file or nothing: a reader never sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}-", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise

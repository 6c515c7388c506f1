"""The roster: a CSV that says who is in the class."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import IntakeError
from autograder.intake.folder import Unreadable, read_file
from autograder.intake.names import fold, shown

MAX_ROSTER = 10_000_000  # bytes
_COLUMNS = {
    "student": ("student", "studentid", "sid", "id", "studentnumber", "matriculationnumber", "netid"),
    "login": ("user", "username", "userid", "login", "loginid", "sisloginid", "sisuserid", "sisid", "githubusername"),
    "name": ("name", "fullname", "studentname", "displayname"),
    "first": ("firstname", "first", "givenname", "forename"),
    "last": ("lastname", "last", "surname", "familyname"),
    "email": ("email", "emailaddress", "mail"),
    "section": ("section", "sections", "group", "class", "course", "tutorial"),
}
_MEND = "Save it as a CSV whose first line names its columns: student, id, name or email (one is enough)."


@dataclass(frozen=True)
class Listed:
    """One line of a roster. ``student`` is what the student is called in grades."""

    student: str
    name: str = ""
    email: str = ""
    login: str = ""
    section: str = ""


@dataclass(frozen=True)
class Roster:
    """Students in the order of the file, and every name by which one may be known."""

    students: tuple[str, ...]
    aliases: dict[str, str]  # folded name -> student; names of two students are left out
    people: tuple[Listed, ...] = ()

    def find(self, name: str) -> str:
        """The student that a folder's or a file's name belongs to, or nothing.

        The whole name is tried, then what stands before the first ``_``, as downloads from a
        learning platform are named.
        """
        for text in (name, name.partition("_")[0]):
            if student := self.aliases.get(fold(text), ""):
                return student
        return ""


def read_roster(path: Path) -> Roster:
    """Read a roster. Raises IntakeError with the mend: no such file, no known column, nobody in it."""
    try:
        data = read_file(path.resolve(), MAX_ROSTER)
    except Unreadable as error:
        raise IntakeError(f"the roster {path} {error.message}", mend=_MEND) from None
    text = _decode(data)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise IntakeError(f"the roster {path} cannot be read as CSV: {error}", mend=_MEND) from None
    if not rows:
        raise IntakeError(f"the roster {path} is empty", mend=_MEND)
    columns = _columns(rows[0])
    if not columns.keys() - {"section"}:
        listed = ", ".join(repr(shown(cell.strip())) for cell in rows[0][:8])
        raise IntakeError(f"the roster {path} has no column of students; its columns are {listed}", mend=_MEND)
    roster = _roster(rows[1:], columns)
    if not roster.students:
        raise IntakeError(f"the roster {path} names nobody", mend=_MEND)
    return roster


def _decode(data: bytes) -> str:
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Kind of column to its index; the first column of a kind counts."""
    found: dict[str, int] = {}
    for index, cell in enumerate(header):
        plain = re.sub(r"[^a-z]", "", cell.casefold())
        for kind, spellings in _COLUMNS.items():
            if plain in spellings:
                found.setdefault(kind, index)
    if "student" in found and header[found["student"]].strip().casefold() == "student" and "name" not in found:
        # One learning platform's "Student" is a name, beside an "ID" of its own.
        others = [i for i, cell in enumerate(header) if re.sub(r"[^a-z]", "", cell.casefold()) in _COLUMNS["student"]]
        if len(others) > 1:
            found |= {"name": others[0], "student": others[1]}
    return found


def _roster(rows: Iterable[Sequence[str]], columns: dict[str, int]) -> Roster:
    students: dict[str, Listed] = {}
    owners: dict[str, set[str]] = {}
    for row in rows:
        cell = {kind: row[index].strip() for kind, index in columns.items() if index < len(row)}
        both = f"{cell.get('first', '')} {cell.get('last', '')}".strip()
        email = cell.get("email", "")
        names = [cell.get("student", ""), cell.get("login", ""), cell.get("name", ""), both, email]
        names = [shown(name) for name in [*names, email.partition("@")[0]] if name]
        if not names or fold(names[0]) == fold("Points Possible"):  # a line of one platform's export
            continue
        name = shown(cell.get("name", "") or both)
        login, section = shown(cell.get("login", "")), shown(cell.get("section", ""))
        students[names[0]] = Listed(names[0], name, shown(email), login, section)
        for name in names:
            owners.setdefault(fold(name), set()).add(names[0])
    aliases = {name: next(iter(group)) for name, group in owners.items() if name and len(group) == 1}
    return Roster(tuple(students), aliases, tuple(students.values()))

"""nbgrader: the tree ``submitted/STUDENT/ASSIGNMENT/`` with a ``timestamp.txt`` in it."""

from __future__ import annotations

import datetime
import zoneinfo

from autograder.errors import IntakeError
from autograder.intake.downloads.handed import Download, Handed
from autograder.intake.downloads.members import Members
from autograder.intake.folder import Unreadable
from autograder.intake.received import Received

STAMP = "timestamp.txt"


def recognise(members: Members) -> Download | None:
    """A folder called ``submitted``, or one whose folders of folders hold timestamps."""
    at = _root(members)
    if at is None:
        return None
    owners: dict[tuple[str, str], list[str]] = {}
    strays = []
    for name in at.names:
        student, _, rest = name.partition("/")
        assignment, slash, _ = rest.partition("/")
        if slash:
            owners.setdefault((student, assignment), []).append(name)
        else:
            strays.append(name)
    assignments = sorted({assignment for _, assignment in owners})
    if len(assignments) > 1:
        raise IntakeError(
            f"{members.path} holds several assignments of nbgrader: {', '.join(assignments)}",
            mend="Copy the one that is to be graded into a tree of its own: submitted/STUDENT/ASSIGNMENT.",
        )
    handed = [
        Handed(student, (student,), (at.source(f"{student}/{assignment}/"),), _received(at, f"{student}/{assignment}"))
        for student, assignment in owners
    ]
    return Download("nbgrader", tuple(handed), tuple(strays))


def _root(members: Members) -> Members | None:
    """The members seen from ``submitted``: one student alone makes the common folder too deep."""
    parts = members.prefix.rstrip("/").split("/") if members.prefix else []
    if members.path.name == "submitted":
        return members.at(len(parts))
    if "submitted" in parts:
        return members.at(len(parts) - 1 - parts.index("submitted"))
    if any(name.startswith("submitted/") for name in members.names):
        inside = tuple(name.removeprefix("submitted/") for name in members.names if name.startswith("submitted/"))
        return Members(members.path, f"{members.prefix}submitted/", inside, members.zipped)
    stamps = [name for name in members.names if name.endswith(f"/{STAMP}") and name.count("/") == 2]
    return members if stamps else None


def _received(members: Members, folder: str) -> Received:
    source = members.path.name
    if f"{folder}/{STAMP}" not in members.names:
        return Received(source=source)
    try:
        text = members.read(f"{folder}/{STAMP}", 1000).decode("utf-8", "replace").strip()
    except Unreadable:
        return Received(source=source)
    return Received(at=_utc(text), source=source)


def _utc(text: str) -> str:
    """``2015-02-02 14:58:23.948203 America/Los_Angeles`` in UTC; empty where it cannot be told."""
    moment, _, zone = text.rpartition(" ")
    try:
        naive = datetime.datetime.fromisoformat(moment.strip())
        aware = naive if naive.tzinfo else naive.replace(tzinfo=zoneinfo.ZoneInfo(zone))
        return aware.astimezone(datetime.UTC).isoformat()
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return ""

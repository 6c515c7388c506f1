"""Gradescope: "Export submissions", folders beside a file that says whose they are; a group's belongs to each of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import yaml

from autograder.intake.downloads.handed import Download, Handed
from autograder.intake.downloads.members import Members
from autograder.intake.folder import Unreadable
from autograder.intake.received import Received

METADATA = "submission_metadata.yml"
MOST = 30_000_000  # bytes of the metadata that are read


def recognise(members: Members) -> Download | None:
    """The metadata's file in the folder, with folders ``submission_…`` beside it."""
    folders: dict[str, int] = {}
    for name in members.names:
        top, slash, _ = name.partition("/")
        if slash:
            folders[top] = folders.get(top, 0) + 1
    ours = [folder for folder in folders if folder.startswith("submission_")]
    if METADATA not in members.names or not ours:
        return None
    about = _metadata(members)
    handed: list[Handed] = []
    strays = [name for name in members.names if name.partition("/")[0] not in ours and name != METADATA]
    for folder in ours:
        found = about.get(folder)
        people = [person for person in _list(found, ":submitters") if isinstance(person, Mapping)]
        if not people:
            strays.append(f"{folder}/")
            continue
        received = Received(at=_time(found), source=members.path.name)
        group = [_text(person, ":name") for person in people]
        notes = (f"Handed in by a group: {', '.join(group)}.",) if len(people) > 1 else ()
        for person in people:
            names = tuple(filter(None, (_text(person, key) for key in (":sid", ":email", ":name"))))
            called = _text(person, ":email") or _text(person, ":sid") or _text(person, ":name") or folder
            handed.append(Handed(called, names, (members.source(f"{folder}/"),), received, notes))
    return Download("Gradescope", tuple(handed), tuple(strays))


def _metadata(members: Members) -> Mapping[str, Any]:
    """The file's mapping; empty where it cannot be read: then every folder is nobody's, and is listed."""
    try:
        data = members.read(METADATA, MOST)
        loaded = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (Unreadable, yaml.YAMLError, ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, Mapping) else {}


def _list(found: Any, key: str) -> list[Any]:
    value = found.get(key) if isinstance(found, Mapping) else None
    return value if isinstance(value, list) else []


def _text(person: Mapping[str, Any], key: str) -> str:
    value = person.get(key)
    return str(value).strip() if isinstance(value, str | int) else ""


def _time(found: Any) -> str:
    value = found.get(":created_at") if isinstance(found, Mapping) else None
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            return ""
    if not isinstance(value, datetime.datetime):
        return ""
    aware = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
    return aware.astimezone(datetime.UTC).isoformat()

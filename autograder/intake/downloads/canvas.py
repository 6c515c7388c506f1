"""Canvas: "Download submissions", one flat folder of files whose names say whose they are."""

from __future__ import annotations

import re

from autograder.intake.downloads.handed import Download, Handed
from autograder.intake.downloads.members import Members
from autograder.intake.limits import CODE, suffix
from autograder.intake.received import Received

_OWN = re.compile(r"^(?P<name>.*?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+)_(?P<own>.+)$")
_TEXT = re.compile(r"^(?P<name>.*?)(?P<late>_LATE)?_(?P<user>\d+)_(?:(?P<file>\d+)_)?(?P<own>(?:text|link)\.html)$")
_ANONYMOUS = re.compile(r"^(?P<late>LATE_)?anon_(?P<user>\w+?)_(?P<file>\d+)_(?P<own>.+)$")
_AGAIN = re.compile(r"-(\d+)(?=\.[^.]+$)")  # a file handed in again under the name that it had


def recognise(members: Members) -> Download | None:
    """A flat folder, nearly all of whose files are named as Canvas names them."""
    matched = {name: match for name in members.names if "/" not in name and (match := _match(name))}
    if not matched or len(matched) < 0.6 * len(members.names) or any("/" in name for name in members.names):
        return None
    owners: dict[str, dict[str, re.Match[str]]] = {}
    for name, match in matched.items():
        owners.setdefault(match["user"], {})[name] = match
    names = [next(iter(files.values())).groupdict().get("name") or "" for files in owners.values()]
    handed = [_handed(members, user, files, names) for user, files in owners.items()]
    return Download("Canvas", tuple(handed), tuple(name for name in members.names if name not in matched))


def _match(name: str) -> re.Match[str] | None:
    return _ANONYMOUS.match(name) or _TEXT.match(name) or _OWN.match(name)


def _handed(members: Members, user: str, files: dict[str, re.Match[str]], names: list[str]) -> Handed:
    first = next(iter(files.values()))
    late = any(match["late"] for match in files.values())
    name = first.groupdict().get("name") or f"anon_{user}"
    kept: dict[str, tuple[int, str]] = {}
    notes: list[str] = []
    for file, match in files.items():
        own = match["own"]
        again = _AGAIN.search(own) if suffix(own) in CODE else None
        plain = _AGAIN.sub("", own) if again else own
        rank = int(again[1]) if again else 0
        if plain in kept:
            notes.append(f"{plain} was handed in more than once; the last one counts.")
        if plain not in kept or rank >= kept[plain][0]:
            kept[plain] = (rank, file)
    sources = tuple(members.source(file, own) for own, (_, file) in sorted(kept.items()))
    called = name if names.count(name) < 2 else f"{name}-{user}"
    return Handed(
        called, (user, name), sources, Received(late=late, source=members.path.name), tuple(dict.fromkeys(notes))
    )

"""Moodle: "Download all submissions", a folder a student, or one flat folder."""

from __future__ import annotations

import re

from autograder.intake.downloads.handed import Download, Handed
from autograder.intake.downloads.members import Members
from autograder.intake.received import Received

# some installations put more before the name, so it is not read from the beginning on
_PART = re.compile(r"^(?P<name>.*?)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)_?(?P<rest>.*)$")
BLIND = ("Participant", "Teilnehmer/in", "Teilnehmer", "Participante")


def recognise(members: Members) -> Download | None:
    """Names with ``_assignsubmission_`` in their first part, where most parts have it: one alone may be a student's."""
    owners: dict[str, list[tuple[str, re.Match[str]]]] = {}
    strays = []
    for name in members.names:
        match = _PART.match(name.partition("/")[0])
        if match is None:
            strays.append(name)
        else:
            owners.setdefault(match["id"], []).append((name, match))
    matched = {name.partition("/")[0] for parts in owners.values() for name, _ in parts}
    if not owners or len(matched) <= len({name.partition("/")[0] for name in strays}):
        return None
    names = [parts[0][1]["name"].strip() for parts in owners.values()]
    handed = []
    for number, parts in owners.items():
        name = parts[0][1]["name"].strip()
        folders = dict.fromkeys(f"{file.partition('/')[0]}/" for file, _ in parts if "/" in file)
        flat = {file: match["rest"] for file, match in parts if "/" not in file}
        sources = [members.source(folder) for folder in folders]
        sources += [members.source(file, own) for file, own in flat.items()]
        blind = name in BLIND or not name
        participant = f"Participant {number}"
        called = participant if blind else name if names.count(name) < 2 else f"{name} {number}"
        known = (participant,) if blind else (participant, name)
        handed.append(Handed(called, known, tuple(sources), Received(source=members.path.name)))
    return Download("Moodle", tuple(handed), tuple(strays))

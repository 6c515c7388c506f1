"""Mutants that no check can kill, because nothing that is asked for changes: each listed with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.errors import AssignmentError
from autograder.mutants import Mutant

FILE = "equivalent.toml"


def load(path: Path, mutants: Iterable[Mutant]) -> tuple[dict[str, str], list[str]]:
    """Mutant id -> reason, and what is wrong with entries. A file that is not there lists nothing.

    An entry fits one mutant by its id and by the changed line, so that it does not silently come to mean
    another one when the reference is edited. Raises AssignmentError where the file is out of form.
    """
    if not path.is_file():
        return {}, []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: {error}") from None
    if not isinstance(entries, list):
        raise AssignmentError(f"{path}: `mutant` is no list of tables", mend="begin each entry with [[mutant]]")
    known = {mutant.id: mutant for mutant in mutants}
    reasons: dict[str, str] = {}
    problems: list[str] = []
    for number, entry in enumerate(entries, start=1):
        name, reason, changed = _fields(path, number, entry)
        if name in reasons:
            problems.append(f"{name} is listed twice")
        elif name not in known:
            problems.append(f"{name} does not exist any more: “{changed}”")
        elif changed != becomes(known[name]):
            problems.append(f"{name} is another change now: “{becomes(known[name])}”, listed as “{changed}”")
        else:
            reasons[name] = reason
    return reasons, problems


def becomes(mutant: Mutant) -> str:
    """The changed line as the mutant has it."""
    return mutant.diff.partition("\n+ ")[2]


def entry(mutant: Mutant, reason: str = "") -> str:
    """The lines of FILE that list this mutant."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (mutant.id, becomes(mutant), reason)]
    return '[[mutant]]\nid = "{}"\nbecomes = "{}"\nreason = "{}"\n'.format(*quoted)


def _fields(path: Path, number: int, entry: object) -> tuple[str, str, str]:
    where = f"{path}: entry {number}"
    if not isinstance(entry, Mapping):
        raise AssignmentError(f"{where} is no table")
    unknown = set(entry) - {"id", "becomes", "reason"}
    if unknown:
        raise AssignmentError(f"{where} has the unknown key {sorted(unknown)[0]!r}", mend="keys: id, becomes, reason")
    for key in ("id", "becomes", "reason"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise AssignmentError(f"{where} ({entry.get('id', '?')}) has no {key}")
    return entry["id"], " ".join(entry["reason"].split()), entry["becomes"]

"""Mutants that no check can kill, because nothing that is asked for changes: each listed with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.auditing.mutants import Mutant
from autograder.errors import AssignmentError

FILE = "equivalent.toml"


@dataclass(frozen=True)
class Equivalents:
    """What is listed. ``free``: definitions of which any form is right that passes the checks."""

    reasons: Mapping[str, str]  # mutant id -> why
    free: Mapping[str, str]  # name of a function or class -> why
    problems: Sequence[str]  # entries that fit no mutant

    def reason(self, mutant: Mutant) -> str:
        """Why this mutant may survive, or nothing."""
        return self.reasons.get(mutant.id) or self.free.get(mutant.definition, "")


def load(path: Path, mutants: Iterable[Mutant]) -> Equivalents:
    """What ``path`` lists; a file that is not there lists nothing.

    An entry fits one mutant by its id and by the changed line, so that it does not silently come to mean
    another one when the reference is edited. Raises AssignmentError where the file is out of form.
    """
    if not path.is_file():
        return Equivalents({}, {}, ())
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: {error}") from None
    unknown = sorted(set(listed) - {"mutant", "free"})
    if unknown:
        raise AssignmentError(f"{path}: unknown key {unknown[0]!r}", mend="it holds [[mutant]] and [[free]] only")
    known = {mutant.id: mutant for mutant in mutants}
    definitions = {mutant.definition for mutant in known.values()}
    reasons: dict[str, str] = {}
    free: dict[str, str] = {}
    problems: list[str] = []
    for entry in _entries(path, listed, "free", ("definition", "reason")):
        free[entry["definition"]] = entry["reason"]
        if entry["definition"] not in definitions:
            problems.append(f"{entry['definition']} is listed as free, and no such definition is mutated")
    for entry in _entries(path, listed, "mutant", ("id", "becomes", "reason")):
        name, changed = entry["id"], entry["becomes"]
        if name in reasons:
            problems.append(f"{name} is listed twice")
        elif name not in known:
            problems.append(f"{name} does not exist any more: “{changed}”")
        elif changed != becomes(known[name]):
            problems.append(f"{name} is another change now: “{becomes(known[name])}”, listed as “{changed}”")
        else:
            reasons[name] = entry["reason"]
    return Equivalents(reasons, free, problems)


def becomes(mutant: Mutant) -> str:
    """The changed line as the mutant has it."""
    return mutant.diff.partition("\n+ ")[2]


def written(mutant: Mutant, reason: str = "") -> str:
    """The lines of FILE that list this mutant."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in (mutant.id, becomes(mutant), reason)]
    return '[[mutant]]\nid = "{}"\nbecomes = "{}"\nreason = "{}"\n'.format(*quoted)


def _entries(path: Path, listed: Mapping[str, Any], kind: str, keys: Sequence[str]) -> Iterator[dict[str, str]]:
    entries = listed.get(kind, [])
    if not isinstance(entries, list):
        raise AssignmentError(f"{path}: {kind!r} is no list of tables", mend=f"begin each entry with [[{kind}]]")
    for number, entry in enumerate(entries, start=1):
        where = f"{path}: [[{kind}]] {number}"
        if not isinstance(entry, Mapping):
            raise AssignmentError(f"{where} is no table", mend=f"begin each entry with [[{kind}]]")
        unknown = sorted(set(entry) - set(keys))
        if unknown:
            raise AssignmentError(f"{where} has the unknown key {unknown[0]!r}", mend=f"keys: {', '.join(keys)}")
        for key in keys:
            if not isinstance(entry.get(key), str) or not entry[key].strip():
                raise AssignmentError(f"{where} ({entry.get(keys[0], '?')}) has no {key}")
        yield {key: entry[key] if key == "becomes" else " ".join(entry[key].split()) for key in keys}

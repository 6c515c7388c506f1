"""The table of attacks: what each tries, at which level it must be stopped, what was seen.

A test registers its attack, either as a decorator or as a parameter::

    @attack(2, "object equal to everything", "returns an object whose __eq__ is always true")
    def test_...(grade_attack, seen): ...; seen("shapes, forward and gradients lost")

    EACH = [register(17, "sitecustomize", "..."), ...]
    @pytest.mark.parametrize("attack", EACH, ids=str)

Numbers are those of the catalogue that the suite follows; attacks that we thought of have text ("N1").
With HOSTILE_RECORD=1 a run of the suite writes what was seen to seen.json, and
``python -m tests.hostile.table`` makes docs/attacks.md from it.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

LEVELS = ("full", "reduced", "any")  # the weakest level that promises it; "any": the same at every level
SEEN = Path(__file__).with_name("seen.json")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "attacks.md"
LAST = 90  # of the catalogue

Test = TypeVar("Test", bound=Callable[..., object])


@dataclass(frozen=True)
class Attack:
    """One attack. ``number`` is the catalogue's, or text for one of our own."""

    number: int | str
    name: str
    tries: str
    level: str = "any"

    def __str__(self) -> str:
        return f"{self.number}-{'-'.join(self.name.split())}"

    @property
    def key(self) -> str:
        """What it is called in seen.json."""
        return f"{self.number} {self.name}"


ATTACKS: dict[str, Attack] = {}  # by key; one number may have several
NOT_APPLICABLE: dict[int, str] = {}  # number -> why there is nothing to attack here


def register(number: int | str, name: str, tries: str, level: str = "any") -> Attack:
    """Put an attack in the table."""
    made = Attack(number, name, tries, level)
    if level not in LEVELS:
        raise ValueError(f"{made.key}: no level {level!r}")
    if ATTACKS.setdefault(made.key, made) != made:
        raise ValueError(f"{made.key} is there already")
    return made


def attack(number: int | str, name: str, tries: str, level: str = "any") -> Callable[[Test], Test]:
    """The same for a test function; several of them may be stacked."""
    made = register(number, name, tries, level)

    def mark(test: Test) -> Test:
        test.attacks = (made, *getattr(test, "attacks", ()))  # type: ignore[attr-defined]
        return test

    return mark


def record(found: dict[str, str]) -> None:
    """Add what this run saw to seen.json; attacks that are no longer in the table go."""
    old = json.loads(SEEN.read_text(encoding="utf-8")) if SEEN.is_file() else []
    rows = {f"{row['number']} {row['name']}": row for row in old}
    rows |= {key: {**asdict(ATTACKS[key]), "seen": text} for key, text in found.items()}
    kept = sorted(rows.values(), key=order)
    SEEN.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def order(row: dict[str, object]) -> tuple[bool, int, str, str]:
    """The catalogue's numbers first, then our own: ("N2" before "N10")."""
    number = row["number"]
    digits = "".join(c for c in str(number) if c.isdigit())
    return isinstance(number, str), int(digits or 0), str(number), str(row["name"])


def page(rows: Iterable[dict[str, object]]) -> str:
    """docs/attacks.md."""
    stopped = {"full": "full", "reduced": "full, reduced", "any": "every level"}
    lines = [
        "# Attacks, and what was seen",
        "",
        "Each row is a test in `tests/hostile/`: a submission, an archive or a frame that attacks the grader.",
        "The last column is what the test saw; it is written by the tests themselves, not by hand.",
        "Made by `python -m tests.hostile.table`.",
        "",
        "| No. | attack | what it tries | stopped at | what was seen |",
        "|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=order):
        cells = [str(row["number"]), row["name"], row["tries"], stopped[str(row["level"])], row["seen"]]
        lines.append("| " + " | ".join(_cell(str(cell)) for cell in cells) + " |")
    lines += ["", "## What does not apply here", "", "| No. | why |", "|---|---|"]
    lines += [f"| {number} | {_cell(NOT_APPLICABLE[number])} |" for number in sorted(NOT_APPLICABLE)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def gather() -> None:
    """Import every module of the suite, so that the table is complete."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        importlib.import_module(f"hostile.{path.stem}")


def rows() -> list[dict[str, object]]:
    """What was seen of the attacks that are in the table, as they are described now."""
    found = {f"{row['number']} {row['name']}": row["seen"] for row in json.loads(SEEN.read_text(encoding="utf-8"))}
    return [{**asdict(made), "seen": found[key]} for key, made in ATTACKS.items() if key in found]


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    table = importlib.import_module("hostile.table")  # the one that the tests fill
    table.gather()
    PAGE.write_text(table.page(table.rows()), encoding="utf-8")
    print(f"written: {PAGE}")

"""What is looked for in a submission: the part of an exercise that intake needs, without its code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.exercise import Exercise


@dataclass(frozen=True)
class Wanted:
    """One exercise as intake sees it. Plain data, so that an entry can travel to another process."""

    id: str
    title: str
    stub: str
    names: tuple[str, ...]
    written: bool
    heading: str = ""  # of a written answer: the heading that its file begins with


def wanted(exercises: Iterable[Exercise]) -> tuple[Wanted, ...]:
    """The records for an assignment's exercises."""
    return tuple(Wanted(e.id, e.title, e.stub, e.names, e.written, e.heading) for e in exercises)


class Finder:
    """Which exercises a text defines, by a pattern: quick, and it works on broken files too."""

    def __init__(self, items: Iterable[Wanted]) -> None:
        self._ids = {name: item.id for item in items for name in item.names}
        names = "|".join(sorted(map(re.escape, self._ids), key=len, reverse=True)) or r"(?!)"
        # At the start of a line; in a notebook's JSON a line starts after a quote or a written-out "\n".
        self._pattern = re.compile(rf"""(?:^|["']|\\n)(?:async[ ]+)?(?:class|def)[ \t]+({names})\b""", re.MULTILINE)

    def find(self, text: str) -> set[str]:
        """Ids of the exercises that are defined in ``text``."""
        return {self._ids[match.group(1)] for match in self._pattern.finditer(text)}

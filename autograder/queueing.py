"""The order in which submissions are taken up: the longest first, so that no worker is left with one at the end."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.ledger import Entry

CODE = (".py", ".ipynb", ".zip")
MOST_FILES = 200  # that are looked at for one submission's size


def longest_first(entries: Sequence[Entry], seconds: Mapping[str, float]) -> list[int]:
    """The numbers of the entries, the longest first.

    seconds: what a student's earlier submission took. Of the others only the size is known: who has written more has
    more that can be run, so the same as one of its size, where a usual size takes the usual time.
    """
    sizes = [_size(entry) for entry in entries]
    usual_size = statistics.median(size for size in sizes if size) if any(sizes) else 1.0
    usual = statistics.median(seconds.values()) if seconds else 1.0
    guessed = [
        seconds.get(entry.student, usual * (size / usual_size if size else 1.0))
        for entry, size in zip(entries, sizes, strict=True)
    ]
    return sorted(range(len(entries)), key=lambda number: (-guessed[number], number))


def _size(entry: Entry) -> int:
    """Bytes of what may be code; 0 where it lies inside a larger archive."""
    return sum(_bytes(source.path) for source in entry.sources if not source.inside)


def _bytes(path: Path) -> int:
    try:
        if not path.is_dir():
            return path.stat().st_size
        total = 0
        for seen, file in enumerate(path.rglob("*")):
            if seen >= MOST_FILES:
                break
            if file.suffix.lower() in CODE and file.is_file():
                total += file.stat().st_size
        return total
    except OSError:
        return 0  # its reader says what is wrong with it

"""grades.csv and grades.jsonl: one row, one line a student."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import TextIO

from autograder.model import Grade
from autograder.reporting.classpage import Row
from autograder.reporting.text import line, plain

HEAD = ("student", "submission", "points", "possible", "percent")
TAIL = ("late_percent", "counted")


def write_csv(file: TextIO, rows: Iterable[Row], exercises: Sequence[str]) -> None:
    """One row a student; an exercise's cell is empty where its points are still to be given.

    Last come the percent that lateness takes and the points that count.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*HEAD, *(cell(e) for e in exercises), *TAIL])
    for row in rows:
        points = [row.exercises.get(e) for e in exercises]
        numbers = ["" if p is None else str(p) for p in points]
        head = [cell(row.student), cell(row.submission), str(row.points), str(row.possible), row.percent]
        writer.writerow([*head, *numbers, str(row.late), str(row.counted)])


def write_line(file: TextIO, grade: Grade) -> None:
    """One Grade as one line of JSON."""
    file.write(as_json(grade) + "\n")


def as_json(grade: Grade, *, indent: int | None = None) -> str:
    """The documented JSON of a Grade, without NaN and without half characters."""
    return json.dumps(plain(grade.to_json()), ensure_ascii=False, allow_nan=False, indent=indent)


def cell(text: str) -> str:
    """Text that a spreadsheet takes as text: a leading formula sign is quoted."""
    # Checked before blanks are folded away as well: a tab or a line end can open a formula too.
    risky = text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    shown = line(text, 300)
    return f"'{shown}" if risky or shown[:1] in ("=", "+", "-", "@") else shown

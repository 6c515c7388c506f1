"""Plain CSV and JSON, and nbgrader's CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from autograder.exports.rows import Row

NBGRADER = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def plain_csv(file: TextIO, known: Sequence[Row], zeros: bool = False) -> None:
    """One row a student, a column for each check; empty cells where there is no point yet.

    zeros: who handed in nothing has 0 points; else their cells are empty.
    """
    graded = [row.grade for row in known if row.grade is not None]
    checks = list(dict.fromkeys((e.id, f.id) for grade in graded for e in grade.exercises for f in e.checks))
    writer = csv.writer(file, lineterminator="\n")
    head = ["student", "name", "email", "section", "attempt", "late", "points", "possible", "pending", "bonus"]
    head += ["late_percent", "counted"]
    writer.writerow(head + [f"{exercise}.{check}" for exercise, check in checks])
    for row in known:
        person, grade, attempt = row.person, row.grade, row.attempt
        cells = [_text(text) for text in (person.key, person.name, person.email, person.section)]
        late = attempt.received.late if attempt else None
        cells += [str(attempt.number) if attempt else "", "" if late is None else str(late).lower()]
        if grade is None:
            given = {"points": "0", "counted": "0"} if zeros else {}
            writer.writerow([*cells, *(given.get(name, "") for name in head[len(cells) :]), *([""] * len(checks))])
            continue
        won = {(e.id, f.id): f.points for e in grade.exercises for f in e.checks}
        totals = [grade.points, grade.possible, grade.pending, grade.bonus]
        totals += [grade.late.percent if grade.late is not None else 0, grade.counted]
        points = ["" if won.get(key) is None else str(won[key]) for key in checks]
        writer.writerow([*cells, *map(str, totals), *points])


def plain_json(file: TextIO, known: Iterable[Row]) -> None:
    """A list of objects: ``student``, ``name``, ``email``, ``section``, ``attempt``, ``late``, ``grade`` or null."""
    file.write("[\n")
    for index, row in enumerate(known):
        grade = None if row.grade is None else row.grade.to_json()
        item: dict[str, Any] = {"student": row.person.key, "name": row.person.name, "email": row.person.email}
        item |= {"section": row.person.section, "attempt": row.attempt.number if row.attempt else None}
        item |= {"late": row.attempt.received.late if row.attempt else None, "grade": grade}
        file.write((",\n" if index else "") + json.dumps(item))
    file.write("\n]\n")


def nbgrader_csv(file: TextIO, known: Iterable[Row], assignment: str, most: int) -> None:
    """What ``nbgrader export`` writes: a student without a submission has a row with 0.0."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(NBGRADER)
    for row in known:
        first, last = _parted(row.person.name)
        at = (row.attempt.received.at or row.attempt.first_seen) if row.attempt else ""
        score = float(row.score or 0)
        raw = float(row.grade.points + row.grade.bonus) if row.grade is not None else 0.0
        possible = row.grade.possible + row.grade.pending if row.grade is not None else most
        writer.writerow(
            [
                _text(assignment),
                "",
                at,
                _text(row.person.key),
                _text(last),
                _text(first),
                _text(row.person.email),
                raw,
                raw - score,
                score,
                float(possible),
            ]
        )


def _parted(name: str) -> tuple[str, str]:
    """First and last name: ``Okafor, Ada`` and ``Ada Okafor`` alike."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return (first.strip(), last.strip()) if first else (last.strip(), "")


def _text(text: str) -> str:
    """Text that a spreadsheet takes as text: a leading formula sign is quoted."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text

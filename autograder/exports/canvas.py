"""Canvas: the gradebook that the instructor exported, with one column filled in and every other cell as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.errors import ExportError
from autograder.exports.rows import Index, Row, number
from autograder.exports.sheet import Sheet

POINTS = "Points Possible"  # with four blanks before it, in the first cell of its row
_ASSIGNMENT = re.compile(r"\A(.*)\s\((\d+)\)\Z")
_IDS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
_READ_ONLY = re.compile(r"(Current|Final|Override) (Score|Points|Grade)")


def fill(
    sheet: Sheet, known: Sequence[Row], title: str, *, column: str | None = None, zeros: bool = False
) -> list[str]:
    """Put scores into an assignment's column; returns remarks on what was left alone.

    column: its heading, its title or its number; else the assignment whose title is ``title``, or the only one.
    zeros: who handed in nothing has 0 points; else the cell stays as it is. Raises ExportError.
    """
    header = sheet.header
    if not header or not ("Student" in header[0] or header[0] == "LastName") or "ID" not in header:
        mend = "In Canvas: Grades, Export, Export Entire Gradebook."
        raise ExportError("this is not a gradebook that Canvas exported: no columns Student and ID", mend=mend)
    at = _column(header, title, column)
    index = Index.of(known)
    remarks: list[str] = []
    used: set[str] = set()
    for cells in sheet.rows[1:]:
        first = cells[0] if cells else ""
        if first.strip() == POINTS:
            _compare(cells, at, known, header[at], remarks)
        if first.strip() in (POINTS, "") or len(cells) <= at:
            continue
        row = index.find(_names(header, cells))
        if row is None:
            continue
        used.add(row.person.key)
        if cells[at].strip() in ("EX", "N/A"):
            remarks.append(f"{first} is {'excused' if cells[at].strip() == 'EX' else 'not assigned it'}: left as it is")
        elif row.score is not None:
            cells[at] = number(row.score)
        elif zeros:
            cells[at] = "0"
    remarks += [f"{row.person.key} has a grade and is not in this sheet" for row in _left(known, used)]
    return remarks


def _column(header: Sequence[str], title: str, wanted: str | None) -> int:
    found = {index: match for index, cell in enumerate(header) if (match := _ASSIGNMENT.match(cell.strip()))}
    found = {index: match for index, match in found.items() if not _READ_ONLY.search(match[1])}
    listed = ", ".join(repr(header[index]) for index in found) or "none"
    name = title if wanted is None else wanted
    chosen = [
        index for index, match in found.items() if name.strip() in (header[index].strip(), match[1].strip(), match[2])
    ]
    if not chosen and wanted is None and len(found) == 1:
        chosen = list(found)
    if len(chosen) == 1:
        return chosen[0]
    problem = "several columns are" if chosen else "no column is"
    raise ExportError(f"{problem} called {name!r}; the sheet's assignments: {listed}", mend="Name one with --column.")


def _names(header: Sequence[str], cells: Sequence[str]) -> list[str]:
    cell = dict(zip(header, cells, strict=False))
    both = f"{cell.get('FirstName', '')} {cell.get('LastName', '')}".strip()
    return [cell.get(name, "") for name in _IDS] + [cell.get("Student", ""), both]


def _compare(cells: Sequence[str], at: int, known: Sequence[Row], heading: str, remarks: list[str]) -> None:
    """Canvas changes an assignment's points to what stands here, so it stands as it was, and a difference is said."""
    ours = {row.grade.possible + row.grade.pending for row in known if row.grade is not None}
    try:
        theirs = float(cells[at])
    except (ValueError, IndexError):
        return
    if ours and theirs not in ours:
        listed = " or ".join(number(value) for value in sorted(ours))
        remarks.append(
            f"{heading} is worth {number(theirs)} points in Canvas and {listed} here; no score was converted"
        )


def _left(known: Sequence[Row], used: set[str]) -> list[Row]:
    return [row for row in known if row.grade is not None and row.person.key not in used]

"""A sheet of written answers to be marked elsewhere: its entries, and what somebody filled in, as CSV or Markdown."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from autograder.errors import IntakeError
from autograder.rubric import Rubric

COLUMNS = ("student", "exercise", "question", "answer", "rubric", "criteria", "points", "out_of", "comment", "ref")
NEEDED = ("student", "exercise", "points", "ref")
MOST_CELL = 30_000  # characters: a spreadsheet's cell takes 32,767
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer on a sheet, with the mark that it has. ``ref`` says which answer and which mark were seen."""

    ref: str
    student: str  # or the pseudonym
    exercise: str
    question: str
    answer: str
    rubric: Rubric
    possible: int
    points: int | None = None
    criteria: Mapping[str, int] = field(default_factory=dict)
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of a sheet that came back, as it was filled in: nothing of it is believed yet."""

    place: str  # "row 7", "line 7"
    ref: str
    student: str
    exercise: str
    points: str = ""
    criteria: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was filled in."""
        return not (self.points or self.comment or any(self.criteria.values()))


def printable(text: str) -> str:
    """Text whose line ends are line feeds and whose other control characters are gone."""
    return _CONTROL.sub("\ufffd", _BREAKS.sub("\n", text))


def write_csv(entries: Iterable[Entry]) -> str:
    """The sheet as CSV, with a mark at its start by which spreadsheets know UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in entries:
        several = len(one.rubric.criteria) > 1
        lines = [f"{c.id} ({c.points}): {c.text}" for c in one.rubric.criteria]
        lines += [f"@{name}: {text}" for name, text in one.rubric.comments.items()]
        parts = [f"{c.id}={one.criteria.get(c.id, '')}" for c in one.rubric.criteria] if several else []
        answer = printable(one.answer)
        if len(answer) > MOST_CELL:
            answer = f"{answer[:MOST_CELL]}\n… cut off here; the report has the whole answer"
        cells = (one.student, one.exercise, one.question, answer, "\n".join(lines), "; ".join(parts))
        points = "" if one.points is None or several else str(one.points)
        writer.writerow([*map(_cell, cells), points, str(one.possible), _cell(printable(one.comment).strip()), one.ref])
    return "\ufeff" + file.getvalue()


def read_csv(text: str) -> Iterator[Line]:
    """The lines of a CSV sheet, whichever of the usual separators a spreadsheet gave it. Raises IntakeError."""
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        lacking = [name for name in NEEDED if name not in names]
        if lacking:
            mend = "Fill in a sheet that `autograder marks export` wrote, and keep its first line."
            raise IntakeError(f"the sheet has no column {', '.join(lacking)}", mend=mend)
        for number, cells in enumerate(reader, 2):  # as a spreadsheet counts
            row = {name: _plain(cell) for name, cell in zip(names, cells, strict=False)}
            if any(row.values()):
                yield _line(f"row {number}", row)
    except csv.Error as error:
        raise IntakeError(f"line {reader.line_num} of the sheet is no CSV: {error}", mend="Save it as CSV.") from None


def _line(place: str, row: Mapping[str, str]) -> Line:
    pairs = [pair.partition("=") for pair in re.split(r"[;\n]", row.get("criteria", "")) if pair.strip()]
    return Line(
        place=place,
        ref=row.get("ref", ""),
        student=row.get("student", ""),
        exercise=row.get("exercise", ""),
        points=row.get("points", ""),
        criteria={name.strip(): value.strip() for name, _, value in pairs},
        comment=row.get("comment", ""),
    )


def _cell(text: str) -> str:
    """Text that a spreadsheet takes as text, never as a formula."""
    return f"'{text}" if _risky(text) else text


def _risky(text: str) -> bool:
    return text.startswith(_RISKY) or text.lstrip().startswith(_RISKY)


def _plain(cell: str) -> str:
    text = printable(cell).strip()
    return text[1:] if text[:1] == "'" and _risky(text[1:]) else text

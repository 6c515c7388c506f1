"""What a mark changes in the output folder, and nothing else: one student's files, their row of grades.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from autograder import handback
from autograder.gradebook.counting import terms
from autograder.gradebook.records import AttemptRecord
from autograder.gradebook.standing import standing
from autograder.gradebook.store import Gradebook
from autograder.instructor import class_files, writer
from autograder.model import Grade
from autograder.output import Output
from autograder.publish import folders
from autograder.reporting import tables
from autograder.reporting.classpage import ClassSummary
from autograder.reporting.files import write


def rewrite(book: Gradebook, output: Output, attempts: Iterable[AttemptRecord]) -> list[Grade]:
    """Write the files of these attempts' students again and change their rows; the grades as they count now."""
    where = folders(book, output)
    write_student = writer(handback.read(book, output.assignment), output)
    held = terms(book, output.assignment)
    changed = []
    for attempt in attempts:
        one = standing(book, attempt, held)
        if one is None:
            continue
        folder = where[attempt.student]
        folder.mkdir(parents=True, exist_ok=True)
        write_student(one.grade, folder, book.submission(attempt.id).notebooks)
        changed.append(one.grade)
    if changed and not _rows(output.folder / "grades.csv", changed):
        whole_class(book, output)
    return changed


def whole_class(book: Gradebook, output: Output) -> None:
    """Write the class's page and tables, and whatever file of a student is lost or out of date."""
    missing = [person.key for person in book.people.roster() if person.on_roster and person.active]
    class_files(book, output, missing=missing)


def _rows(path: Path, grades: Iterable[Grade]) -> bool:
    """Change these students' rows in grades.csv; False where the file or one of the rows is not there."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.reader(file))
    except (OSError, ValueError, csv.Error):
        return False
    if not table or tuple(table[0][: len(tables.HEAD)]) != tables.HEAD:
        return False
    head = table[0]
    lines = {row[0]: row for row in table[1:] if len(row) == len(head)}
    for grade in grades:
        summary = ClassSummary()
        summary.add(grade)
        text = io.StringIO()
        tables.write_csv(text, summary.rows, list(summary.exercises))
        names, values = list(csv.reader(io.StringIO(text.getvalue())))
        row = lines.get(values[0])
        if row is None or not set(names) <= set(head):
            return False
        for name, value in zip(names, values, strict=True):
            row[head.index(name)] = value
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table)
    write(path, out.getvalue())
    return True

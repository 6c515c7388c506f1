"""The command ``export``: what is in the gradebook, in the form that another system reads."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.assignment import Assignment
from autograder.errors import ExportError
from autograder.exports import canvas, classroom, gradescope, moodle, tables
from autograder.exports.rows import Row, rows
from autograder.exports.sheet import Sheet
from autograder.gradebook.counting import terms
from autograder.gradebook.store import Gradebook
from autograder.instructor import open_gradebook
from autograder.model import Grade
from autograder.output import Output
from autograder.publish import folders
from autograder.reporting.files import write
from autograder.terminal import plain
from autograder.visibility import Release, for_student

FILLED = {"canvas": "the gradebook that Canvas exported", "moodle": "the grading worksheet that Moodle gave"}


def export(
    form: str,
    out: Path | None,
    *,
    load: Callable[[str], Assignment],
    template: Path | None,
    to: Path | None,
    column: str | None,
    feedback: Path | None,
    student: str | None,
    zeros: bool,
    isolation: str,
    gradebook: str | None,
) -> int:
    """Write one export. Returns the exit status."""
    console = Console(stderr=True, highlight=False)
    if form == "workflow":
        return _put(console, to, classroom.WORKFLOW)
    if out is None:
        raise ExportError("no output folder was named", mend=f"autograder export {form} OUT")
    if form == "classroom" and out.is_file():
        return _put(console, to, f"result={classroom.payload(_grade_in(out))}\n")
    output = Output.of(out)
    with open_gradebook(output, gradebook) as book:
        if form == "gradescope":
            assignment = load(output.assignment)
            place = to or Path(f"{assignment.id}-autograder.zip")
            secret = book.secret(adopt=output.secret)
            count = gradescope.autograder_zip(place, assignment, secret=secret, isolation=isolation)
            console.print(f"{escape(str(place))}: {count} files. It holds the solutions: for Gradescope only.")
            return 0
        known = list(rows(book, output.assignment))
        zeros = zeros or terms(book, output.assignment).policy.missing == "zero"
        if form == "classroom":
            found = [row for row in known if row.grade is not None and row.person.key == student]
            if not found or found[0].grade is None:
                raise ExportError(
                    f"there is no grade of {student!r}", mend="Name a student of grades.csv with --student."
                )
            return _put(console, to, f"result={classroom.payload(found[0].for_student or found[0].grade)}\n")
        if form in FILLED:
            return _filled(console, form, book, output, known, template, to, column, feedback, zeros)
        return _put(console, to, _table(form, known, output, zeros))


def _filled(
    console: Console,
    form: str,
    book: Gradebook,
    output: Output,
    known: list[Row],
    template: Path | None,
    to: Path | None,
    column: str | None,
    feedback: Path | None,
    zeros: bool,
) -> int:
    if template is None:
        raise ExportError(f"{form} needs {FILLED[form]}", mend="Name it with --template.")
    sheet = Sheet.read(template)
    if form == "canvas":
        title = next((row.grade.title for row in known if row.grade is not None), output.assignment)
        remarks = canvas.fill(sheet, known, title, column=column, zeros=zeros)
    else:
        remarks = moodle.fill(sheet, known, zeros=zeros)
        if feedback is not None:
            where = folders(book, output)

            def report(student: str) -> bytes | None:
                page = where[student] / "report.html"
                return page.read_bytes() if page.is_file() else None

            count = moodle.feedback_zip(sheet, known, feedback, report)
            console.print(f"{escape(str(feedback))}: {count} reports")
    for remark in remarks:
        console.print(f"[yellow]{escape(plain(remark))}[/]")
    waiting = sum(row.grade.pending for row in known if row.grade is not None)
    if waiting:
        console.print(f"[yellow]{waiting} points are still to be given by hand and are in no score yet[/]")
    return _put(console, to or template.with_name(f"{template.stem}-graded{template.suffix}"), sheet.text())


def _table(form: str, known: list[Row], output: Output, zeros: bool) -> str:
    file = io.StringIO(newline="")
    if form == "csv":
        tables.plain_csv(file, known, zeros)
    elif form == "json":
        tables.plain_json(file, known)
    else:
        grades = [row.grade for row in known if row.grade is not None]
        most = max((grade.possible + grade.pending for grade in grades), default=0)
        tables.nbgrader_csv(file, known, output.assignment, most)
    return file.getvalue()


def _put(console: Console, to: Path | None, text: str) -> int:
    if to is None:
        sys.stdout.write(text)
    else:
        write(to, text)
        console.print(escape(str(to)), soft_wrap=True)
    return 0


def _grade_in(path: Path) -> Grade:
    """The grade in a grade.json, which holds what its student may see, or in what ``check --json`` printed."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return for_student(Grade.from_json(data.get("grade", data)), Release(datetime.min.replace(tzinfo=UTC), True))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ExportError(f"{path} holds no grade", mend="Name a grade.json, or what check --json printed.") from None

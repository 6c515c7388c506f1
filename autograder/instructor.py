"""What the subcommands on a gradebook do: the class's files, judging again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder import handback
from autograder.errors import GradebookError
from autograder.gradebook.counting import counting, terms
from autograder.gradebook.history import tried
from autograder.gradebook.records import Person
from autograder.gradebook.store import Gradebook
from autograder.handback import Handback
from autograder.intake import Intake
from autograder.intake.roster import Roster, read_roster
from autograder.model import Grade
from autograder.output import Output
from autograder.publish import Write, folders, publish
from autograder.reporting import html, tables
from autograder.reporting.files import atomic
from autograder.shown import ShownNotebook


def open_gradebook(output: Output, named: str | None = None) -> Gradebook:
    """The gradebook of an output folder; ``named``: as the command line named it, with its password."""
    return Gradebook.open(named or output.gradebook)


def ready(book: Gradebook, student: str) -> str:
    """The name of a student whom the gradebook knows. Raises GradebookError, which names who may be meant."""
    if student in book.people.known():
        return student
    wanted = student.casefold()
    like = [p.key for p in book.people.roster() if wanted in f"{p.key} {p.name} {p.email} {p.login}".casefold()]
    mend = "Name them as grades.csv has it; `autograder student OUT NAME add` takes somebody new."
    raise GradebookError(
        f"the gradebook knows no student {student!r}", mend=f"Did you mean {', '.join(like[:5])}?" if like else mend
    )


def enrol(book: Gradebook, roster: Path | None, received: Intake) -> None:
    """Take the roster into the gradebook, each student under the name that their hand-in bears."""
    book.people.meet(entry.student for entry in received.entries)
    if roster is not None:
        listed = read_roster(roster)
        book.people.enrol(_people(listed, [entry.student for entry in received.entries], book.people.known()))


def _people(roster: Roster, here: Sequence[str], known: Sequence[str]) -> Iterator[Person]:
    named = {roster.find(student): student for student in [*reversed(known), *reversed(here)]}
    for one in roster.people:
        key = named.get(one.student, one.student)
        yield Person(key, one.name, one.email, one.login, one.section)


def writer(back: Handback, output: Output) -> Write:
    """Writes a student's files, with what that student may see now."""

    def write(grade: Grade, folder: Path, notebooks: Sequence[ShownNotebook]) -> None:
        html.write_student(
            grade,
            folder,
            notebooks,
            release=back.of(grade.student),
            now=back.now,
            whole_results=output.for_gradescope,
        )

    return write


def class_files(
    book: Gradebook,
    output: Output,
    *,
    others: Iterable[Grade] = (),
    missing: Iterable[str] = (),
    unattributed: Sequence[str] = (),
) -> None:
    """Write the class's page and tables from the gradebook, and whatever file of a student is lost or out of date.

    others: grades that are in no gradebook, because we could not read what was handed in. missing: who else should
    have handed in, beside the gradebook's own roster.
    """
    where = folders(book, output)
    back = handback.read(book, output.assignment)
    links = {student: f"{folder.name}/report.html" for student, folder in where.items()}
    written: set[str] = set()

    def grades() -> Iterator[Grade]:
        for one in publish(book, output, writer(back, output), where, back):
            written.add(one.grade.student)
            yield one.grade
        yield from (grade for grade in others if grade.student not in written)

    people = book.people.roster()
    here = {attempt.student for attempt in book.current(output.assignment)}
    here |= {person.key for person in people if person.removed}
    expected = dict.fromkeys([*missing, *(one.key for one in people if one.on_roster and one.active)])
    html.write_class(
        grades(),
        output.folder,
        missing=[student for student in expected if student not in here],
        zeros=terms(book, output.assignment).policy.missing == "zero",
        unattributed=unattributed,
        links=links,
        handed_in=tried(book, output.assignment),
    )
    write_index(book, output, where)


def write_index(book: Gradebook, output: Output, where: Mapping[str, Path]) -> Path:
    """Write reports.csv: where the report of each student lies who is in the class and has one."""
    number = {one.student: one.number for one in counting(book, output.assignment)}
    place = output.folder / "reports.csv"
    with atomic(place) as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["student", "name", "email", "section", "attempt", "report", "notebook"])
        for person in book.people.roster():
            folder = where[person.key]
            if person.removed or not (folder / "report.html").is_file():
                continue
            inside = folder.name if tables.cell(folder.name) == folder.name else f"./{folder.name}"  # no formula
            notebook = f"{inside}/notebook.html" if (folder / "notebook.html").is_file() else ""
            known = [tables.cell(text) for text in (person.key, person.name, person.email, person.section)]
            lines.writerow([*known, number.get(person.key, ""), f"{inside}/report.html", notebook])
    return place

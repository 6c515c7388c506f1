"""Reports written again from the gradebook: of one student, of whom something changed, of all; the index by student."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handclass import answers_of, make_class

from autograder import cli
from autograder.gradebook.records import MarkRecord, Person
from autograder.gradebook.store import Gradebook

STUDENTS = ("ada", "bo", "cy")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A class of three, with their files."""
    return make_class(tmp_path / "graded", answers_of(STUDENTS)).folder


def report(out: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.main, ["report", str(out), *words])


def times(out: Path) -> dict[str, int]:
    """When each report was written."""
    return {student: (out / student / "report.html").stat().st_mtime_ns for student in STUDENTS}


def mark(out: Path, student: str) -> None:
    """Full marks for one answer, in the gradebook only."""
    with Gradebook.open(out / "gradebook.db") as book:
        attempt = book.attempt("rnn", student)
        book.people.mark(attempt.id, MarkRecord("written_rnn", "written_rnn", 6, "Dr. Wu", comment="well put"))


def index(out: Path) -> dict[str, dict[str, str]]:
    with (out / "reports.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_one_students_report_is_written_and_no_other(out: Path) -> None:
    before = times(out)
    mark(out, "bo")

    result = report(out, "--student", "bo")

    assert result.exit_code == 0, result.output
    assert "1 report written" in result.output
    after = times(out)
    assert [student for student in STUDENTS if after[student] != before[student]] == ["bo"]
    assert "well put" in (out / "bo" / "report.html").read_text(encoding="utf-8")


def test_only_what_is_lost_or_out_of_date_is_written(out: Path) -> None:
    before = times(out)
    mark(out, "bo")
    (out / "cy" / "results.json").unlink()

    result = report(out, "--changed")

    assert "2 reports written" in result.output
    assert "1 says already" in result.output
    assert (out / "cy" / "results.json").is_file()
    assert times(out)["ada"] == before["ada"]
    assert "0 reports written" in report(out, "--changed").output


def test_all_reports_are_written_where_nobody_is_named(out: Path) -> None:
    before = times(out)

    result = report(out)

    assert "3 reports written" in result.output
    assert all(times(out)[student] != before[student] for student in STUDENTS)


def test_a_report_holds_only_what_its_student_may_see(out: Path) -> None:
    CliRunner().invoke(cli.main, ["publish", str(out), "--report", "after_published"])
    mark(out, "bo")

    report(out, "--student", "bo")

    page = (out / "bo" / "report.html").read_text(encoding="utf-8")
    assert "well put" not in page
    assert "results are published" in page


def test_the_index_says_where_each_report_lies(out: Path) -> None:
    with Gradebook.open(out / "gradebook.db") as book:
        book.people.enrol([Person("ada", "Ada Okafor", "ada@example.edu", section="Red"), Person("dee", "=Dee")])
        book.people.remove("cy")

    report(out, "--changed")

    found = index(out)
    assert list(found) == ["ada", "bo"]
    assert found["ada"] == {
        "student": "ada",
        "name": "Ada Okafor",
        "email": "ada@example.edu",
        "section": "Red",
        "attempt": "1",
        "report": "ada/report.html",
        "notebook": "",
    }


def test_who_has_no_grade_is_said(out: Path) -> None:
    with Gradebook.open(out / "gradebook.db") as book:
        book.people.enrol([Person("dee")])

    result = report(out, "--student", "dee")

    assert result.exit_code == 0
    assert "no grade of dee" in result.output


def test_an_unknown_name_is_an_error_that_names_the_likely_one(out: Path) -> None:
    with Gradebook.open(out / "gradebook.db") as book:
        book.people.enrol([Person("ada", "Ada Okafor")])

    result = report(out, "--student", "okafor")

    assert result.exit_code == 1
    assert "Did you mean ada?" in result.output


@pytest.mark.parametrize("name", ["gradebook.db", "reports.csv", "index.html"])
def test_no_students_folder_lies_where_a_file_of_the_class_does(tmp_path: Path, name: str) -> None:
    out = make_class(tmp_path / "graded", answers_of([name])).folder

    assert (out / f"student-{name}" / "report.html").is_file()
    assert (out / name).is_file()

"""One student, and what holds for all: policy, more time, notes, appeals, late addition, removal, deletion, export."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handclass import answers_of, hand_in, make_class
from sqlalchemy import create_engine, text

from autograder import cli
from autograder.gradebook.connect import Database
from autograder.gradebook.counting import terms
from autograder.gradebook.records import MarkRecord, Person
from autograder.gradebook.store import Gradebook
from autograder.lateness import Policy


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A class of three, of whom two have handed in."""
    folder = tmp_path / "graded"
    output = make_class(folder, answers_of(["ada", "bo"]))
    with Gradebook.open(output.gradebook) as book:
        book.people.enrol([Person("ada", "Ada Okafor", "ada@example.edu"), Person("bo"), Person("cy")])
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words])


def one(out: Path, name: str, *words: object) -> str:
    """What a command on one student prints, where it succeeds."""
    result = run("student", out, name, *words)
    assert result.exit_code == 0, result.output
    return result.output


def policy(out: Path, *words: object) -> str:
    result = run("policy", out, *words)
    assert result.exit_code == 0, result.output
    return result.output


def rows(out: Path) -> dict[str, dict[str, str]]:
    """grades.csv by student."""
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def exported(out: Path) -> dict[str, dict[str, str]]:
    result = run("export", "csv", out)
    assert result.exit_code == 0, result.output
    return {row["student"]: row for row in csv.DictReader(result.stdout.splitlines())}


# --- policy -------------------------------------------------------------------------------------


def test_a_policy_is_set_in_parts_and_shown(out: Path) -> None:
    policy(out, "--due", "2026-05-01T23:59+02:00", "--grace", "1h", "--per-day", 10)
    said = policy(out, "--most", 50, "--until", 7, "--attempts", "best")

    assert "due: 2026-05-01 23:59 +02:00" in said
    assert (
        "lateness: 1 h of grace; 10 % of the points for each started day, at most 50 %; nothing counts after 7 days"
        in said
    )
    assert "the best attempt counts" in said
    assert "2 hand-ins came without a time" in said
    with Gradebook.open(out / "gradebook.db") as book:
        assert terms(book, "rnn").policy == Policy(3600, 10, 50, 7, "best")


@pytest.mark.parametrize("words", [("--grace", "soon"), ("--until", "never"), ("--due", "friday")])
def test_a_policy_that_cannot_be_read_changes_nothing(out: Path, words: tuple[str, str]) -> None:
    result = run("policy", out, *words)
    assert result.exit_code == 2
    assert words[1] in result.output
    with Gradebook.open(out / "gradebook.db") as book:
        assert terms(book, "rnn").policy == Policy()


def test_points_that_count_are_in_report_table_class_page_and_export(out: Path) -> None:
    policy(out, "--due", "2026-05-01T12:00+00:00", "--per-day", 25)
    one(out, "ada", "received", "2026-05-02T13:00+00:00", "--why", "came by mail")

    grade = json.loads((out / "ada/grade.json").read_text(encoding="utf-8"))
    report = (out / "ada/report.html").read_text(encoding="utf-8")

    words = "2 started days at 25 % = 50 % of 4 points: −2; counts 2"
    assert (grade["points"], grade["counted"], grade["late"]["percent"]) == (4, 2, 50)
    assert f"Handed in 1 day 1 h late: {words}." in report
    assert words in policy(out)
    assert words in one(out, "ada", "show")
    assert (rows(out)["ada"]["points"], rows(out)["ada"]["late_percent"], rows(out)["ada"]["counted"]) == (
        "4",
        "50",
        "2",
    )
    assert rows(out)["bo"]["counted"] == "4"
    assert "late: −2 of 4 points" in (out / "index.html").read_text(encoding="utf-8")
    assert (exported(out)["ada"]["points"], exported(out)["ada"]["counted"]) == ("4", "2")


def test_missing_students_are_listed_and_have_zero_only_when_it_is_said(out: Path) -> None:
    policy(out, "--per-day", 10)
    listed = (out / "index.html").read_text(encoding="utf-8")
    before = (set(rows(out)), exported(out)["cy"]["points"])

    policy(out, "--missing", "zero")

    assert "nothing handed in:" in listed
    assert before == ({"ada", "bo"}, "")
    assert (rows(out)["cy"]["points"], rows(out)["cy"]["counted"]) == ("0", "0")
    assert exported(out)["cy"]["points"] == "0"
    assert "and so 0 points" in (out / "index.html").read_text(encoding="utf-8")


# --- one student --------------------------------------------------------------------------------


def test_more_time_counts_for_that_student_and_is_shown_with_its_reason(out: Path) -> None:
    policy(out, "--due", "2026-05-01T12:00+00:00", "--per-day", 25)
    one(out, "ada", "received", "2026-05-02T11:00+00:00")
    late = rows(out)["ada"]["counted"]

    said = one(out, "ada", "extend", "2026-05-03T12:00+00:00", "--why", "ill", "--who", "dr. wu")

    assert "more time until 2026-05-03 12:00 UTC: ill" in said
    assert (late, rows(out)["ada"]["counted"]) == ("3", "4")
    assert "by dr. wu: ill" in one(out, "ada", "show")
    assert "with more time until" in (out / "ada/report.html").read_text(encoding="utf-8")


def test_an_appeal_is_open_until_it_is_decided_and_nothing_of_it_is_in_the_report(out: Path) -> None:
    one(out, "ada", "note", "talked after class", "--who", "dr. wu")
    one(out, "ada", "appeal", "the shape was right", "--who", "dr. wu")
    open_ = one(out, "ada", "show")
    one(out, "ada", "decide", "looked again: it was not, no change", "--who", "dr. li")

    closed = one(out, "ada", "show")

    assert "1 appeal is open" in open_
    assert "appeal is open" not in closed
    assert closed.index("note, ") < closed.index("appeal, ") < closed.index("decision, ")
    assert "dr. li: looked again: it was not, no change" in closed
    assert "the shape was right" not in (out / "ada/report.html").read_text(encoding="utf-8")


def test_nothing_is_decided_where_nobody_asked(out: Path) -> None:
    result = run("student", out, "ada", "decide", "no")
    assert result.exit_code == 1
    assert "no open appeal" in result.output


def test_an_unknown_name_is_an_error_that_names_the_likely_one(out: Path) -> None:
    result = run("student", out, "okafor", "show")
    assert result.exit_code == 1
    assert "Did you mean ada?" in result.output


def test_who_is_removed_is_in_no_table_and_is_kept_until_added_again(out: Path) -> None:
    one(out, "ada", "remove", "--who", "dr. wu")
    gone = (set(rows(out)), set(exported(out)))
    shown = one(out, "ada", "show")
    with Gradebook.open(out / "gradebook.db") as book:
        book.people.enrol([Person("ada"), Person("bo"), Person("cy")])

    still = run("policy", out, "--missing", "listed")
    one(out, "ada", "add", "--section", "B")

    assert gone == ({"bo"}, {"bo", "cy"})
    assert "removed " in shown
    assert "4 of 7 points" in shown
    assert still.exit_code == 0
    assert set(rows(out)) == {"ada", "bo"}
    assert exported(out)["ada"]["section"] == "B"


def test_a_late_addition_is_expected_from_then_on(out: Path) -> None:
    one(out, "dee", "add", "--full-name", "Dee Amadi", "--email", "dee@example.edu")
    assert "dee" in (out / "index.html").read_text(encoding="utf-8")
    assert exported(out)["dee"]["name"] == "Dee Amadi"


# --- what is held -------------------------------------------------------------------------------


def test_forgetting_asks_first(out: Path) -> None:
    result = run("student", out, "ada", "forget")
    assert result.exit_code == 2
    assert "--yes" in result.output
    assert (out / "ada").is_dir()


def test_after_forgetting_no_file_holds_the_name_or_the_work_and_a_log_says_that_somebody_was_deleted(
    tmp_path: Path,
) -> None:
    out = tmp_path / "graded"
    output = make_class(out, answers_of(["zebediah", "bo"]))
    with Gradebook.open(output.gradebook) as book:
        book.people.enrol([Person("zebediah", "Zebediah Quux", "zq@example.edu"), Person("bo")])
        attempt = book.attempt("rnn", "zebediah").id
        book.people.mark(attempt, MarkRecord("written_rnn", "written_rnn", 2, "dr. wu", comment="zebediah wrote"))
    one(out, "zebediah", "note", "a note on zebediah")

    said = one(out, "zebediah", "forget", "--yes", "--who", "dr. wu")

    held = [path for path in tmp_path.rglob("*") if path.is_file() and b"zebediah" in path.read_bytes().lower()]
    assert held == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"Quux" in path.read_bytes()]
    assert "zebediah" not in said
    assert set(rows(out)) == {"bo"}
    with Gradebook.open(out / "gradebook.db") as book:
        assert [(who, what) for _, who, what in book.people.deletions()] == [("dr. wu", "a student with 1 attempt")]


def test_a_namesakes_files_stay_theirs_when_the_other_one_is_forgotten(tmp_path: Path) -> None:
    out = tmp_path / "graded"
    make_class(out, answers_of(["Ada", "ada"]))

    one(out, "Ada", "forget", "--yes")

    folders = [path.name for path in out.iterdir() if (path / "grade.json").is_file()]
    assert len(folders) == 1
    assert json.loads((out / folders[0] / "grade.json").read_text(encoding="utf-8"))["student"] == "ada"


def test_the_export_holds_files_grades_marks_and_notes(out: Path, tmp_path: Path) -> None:
    with Gradebook.open(out / "gradebook.db") as book:
        attempt = book.attempt("rnn", "ada").id
        book.people.mark(attempt, MarkRecord("written_rnn", "written_rnn", 2, "dr. wu", comment="clear"))
        hand_in(book, "ada", {"written_rnn": "Again."})
    one(out, "ada", "note", "talked after class")
    to = tmp_path / "ada.zip"

    one(out, "ada", "export", "-o", to)

    with zipfile.ZipFile(to) as archive:
        names = archive.namelist()
        about = json.loads(archive.read("student.json"))
        grade = next(name for name in names if name.startswith("rnn/attempt-1/grade-"))
        assert json.loads(archive.read(grade))["student"] == "ada"
        assert b"The graph of ada." in archive.read("rnn/attempt-1/files/answers.md")
    rnn = about["assignments"]["rnn"]
    assert about["student"]["email"] == "ada@example.edu"
    assert [one["number"] for one in rnn["attempts"]] == [1, 2]
    assert rnn["attempts"][0]["marks"][0]["comment"] == "clear"
    assert [one["text"] for one in rnn["notes"]] == ["talked after class"]
    assert "report/report.html" in names
    assert not [name for name in names if "bo" in name.split("/")]


def test_a_gradebook_of_the_version_before_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.db"
    Database.open(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for statement in (
            "DROP TABLE notes",
            "DROP TABLE deletions",
            "ALTER TABLE students DROP COLUMN removed",
            "ALTER TABLE grades DROP COLUMN seconds",
        ):
            connection.execute(text(statement))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        connection.execute(
            text("INSERT INTO students VALUES (1, 'ada', '', '', '', '', 1, 1, '2026-01-01T00:00:00+00:00')")
        )
    engine.dispose()

    with Gradebook.open(path) as book:
        assert [(person.key, person.removed) for person in book.people.roster()] == [("ada", "")]

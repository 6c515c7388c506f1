"""Exports are read back with the rules of the systems that import them."""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from made import submission

from autograder import cli
from autograder.errors import ExportError
from autograder.exports import canvas, classroom, moodle
from autograder.exports.rows import Row, rows
from autograder.exports.sheet import Sheet
from autograder.gradebook.records import Person, Received
from autograder.gradebook.store import Gradebook
from autograder.model import ExerciseGrade, Finding, Grade, Outcome
from autograder.output import Output
from autograder.visibility import for_student

POINTS = {"ada": 7, "björn": 4, "=chidi": 0}
PEOPLE = (
    Person("ada", "Okafor, Ada", "ada@example.edu", "ada1", "Red"),
    Person("björn", "Björn Ås", "bjorn@example.edu", "bjo2", "Red"),
    Person("=chidi", "Chidi Eze", "chidi@example.edu", "chi3", "Blue"),
    Person("uma", "Uma Devi", "uma@example.edu", "uma4", "Blue"),
)


def a_grade(student: str, points: int, visibility: str = "visible") -> Grade:
    checks = (
        Finding(
            "shapes", "it has the shape", Outcome.PASSED if points else Outcome.FAILED, min(points, 4), 4, "shapes"
        ),
        Finding("forward", "it is right", Outcome.PASSED if points > 4 else Outcome.FAILED, max(points - 4, 0), 3),
        Finding("extra", "it is fast", Outcome.PASSED if points > 4 else Outcome.FAILED, 1 if points > 4 else 0, 1),
        Finding("answer", "an answer", Outcome.PENDING, None, 2, "written"),
    )
    checks = (*checks[:2], dataclasses.replace(checks[2], bonus=True), checks[3])
    hidden = dataclasses.replace(checks[1], visibility=visibility, message="the hidden reason", hint="the hidden hint")
    return Grade(
        assignment="rnn",
        student=student,
        submission="sha256:0",
        graded_at="2026-01-01T00:00:00+00:00",
        isolation="full",
        exercises=(ExerciseGrade("lstm_cell", "LSTM cell", (checks[0], hidden, *checks[2:])),),
        title="Networks",
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder whose gradebook holds three grades and four people."""
    output = Output.open(tmp_path / "out", "rnn")
    with Gradebook.open(output.gradebook) as book:
        book.assignment("rnn", title="Networks")
        for student, points in POINTS.items():
            received = Received("2026-02-03T04:05:06+00:00", late=student == "björn")
            attempt = book.receive("rnn", submission(student, lstm=student), {}, received)
            book.add_grade(attempt.id, a_grade(student, points), transcript=None)
            folder = output.folders(book.people.known())[student]
            folder.mkdir()
            (folder / "report.html").write_text(f"the report of {student}", encoding="utf-8")
        book.people.enrol(PEOPLE)
    return tmp_path / "out"


@pytest.fixture
def known(out: Path) -> Iterator[list[Row]]:
    with Gradebook.open(out / "gradebook.db") as book:
        yield list(rows(book, "rnn"))


def export(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, ["export", *map(str, arguments)])


NBGRADER = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    "raw_score,late_submission_penalty,score,max_score"
)


# --- Canvas -------------------------------------------------------------------------------------

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Essay (11),Networks (12),Homework Current Score,Final Score\r\n"
    ",,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,5.00,9.00,(read only),(read only)\r\n"
    '"Okafor, Ada",501,,ada1,Red,4.50,,90.0,90.0\r\n'
    '"Ås, Björn",502,bjo2,b@x,"Red, and Green",,3.00,,\r\n'
    '"Eze, Chidi",503,,chi3,Blue,,EX,,\r\n'
    '"Devi, Uma",504,,uma4,Blue,2.00,,,\r\n'
    '"Student, Test",599,,aaaa,Blue,,,,\r\n'
)


def canvas_import(text: str) -> tuple[dict[str, dict[str, str]], list[str]]:
    """What Canvas takes from a sheet, by its importer's rules: scores by user ID, and the points row."""
    table = list(csv.reader(io.StringIO(text, newline="")))
    header = table[0]
    assert "Student" in header[0]
    assert "ID" in header[1]
    section = header.index("Section")
    columns = {}
    for index, cell in enumerate(header[section + 1 :], section + 1):
        if not re.search(r"(Current|Final|Override) (Score|Points|Grade)", cell):
            match = re.match(r"\A(.*)\s\((\d+)\)\Z", cell)
            assert match, f"{cell!r} would become a new assignment"
            columns[match[2]] = index
    scores = {}
    points: list[str] = []
    for cells in table[1:]:
        if re.match(r"\A\s*Points Possible\Z", cells[0]):
            points = [cells[index] for index in columns.values()]
        elif cells[1]:
            scores[cells[1]] = {number: cells[index] for number, index in columns.items()}
    return scores, points


def test_canvas_takes_the_scores_and_every_other_cell_is_as_it_was(out: Path, tmp_path: Path) -> None:
    template = tmp_path / "grades.csv"
    template.write_bytes(b"\xef\xbb\xbf" + CANVAS.encode())

    result = export("canvas", out, "--template", template)

    assert result.exit_code == 0, result.output
    written = (tmp_path / "grades-graded.csv").read_bytes()
    assert written[:3] == b"\xef\xbb\xbf"
    scores, points = canvas_import(written.decode("utf-8-sig"))
    assert scores == {
        "501": {"11": "4.50", "12": "8"},
        "502": {"11": "", "12": "4"},
        "503": {"11": "", "12": "EX"},
        "504": {"11": "2.00", "12": ""},
        "599": {"11": "", "12": ""},
    }
    assert points == ["5.00", "9.00"]
    assert "    Points Possible," in written.decode("utf-8-sig")
    assert "excused" in result.output
    assert "by hand" in result.output


def test_canvas_missing_students_are_zero_only_when_asked_for(known: list[Row]) -> None:
    sheet = Sheet(list(csv.reader(io.StringIO(CANVAS))))
    canvas.fill(sheet, known, "Networks", zeros=True)
    assert canvas_import(sheet.text())[0]["504"]["12"] == "0"
    assert canvas_import(sheet.text())[0]["599"]["12"] == ""


@pytest.mark.parametrize("column", ["12", "Networks", "Networks (12)"])
def test_canvas_column_is_named_by_heading_title_or_number(known: list[Row], column: str) -> None:
    sheet = Sheet(list(csv.reader(io.StringIO(CANVAS))))
    canvas.fill(sheet, known, "something else", column=column)
    assert canvas_import(sheet.text())[0]["501"]["12"] == "8"


def test_canvas_never_makes_a_new_column_and_says_which_there_are(known: list[Row]) -> None:
    sheet = Sheet(list(csv.reader(io.StringIO(CANVAS))))
    with pytest.raises(ExportError, match="Essay") as caught:
        canvas.fill(sheet, known, "Transformers")
    assert "--column" in caught.value.mend
    with pytest.raises(ExportError, match="not a gradebook"):
        canvas.fill(Sheet([["a", "b"]]), known, "Networks")


def test_canvas_names_who_is_not_in_the_sheet_and_points_that_differ(known: list[Row]) -> None:
    lines = CANVAS.replace("9.00", "50").splitlines()
    sheet = Sheet(list(csv.reader([line for line in lines if "Okafor" not in line])))
    remarks = canvas.fill(sheet, known, "Networks")
    assert "ada has a grade and is not in this sheet" in remarks
    assert any("50 points in Canvas and 9 here" in remark for remark in remarks)


# --- Moodle -------------------------------------------------------------------------------------

MOODLE = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (grade),Feedback comments\n"
    'Participant 71,Ada Okafor,,ada@example.edu,Submitted,,9.00,Yes,"Tuesday, 3 February 2026, 4:05 AM",\n'
    'Participant 72,Björn Ås,,,Submitted,2.00,9.00,Yes,-,"old\nwords"\n'
    "Participant 73,Chidi Eze,chi3,,Submitted,,9.00,No,-,\n"
    "Participant 74,Uma Devi,,uma@example.edu,No submission,,9.00,Yes,-,\n"
)


def moodle_import(text: str) -> dict[str, tuple[str, str, str]]:
    """Identifier -> grade, time of the last change, comment: found by the headings, as Moodle finds them."""
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(table[0])
    found = {}
    for row in table:
        assert row["Grade"] == "" or 0 <= float(row["Grade"]) <= float(row["Maximum Grade"])
        found[row["Identifier"]] = (row["Grade"], row["Last modified (grade)"], row["Feedback comments"])
    return found


def test_moodle_takes_grades_and_comments_and_nothing_else_has_changed(out: Path, tmp_path: Path) -> None:
    template = tmp_path / "worksheet.csv"
    template.write_text(MOODLE, encoding="utf-8")

    result = export(
        "moodle", out, "--template", template, "-o", tmp_path / "done.csv", "--feedback", tmp_path / "f.zip"
    )

    assert result.exit_code == 0, result.output
    found = moodle_import((tmp_path / "done.csv").read_text(encoding="utf-8"))
    assert {name: grade for name, (grade, _, _) in found.items()} == {
        "Participant 71": "8",
        "Participant 72": "4",
        "Participant 73": "",
        "Participant 74": "",
    }
    assert found["Participant 71"][1] == "Tuesday, 3 February 2026, 4:05 AM"
    assert "LSTM cell: 7 of 7" in found["Participant 71"][2]
    assert "cannot be changed" in result.output
    before, after = (list(csv.reader(io.StringIO(text))) for text in (MOODLE, (tmp_path / "done.csv").read_text()))
    kept = [index for index, name in enumerate(before[0]) if name not in ("Grade", "Feedback comments")]
    assert [[row[i] for i in kept] for row in before] == [[row[i] for i in kept] for row in after]


def test_moodles_feedback_zip_has_the_folders_that_its_import_splits(out: Path, tmp_path: Path) -> None:
    (tmp_path / "worksheet.csv").write_text(MOODLE.replace("Ada Okafor", "Ada_M. O/kafor"), encoding="utf-8")
    export("moodle", out, "--template", tmp_path / "worksheet.csv", "--feedback", tmp_path / "f.zip")

    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        found = {}
        for name in archive.namelist():
            parts = name.replace("/", "_").split("_")
            assert len(parts) in (4, 5)
            assert parts[2:4] == ["assignsubmission", "file"]
            found[int(parts[1])] = archive.read(name).decode()
    assert found == {71: "the report of ada", 72: "the report of björn", 73: "the report of =chidi"}


def test_moodle_blind_marking_and_another_language(known: list[Row]) -> None:
    german = "ID,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,Zuletzt geändert (Bewertung)\n"
    german += 'Teilnehmer/in 71,Abgegeben,,"9,00",Ja,-\n'
    blind = [dataclasses.replace(known[1], person=Person("Participant 71"))]
    sheet = Sheet(list(csv.reader(io.StringIO(german))))
    assert moodle.fill(sheet, blind) == []
    assert sheet.rows[1][2] == "8"


def test_a_moodle_comment_shows_nothing_of_hidden_checks(known: list[Row]) -> None:
    row = dataclasses.replace(known[1], grade=a_grade("ada", 7, "hidden"), shown=None)
    sheet = Sheet(list(csv.reader(io.StringIO(MOODLE))))
    moodle.fill(sheet, [row])
    text = sheet.rows[1][-1]
    assert "1 check is not shown" in text
    assert "7 of" not in text


# --- GitHub Classroom ---------------------------------------------------------------------------


def test_the_classroom_payload_is_what_the_reporter_reads(out: Path) -> None:
    result = export("classroom", out, "--student", "ada")

    name, _, encoded = result.stdout.strip().partition("=")
    data = json.loads(base64.b64decode(encoded))
    assert name == "result"
    assert data["version"] == 1
    assert data["status"] == "pass"
    assert data["max_score"] == 7
    assert sum(test["score"] for test in data["tests"]) == 7
    for test in data["tests"]:
        assert test["status"] in ("pass", "fail", "error")
        assert re.fullmatch(r"\d+ms", test["execution_time"])


def test_the_classroom_payload_hides_what_is_hidden() -> None:
    text = json.dumps(classroom.result(for_student(a_grade("ada", 4, "hidden"))))
    assert "hidden reason" not in text
    assert "hidden hint" not in text
    assert "1 check is not shown" in text


def test_a_grade_json_and_what_check_printed_are_taken_too(tmp_path: Path) -> None:
    (tmp_path / "grade.json").write_text(json.dumps(a_grade("ada", 7).to_json()))
    (tmp_path / "checked.json").write_text(json.dumps({"grade": a_grade("ada", 7).to_json()}))
    assert export("classroom", tmp_path / "grade.json").stdout == export("classroom", tmp_path / "checked.json").stdout
    (tmp_path / "other.json").write_text("[]")
    assert export("classroom", tmp_path / "other.json").exit_code == 1


def test_the_workflow_hands_the_runners_result_to_the_reporter() -> None:
    import yaml

    steps = yaml.safe_load(export("workflow").stdout)["jobs"]["run-autograding-tests"]["steps"]
    reporter = steps[-1]
    runners = reporter["with"]["runners"].split(",")
    ids = [step.get("id") for step in steps]
    for runner in runners:
        assert runner in ids
        assert f"steps.{runner}.outputs.result" in reporter["env"][f"{runner.upper()}_RESULTS"]


# --- tables -------------------------------------------------------------------------------------


def test_nbgraders_csv_has_its_columns_and_a_row_for_who_is_missing(out: Path) -> None:
    table = list(csv.DictReader(io.StringIO(export("nbgrader", out).stdout)))
    assert list(table[0]) == NBGRADER.split(",")
    found = {row["student_id"]: (row["last_name"], row["first_name"], row["score"], row["max_score"]) for row in table}
    assert found == {
        "ada": ("Okafor", "Ada", "8.0", "9.0"),
        "björn": ("Ås", "Björn", "4.0", "9.0"),
        "'=chidi": ("Eze", "Chidi", "0.0", "9.0"),
        "uma": ("Devi", "Uma", "0.0", "9.0"),
    }


def test_the_plain_table_has_a_column_for_each_check(out: Path) -> None:
    table = {row["student"]: row for row in csv.DictReader(io.StringIO(export("csv", out).stdout))}
    assert table["ada"]["lstm_cell.forward"] == "3"
    assert table["ada"]["lstm_cell.answer"] == ""
    assert (table["ada"]["late"], table["björn"]["late"], table["uma"]["points"]) == ("false", "true", "")
    assert (table["ada"]["points"], table["ada"]["possible"], table["ada"]["pending"]) == ("7", "7", "2")


def test_the_json_holds_whole_grades_and_says_who_has_none(out: Path) -> None:
    data = {item["student"]: item for item in json.loads(export("json", out).stdout)}
    assert Grade.from_json(data["ada"]["grade"]) == a_grade("ada", 7)
    assert data["uma"]["grade"] is None


# --- sheets -------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(st.text(max_size=8).filter(lambda s: "\r" not in s and "\0" not in s), min_size=3, max_size=3),
        min_size=1,
    )
)
def test_a_sheet_that_is_not_changed_reads_the_same(table: list[list[str]]) -> None:
    sheet = Sheet(table)
    assert list(csv.reader(io.StringIO(sheet.text(), newline=""))) == table


@pytest.mark.parametrize("data", [b"", b"\x81\x8d\x90", b'Student,"ID\n'])
def test_a_sheet_that_cannot_be_read_is_an_error_with_a_mend(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(ExportError) as caught:
        Sheet.read(tmp_path / "a.csv")
    assert caught.value.mend


def test_a_template_is_asked_for(out: Path) -> None:
    result = export("canvas", out)
    assert result.exit_code == 1
    assert "--template" in result.output

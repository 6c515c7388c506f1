"""``grade`` keeps what it sees: attempts, transcripts and grades; files are written again from the gradebook."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autograder import cli
from autograder.doctor import best_level
from autograder.gradebook.records import MarkRecord
from autograder.gradebook.store import Gradebook
from autograder.transcript import Transcript

ROOT = Path(__file__).resolve().parent.parent
STUBS = ROOT / "examples/class/kavya"
CELL = ROOT / "examples/class/ada/lstm_cell.py"

pytestmark = pytest.mark.slow


def grade(*arguments: str | Path) -> Result:
    fixed = ["--isolation", best_level(), "--course", str(ROOT), "-j", "1"]
    return CliRunner().invoke(cli.main, ["grade", *map(str, arguments), *fixed])


def grade_of(out: Path, student: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((out / student / "grade.json").read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder ``class`` of two students and what grading it gave in ``out``: to be copied, not changed."""
    room = tmp_path_factory.mktemp("graded")
    for student in ("ada", "kavya"):
        shutil.copytree(STUBS, room / "class" / student)
    shutil.copy(CELL, room / "class/ada")
    result = grade(room / "class", "-o", room / "out")
    assert result.exit_code == 0, result.output
    return room


@pytest.fixture
def room(first: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "room"))


def test_submissions_files_transcripts_and_grades_are_kept(room: Path) -> None:
    with Gradebook.open(room / "out/gradebook.db") as book:
        attempts = book.current("rnn")
        assert [one.student for one in attempts] == ["ada", "kavya"]
        assert book.files(attempts[0].id)["lstm_cell.py"] == CELL.read_bytes()
        record, kept = book.grade(attempts[0].id) or pytest.fail("no grade")
        transcript = Transcript.from_bytes(book.blob(str(record.transcript)))
        assert kept.to_json() == grade_of(room / "out", "ada")
        assert len(transcript.replies) > 5


def test_the_same_submission_is_not_run_again_and_not_written_again(room: Path) -> None:
    before = (room / "out/ada/grade.json").stat().st_mtime_ns

    result = grade(room / "class", "-o", room / "out")

    assert result.output.count("again") == 2
    assert (room / "out/ada/grade.json").stat().st_mtime_ns == before
    with Gradebook.open(room / "out/gradebook.db") as book:
        assert [len(book.history(one.id)) for one in book.attempts("rnn")] == [1, 1]


@pytest.mark.parametrize("name", ["report.html", "grade.json", "results.json"])
def test_a_lost_file_is_written_again_from_the_gradebook(room: Path, name: str) -> None:
    before = (room / "out/ada" / name).read_bytes()
    (room / "out/ada" / name).unlink()

    result = grade(room / "class/kavya", "-o", room / "out", "--single")

    assert result.exit_code == 0, result.output
    assert (room / "out/ada" / name).read_bytes() == before


def test_other_content_is_a_new_attempt_that_meets_other_cases(room: Path) -> None:
    old = grade_of(room / "out", "ada")
    with (room / "class/ada/lstm_cell.py").open("a") as file:
        file.write("\n# a second try\n")

    grade(room / "class/ada", "-o", room / "out", "--single")

    new = grade_of(room / "out", "ada")
    assert (old["attempt"], new["attempt"]) == (1, 2)
    assert old["seed"] != new["seed"]
    assert old["points"] == new["points"]
    shutil.copy(CELL, room / "class/ada")
    grade(room / "class/ada", "-o", room / "out", "--single")
    assert grade_of(room / "out", "ada") == old


def test_one_student_graded_alone_stays_one_of_the_class(room: Path) -> None:
    grade(room / "class/ada", "-o", room / "out", "--single")

    rows = list(csv.DictReader((room / "out/grades.csv").read_text(encoding="utf-8").splitlines()))

    assert [row["student"] for row in rows] == ["ada", "kavya"]
    assert "kavya" in (room / "out/index.html").read_text(encoding="utf-8")


def test_marks_by_hand_are_in_the_files_and_stay_there(room: Path) -> None:
    with Gradebook.open(room / "out/gradebook.db") as book:
        attempt = book.attempt("rnn", "ada").id
        book.people.mark(attempt, MarkRecord("gru_cell", "forward", 1, "dr. wu", "explained in person"))
    before = grade_of(room / "out", "ada")["points"]

    grade(room / "class", "-o", room / "out")

    marked = grade_of(room / "out", "ada")
    assert marked["points"] == before + 1
    assert "explained in person" in (room / "out/ada/report.html").read_text(encoding="utf-8")


def test_another_gradebook_can_be_named_and_is_remembered(room: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere" / "course.db"

    grade(room / "class", "-o", room / "new", "--gradebook", place)
    again = grade(room / "class", "-o", room / "new")

    assert again.output.count("again") == 2
    assert place.is_file()
    assert not (room / "new/gradebook.db").exists()


def test_the_secret_of_a_folder_from_before_is_taken_over(room: Path) -> None:
    (room / "old/.autograder").mkdir(parents=True)
    (room / "old/.autograder/run.json").write_text('{"assignment": "rnn", "schema": 1}')
    (room / "old/.autograder/secret").write_text("11" * 32)

    grade(room / "class/kavya", "-o", room / "old", "--single")

    with Gradebook.open(room / "old/gradebook.db") as book:
        assert book.secret() == b"\x11" * 32


def test_a_roster_joins_hand_ins_under_the_names_that_they_bear(room: Path) -> None:
    text = "id,name,email,section\na1,Ada,ada@example.edu,red\n,kavya,k@example.edu,blue\nz9,Zoe,,red\n"
    (room / "roster.csv").write_text(text, encoding="utf-8")

    result = grade(room / "class", "-o", room / "out", "--roster", room / "roster.csv")

    with Gradebook.open(room / "out/gradebook.db") as book:
        known = {one.key: (one.email, one.section, one.on_roster) for one in book.people.roster()}
    assert known == {
        "ada": ("ada@example.edu", "red", True),
        "kavya": ("k@example.edu", "blue", True),
        "z9": ("", "red", True),
    }
    assert "missing" in result.output

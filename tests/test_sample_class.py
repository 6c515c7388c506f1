"""The sample class, graded end to end in the real sandbox: every expected outcome, and the files that are written."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from autograder import cli
from autograder.doctor import best_level

ROOT = Path(__file__).resolve().parent.parent
EXPECTED: dict[str, Any] = json.loads((ROOT / "tests/data/sample_class.json").read_text(encoding="utf-8"))
STUDENTS = sorted(name for name, wanted in EXPECTED.items() if not wanted.get("missing"))
WRITTEN = ("written_rnn", "written_architectures", "written_improvement", "written_importance")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The output folder of one run of the command that the README shows."""
    level = best_level()
    out = tmp_path_factory.mktemp("class") / "graded"
    arguments = ["grade", str(ROOT / "examples/class"), "-o", str(out), "--roster", str(ROOT / "examples/roster.csv")]
    return out, CliRunner().invoke(cli.main, [*arguments, "--isolation", level, "--course", str(ROOT)])


def grade_of(out: Path, student: str) -> dict[str, Any]:
    """One student's grade.json."""
    data: dict[str, Any] = json.loads((out / student / "grade.json").read_text(encoding="utf-8"))
    return data


def lost(exercise: dict[str, Any]) -> list[dict[str, Any]]:
    """The checks of an exercise that cost points."""
    return [c for c in exercise["checks"] if not c["bonus"] and c["outcome"] not in ("passed", "pending")]


def test_the_command_ends_with_success_whatever_the_students_scored(graded: tuple[Path, Result]) -> None:
    out, result = graded
    assert result.exit_code == 0, result.output
    assert str(out / "index.html") in result.output
    assert "uma" in result.output


@pytest.mark.parametrize("student", STUDENTS)
def test_points_are_lost_in_the_expected_exercises_and_in_no_others(graded: tuple[Path, Result], student: str) -> None:
    grade = grade_of(graded[0], student)
    wanted = EXPECTED[student].get("loses", {})

    seen = {e["id"]: lost(e) for e in grade["exercises"] if lost(e) and e["id"] not in WRITTEN}

    assert sorted(seen) == sorted(wanted), {k: [(c["id"], c["message"]) for c in v] for k, v in seen.items()}
    for exercise, outcome in wanted.items():
        assert outcome in {check["outcome"] for check in seen[exercise]}, seen[exercise]
    for exercise, checks in EXPECTED[student].get("checks", {}).items():
        assert {c["id"]: c["outcome"] for c in seen[exercise]} == checks, [c["message"] for c in seen[exercise]]


@pytest.mark.parametrize("student", STUDENTS)
def test_the_known_mistake_is_named_and_nothing_else_is(graded: tuple[Path, Result], student: str) -> None:
    grade = grade_of(graded[0], student)

    named = {e["id"]: c["mistake"]["id"] for e in grade["exercises"] for c in e["checks"] if c["mistake"]}

    assert named == EXPECTED[student].get("names", {})


@pytest.mark.parametrize("student", STUDENTS)
def test_answers_that_were_not_written_are_unattempted_and_the_others_wait_for_a_person(
    graded: tuple[Path, Result], student: str
) -> None:
    grade = grade_of(graded[0], student)
    unanswered = {e["id"] for e in grade["exercises"] if e["id"] in WRITTEN and lost(e)}
    assert unanswered == set(EXPECTED[student].get("unanswered", []))
    assert grade["pending"] == len(WRITTEN) - len(unanswered)


@pytest.mark.parametrize("student", STUDENTS)
def test_totals_are_sums_and_nothing_is_void(graded: tuple[Path, Result], student: str) -> None:
    grade = grade_of(graded[0], student)

    checks = [c for e in grade["exercises"] for c in e["checks"] if not c["bonus"]]
    assert grade["points"] == sum(c["points"] or 0 for c in checks)
    assert grade["possible"] + grade["pending"] == 100
    assert not [c for c in checks if c["outcome"] == "void"]
    assert grade["points"] == sum(e["points"] for e in grade["exercises"])


@pytest.mark.parametrize("student", [s for s in STUDENTS if EXPECTED[s].get("full")])
def test_full_marks_for_everything_right_in_any_style(graded: tuple[Path, Result], student: str) -> None:
    grade = grade_of(graded[0], student)
    written = [e for e in grade["exercises"] if e["id"] in WRITTEN]
    assert grade["points"] == grade["possible"] - sum(1 for e in written if lost(e))
    assert grade["possible"] >= 96


def test_untouched_stubs_are_unattempted_everywhere_and_never_crashed(graded: tuple[Path, Result]) -> None:
    grade = grade_of(graded[0], "kavya")
    outcomes = {c["outcome"] for e in grade["exercises"] for c in e["checks"]}
    assert outcomes == {"unattempted"}
    assert grade["points"] == 0


def test_a_broken_file_is_a_problem_in_that_students_report_with_its_line(graded: tuple[Path, Result]) -> None:
    problems = grade_of(graded[0], "liam")["problems"]
    assert [p["file"] for p in problems if p["line"]] == ["bilstm.py"]


def test_ten_megabytes_of_output_are_bounded_in_the_report(graded: tuple[Path, Result]) -> None:
    out, _ = graded
    assert (out / "olga" / "report.html").stat().st_size < 2_000_000
    assert grade_of(out, "olga")["output_truncated"] > 0


def test_every_file_of_the_contract_is_written(graded: tuple[Path, Result]) -> None:
    out, _ = graded
    for student in STUDENTS:
        for name in ("report.html", "grade.json", "results.json"):
            assert (out / student / name).stat().st_size > 200
    rows = list(csv.DictReader((out / "grades.csv").read_text(encoding="utf-8").splitlines()))
    assert {"student", "submission", "points", "possible", "percent", "lstm_cell"} <= set(rows[0])
    lines = (out / "grades.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["student"] for line in lines) == STUDENTS
    assert "uma" in (out / "index.html").read_text(encoding="utf-8")


def test_the_same_command_again_finds_everything_done(graded: tuple[Path, Result]) -> None:
    out, _ = graded
    before = {s: (out / s / "grade.json").stat().st_mtime_ns for s in STUDENTS}

    result = CliRunner().invoke(
        cli.main,
        ["grade", str(ROOT / "examples/class"), "-o", str(out), "--isolation", best_level(), "--course", str(ROOT)],
    )

    assert result.exit_code == 0, result.output
    assert "again" in result.output
    assert before == {s: (out / s / "grade.json").stat().st_mtime_ns for s in STUDENTS}


def test_the_folder_of_another_assignment_is_refused(graded: tuple[Path, Result], tmp_path: Path) -> None:
    (tmp_path / ".autograder").mkdir()
    (tmp_path / ".autograder/run.json").write_text('{"assignment": "transformers"}', encoding="utf-8")
    (tmp_path / ".autograder/secret").write_text("00" * 32, encoding="ascii")

    result = CliRunner().invoke(
        cli.main, ["grade", str(ROOT / "examples/class"), "-o", str(tmp_path), "--course", str(ROOT)]
    )

    assert result.exit_code == 2
    assert "transformers" in result.output

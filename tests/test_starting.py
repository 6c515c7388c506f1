"""A new assignment grades from the start: its audit holds, it is released and graded, and a bad name writes nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import assignment as assignments
from autograder import cli
from autograder.assignment import Assignment
from autograder.auditing import audit
from autograder.errors import AssignmentError
from autograder.pipeline import prepare
from autograder.releasing import release
from autograder.seeds import Seeds
from autograder.starting import begin

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one assignment, as the command writes it."""
    root = tmp_path_factory.mktemp("course")
    result = CliRunner().invoke(
        cli.main, ["new", "attention", "--title", "Attention & gates", "--course", str(root)], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    assert "autograder audit attention" in result.output
    return root


@pytest.fixture(scope="module")
def assignment(course: Path) -> Assignment:
    return assignments.load(course, "attention")


def test_its_audit_holds(assignment: Assignment) -> None:
    result = audit.audit(prepare(assignment, Seeds(audit.SECRET)), workers=2)
    assert [criterion for criterion in result.criteria if not criterion.ok] == []
    assert {row.kind for row in result.rows} == {"reference", "variants", "mistakes", "nulls", "mutants"}


def test_its_own_copy_is_exactly_what_its_sources_give(assignment: Assignment) -> None:
    assert release.differences(release.make(assignment), assignment.grading.parent) == []


def test_what_students_receive_has_no_answer_in_it(assignment: Assignment) -> None:
    files = release.make(assignment).files
    assert {"README.md", "highway.py", "softmax.py", "written_gate.md", "grading/key.bin"} <= files.keys()
    assert b"NotImplementedError" in files["highway.py"]
    assert not [
        name for name, content in files.items() if b"keepdim=True)" in content or b"thirty Jacobians" in content
    ]


def test_a_class_is_graded_and_a_mistake_is_named(course: Path, assignment: Assignment, tmp_path: Path) -> None:
    for student, softmax in (
        ("ada", assignment.reference / "softmax.py"),
        ("bo", course / "solutions/attention/mistakes/softmax/over_all_scores.py"),
    ):
        folder = tmp_path / "class" / student
        folder.mkdir(parents=True)
        shutil.copy(assignment.reference / "highway.py", folder)
        shutil.copy(softmax, folder / "softmax.py")
    words = ["grade", str(tmp_path / "class"), "-o", str(tmp_path / "out"), "--course", str(course), "--class"]
    done = subprocess.run(
        [sys.executable, "-c", "from autograder.cli import main; main()", *words, "-j", "1", "--isolation", "reduced"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    grades = [json.loads(line) for line in (tmp_path / "out/grades.jsonl").read_text(encoding="utf-8").splitlines()]
    points = {grade["student"]: {e["id"]: sum(c["points"] or 0 for c in e["checks"]) for e in grade["exercises"]} for grade in grades}  # fmt: skip  # noqa: E501
    assert points == {
        "ada": {"highway": 8, "softmax": 4, "written_gate": 0},
        "bo": {"highway": 8, "softmax": 1, "written_gate": 0},
    }
    assert "Divided by the sum of all scores, not of one row" in (tmp_path / "out/bo/report.html").read_text("utf-8")


def test_its_files_are_in_the_projects_style(course: Path) -> None:
    places = [str(course / "assignments/attention/grading"), str(course / "solutions")]
    for words in (["check", "--select", "E,F,W,I,N,B,UP,SIM,RUF"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--config", str(ROOT / "pyproject.toml"), *places],
            capture_output=True,
            text=True,
            check=False,
        )
        if "No module named ruff" in done.stderr:
            pytest.skip("ruff is not installed here")
        assert done.returncode == 0, done.stdout


def test_the_page_for_authors_names_what_the_command_writes(course: Path) -> None:
    page = (ROOT / "docs/authoring.md").read_text(encoding="utf-8")
    quoted = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert quoted
    source = (course / "assignments/attention/grading/checks.py").read_text(encoding="utf-8")
    assert quoted[1].replace("(student, reference)", "(student: Any, reference: Any) -> None") in source
    for name in ("checks.py", "probes", "families.py", "hints.toml", "__init__.py"):
        assert f"`{name}" in page
        assert (course / "assignments/attention/grading" / name).exists()
    for name in ("source", "hidden", "mistakes", "variants", "equivalent.toml"):
        assert f"`{name}" in page
        assert (course / "solutions/attention" / name).exists()


@pytest.mark.parametrize("name", ["", "Attention", "1st", "two words", "../up", "stand_ins", "a" * 41])
def test_a_name_that_cannot_be_one_is_refused_in_words(name: str, tmp_path: Path) -> None:
    with pytest.raises(AssignmentError) as caught:
        begin.begin(tmp_path, name, "A title")
    assert "small letters" in str(caught.value.mend)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ["", " ", "two\nlines", 'with "quotes"'])
def test_a_title_that_cannot_be_one_is_refused(title: str, tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match="title"):
        begin.begin(tmp_path, "fine", title)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("file", "was", "becomes", "says"),
    [
        ("checks.py", "points=4", "points=four", r"checks.py:\d+: NameError: name 'four' is not defined"),
        ("checks.py", "def forward(", "def forward", r"checks.py:\d+: SyntaxError"),
        ("families.py", "FAMILIES = {family.name", "FAMILIES = {family.nme", r"families.py:\d+: AttributeError"),
        ("probes/__init__.py", "Highway()}", "Highway(1)}", r"probes/__init__.py:\d+: TypeError"),
        ("checks.py", '"highway.parity"', '"highway.party"', "unknown probe 'highway.party'"),
    ],
)
def test_a_slip_of_the_author_is_told_with_file_and_line(
    course: Path, tmp_path: Path, file: str, was: str, becomes: str, says: str
) -> None:
    shutil.copytree(course, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "course/assignments/attention/grading" / file
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(AssignmentError, match=says):
        assignments.load(tmp_path / "course", "attention")


def test_nothing_is_written_over(course: Path) -> None:
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    result = CliRunner().invoke(cli.main, ["new", "attention", "--course", str(course)])
    assert result.exit_code == 2
    assert "is there already, so nothing was written" in result.output
    assert {path: path.read_bytes() for path in course.rglob("*") if path.is_file()} == before

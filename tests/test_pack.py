"""``autograder pack``: what belongs into the zip, and nothing else; intake takes it and knows its handout."""

from __future__ import annotations

import dataclasses
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_check import folder, handout, mark

from autograder import assignment as assignments
from autograder import checking, intake, pipeline
from autograder import handout as handouts
from autograder import pack as packing
from autograder.cli import main
from autograder.intake import madefrom
from autograder.model import Submission
from autograder.pack import MANIFEST, Packed
from autograder.pipeline import Course
from autograder.sandbox.trusted import TrustedSandbox

__all__ = ["folder", "handout"]

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "solutions" / "rnn" / "source"


def solve(folder: Path, *names: str) -> None:
    for name in names:
        text = (SOURCE / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("# BEGIN SOLUTION", "#").replace("# END SOLUTION", "#"))


def read(folder: Path) -> tuple[assignments.Assignment, Submission]:
    assignment = assignments.load_handout(folder)
    submission = intake.receive([folder], assignment.exercises, mode="single").entries[0].read()
    return assignment, checking.own_work(folder, submission)


def packed(folder: Path) -> Packed:
    assignment, submission = read(folder)
    return packing.choose(assignment, handouts.read(folder), folder, submission, packing.recall(folder, submission))


def names_of(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return set(archive.namelist())


STUBS = {path.name for path in (ROOT / "assignments" / "rnn").glob("*.py")}
ANSWERS = {path.name for path in (ROOT / "assignments" / "rnn").glob("written_*.md")}


# --- what belongs in it ------------------------------------------------------------------------------


def test_stubs_and_answers_belong_in_it_and_nothing_of_the_handout_beside_them(folder: Path) -> None:
    """No data, no grading, no README, no untouched notebook, no environment, no caches, no wheels."""
    for junk in (".venv/lib/x.py", "__pycache__/a.pyc", "wheels/x.whl", "wheels/setup.py", ".autograder/checked.json"):
        (folder / junk).parent.mkdir(parents=True, exist_ok=True)
        (folder / junk).write_text("x = 1\n")
    assert set(packed(folder).files) == STUBS | ANSWERS


def test_helpers_come_along_where_something_imports_them(folder: Path) -> None:
    """Directly, through one another, from a folder; what nobody imports is left out, and it is said."""
    (folder / "lstm_cell.py").write_text("from helpers import gates\nclass LSTMCell:\n    pass\n")
    (folder / "helpers.py").write_text("import tools.small\ndef gates():\n    pass\n")
    (folder / "tools").mkdir()
    (folder / "tools" / "__init__.py").write_text("")
    (folder / "tools" / "small.py").write_text("x = 1\n")
    (folder / "scratch.py").write_text("x = 1\n")
    (folder / "notes.txt").write_text("x\n")
    made = packed(folder)
    assert set(made.files) - STUBS - ANSWERS == {"helpers.py", "tools/small.py"}
    assert made.left_out == ("scratch.py",)


def test_definitions_in_files_of_other_names_belong_in_it(folder: Path) -> None:
    (folder / "my_cells.py").write_text("class GRUCell:\n    pass\n")
    (folder / "answer to 3.md").write_text("# Written: which words matter\n\nThis one.\n")
    assert {"my_cells.py", "answer to 3.md"} <= set(packed(folder).files)


def test_a_notebook_that_was_worked_in_belongs_in_it(folder: Path) -> None:
    book = next(folder.glob("*.ipynb"), folder / "rnn.ipynb")
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    text = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{**cell, "source": "class LSTMCell: pass"}]}
    book.write_text(json.dumps(text))
    assert book.name in packed(folder).files


def test_a_broken_file_is_packed_and_its_problem_named(folder: Path) -> None:
    (folder / "bilstm.py").write_text("class BiLSTM(\n")
    made = packed(folder)
    assert "bilstm.py" in made.files
    assert [p for p in made.problems if p.startswith("bilstm.py, line ")]
    assert json.loads(made.manifest())["problems"] == list(made.problems)


def test_the_manifest_says_what_is_in_it(folder: Path) -> None:
    solve(folder, "lstm_cell.py")
    plain = json.loads(packed(folder).manifest())
    assert plain["schema"] == 1
    assert (plain["assignment"], plain["handout"]) == ("rnn", "1.0")
    assert plain["files"]["lstm_cell.py"] == handouts.sha256((folder / "lstm_cell.py").read_bytes())
    assert "gru_cell" in plain["unattempted"]
    assert "written_rnn" in plain["unattempted"]
    assert "lstm_cell" not in plain["unattempted"]
    assert plain["checked"] is None


# --- the command -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_checks_packs_and_reminds(folder: Path) -> None:
    """What the check said is in the manifest; a second time it need not be checked again."""
    solve(folder, "lstm_cell.py", "text.py")
    (folder / "bilstm.py").write_text("class BiLSTM(\n")
    first = CliRunner().invoke(main, ["pack"], catch_exceptions=False)
    again = CliRunner().invoke(main, ["pack", "-o", "ada.zip"], catch_exceptions=False)

    assert first.exit_code == again.exit_code == 0
    assert "checking it first" in first.output
    assert "checking it first" not in again.output
    assert "not begun yet" in again.output
    assert "GRU cell" in again.output
    assert "bilstm.py" in again.output
    assert names_of(folder / "ada.zip") == names_of(folder / "rnn.zip") == STUBS | ANSWERS | {MANIFEST}
    with zipfile.ZipFile(folder / "ada.zip") as archive:
        plain = json.loads(archive.read(MANIFEST))
    assert plain["checked"]["exercises"]["lstm_cell"] == {"passed": 6, "of": 6}
    assert plain["checked"]["judged"] == 63
    assert {"gru_cell", "written_rnn"} <= set(plain["unattempted"])
    assert not {"lstm_cell", "bilstm"} & set(plain["unattempted"])


def test_what_cannot_be_checked_is_packed_all_the_same(folder: Path) -> None:
    (folder / "grading" / "key.bin").unlink()
    result = CliRunner().invoke(main, ["pack"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "it could not be checked: the public key" in result.output
    assert names_of(folder / "rnn.zip") == STUBS | ANSWERS | {MANIFEST}


def test_a_check_of_older_files_counts_for_nothing(folder: Path) -> None:
    _, submission = read(folder)
    (folder / packing.STATE).parent.mkdir()
    said = {"submission": submission.digest, "judged": 63, "passed": 0, "hidden": 5}
    (folder / packing.STATE).write_text(json.dumps(said))
    assert packing.recall(folder, submission) == said
    assert packing.recall(folder, dataclasses.replace(submission, digest="sha256:other")) is None
    for bad in ("", "[]", "{", json.dumps(said | {"judged": "all"})):
        (folder / packing.STATE).write_text(bad)
        assert packing.recall(folder, submission) is None


def test_without_a_handout_it_says_where_to_do_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["pack", "--no-check"], catch_exceptions=False)
    assert result.exit_code == 1
    assert "in the folder that you were handed out" in result.stderr


# --- what is received --------------------------------------------------------------------------------


def test_the_zip_is_received_as_one_submission_of_its_handout(folder: Path, rnn: assignments.Assignment) -> None:
    solve(folder, "lstm_cell.py")
    CliRunner().invoke(main, ["pack", "--no-check", "-o", str(folder.parent / "ada.zip")], catch_exceptions=False)
    received = intake.receive([folder.parent / "ada.zip"], rnn.exercises)
    submission = received.entries[0].read()
    assert (received.kind, submission.student, submission.handout) == ("single", "ada", "1.0")
    assert {file.name for file in submission.files} == STUBS
    assert submission.problems == ()


@pytest.mark.parametrize("way", ["folder", "zip", "class"])
def test_work_from_another_handout_is_graded_by_rules_that_say_so(
    folder: Path, tmp_path: Path, course: Course, way: str
) -> None:
    """However it comes in: as the whole folder with its handout.json, zipped, or in a class."""
    for name in ("grading", "data"):
        shutil.rmtree(folder / name, ignore_errors=True)
    solve(folder, "lstm_cell.py")
    mark(folder, "0.9")
    path = folder
    if way == "zip":
        path = Path(shutil.make_archive(str(tmp_path / "ada"), "zip", folder.parent, folder.name))
    elif way == "class":
        path = tmp_path / "class"
        for student in ("ada", "ben"):
            shutil.copytree(folder, path / student)
    submission = intake.receive([path], course.assignment.exercises).entries[0].read()
    assert submission.handout == "0.9"

    sandbox = TrustedSandbox(course.assignment.probes, stubs=course.assignment.stubs)
    few = dataclasses.replace(course.assignment, exercises=course.assignment.exercises[1:2])
    grade = pipeline.grade(submission, dataclasses.replace(course, assignment=few), sandbox)

    assert grade.handout == course.assignment.handout
    said = f"made from handout 0.9, graded by the rules of handout {course.assignment.handout}"
    assert [note for note in grade.notes if note.startswith(said)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"handout": "1.10"}', "1.10"),
        ('{"handout": "1; rm"}', ""),
        ('{"handout": 1}', ""),
        ("[1]", ""),
        ("{", ""),
        ("", ""),
        ('{"handout": "' + "1" * 21 + '"}', ""),
        ("[" * 100_000, ""),
    ],
)
def test_a_version_is_a_few_plain_characters_or_nothing(text: str, found: str) -> None:
    assert madefrom.version(text.encode()) == found

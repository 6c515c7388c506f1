"""The output folder is safe from names, from other programs' files and from half-written reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import OutputError
from autograder.model import Grade
from autograder.output import Output, safe_name, write_text


@given(st.text(max_size=200))
def test_no_name_of_a_student_leaves_the_folder_or_hides_in_it(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe not in (".", "..")
    assert not safe.startswith((".", "-"))
    assert "/" not in safe
    assert "\\" not in safe
    assert len(safe) <= 100
    assert all(c.isprintable() for c in safe)


@given(st.lists(st.text(max_size=20), unique=True, max_size=30))
def test_two_students_never_share_a_folder(names: list[str]) -> None:
    folders = Output(Path("out"), "").folders(names)
    assert len({folder.name.casefold() for folder in folders.values()}) == len(names)


@pytest.mark.parametrize("name", ["CON", "nul.txt", "index", "LPT1", "..", "a/../b", ".autograder"])
def test_reserved_names_are_avoided(name: str) -> None:
    safe = safe_name(name)
    assert safe.casefold().split(".")[0] not in {"con", "nul", "index", "lpt1"}
    assert safe != ".autograder"


def test_the_gradebook_lies_in_the_folder_unless_another_is_named(tmp_path: Path) -> None:
    assert Output.open(tmp_path / "out", "rnn").gradebook == str(tmp_path / "out" / "gradebook.db")
    Output.open(tmp_path / "out", "rnn", "postgresql://grader:pa:ss@host/grades")

    again = Output.open(tmp_path / "out", "rnn")

    assert again.gradebook == "postgresql://grader@host/grades"
    assert again.assignment == "rnn"
    assert "pa:ss" not in (tmp_path / "out/.autograder/run.json").read_text(encoding="utf-8")


def test_the_secret_of_a_folder_from_before_the_gradebook_is_found(tmp_path: Path) -> None:
    Output.open(tmp_path / "out", "rnn")
    (tmp_path / "out/.autograder/secret").write_text("00ff\n", encoding="ascii")
    assert Output.open(tmp_path / "out", "rnn").secret == b"\x00\xff"


def test_a_folder_of_another_assignment_or_of_nobody_is_refused(tmp_path: Path) -> None:
    Output.open(tmp_path / "out", "rnn")
    with pytest.raises(OutputError, match="rnn"):
        Output.open(tmp_path / "out", "transformers")
    with pytest.raises(OutputError, match="was not made by"):
        Output.of(tmp_path)


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(OutputError, match="not empty"):
        Output.open(tmp_path, "rnn")
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_damaged_state_is_an_error_with_a_mend(tmp_path: Path) -> None:
    Output.open(tmp_path / "out", "rnn")
    (tmp_path / "out/.autograder/run.json").write_text("{", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        Output.open(tmp_path / "out", "rnn")
    assert caught.value.mend


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", json.dumps({"digests": 1, "exercises": 2})])
def test_a_grade_that_cannot_be_read_is_not_held(tmp_path: Path, text: str) -> None:
    grade = Grade("rnn", "ada", "sha256:0", "2026-01-01T00:00:00+00:00", "full", ())
    for name in ("report.html", "results.json"):
        (tmp_path / name).write_text("something", encoding="utf-8")
    (tmp_path / "grade.json").write_text(text, encoding="utf-8")
    assert not Output.holds(tmp_path, grade)

    (tmp_path / "grade.json").write_text(json.dumps(grade.to_json()), encoding="utf-8")
    assert Output.holds(tmp_path, grade)
    (tmp_path / "report.html").unlink()
    assert not Output.holds(tmp_path, grade)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "first")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "\ud800")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]

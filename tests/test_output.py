"""The output folder is safe from names, from other programs' files and from half-written reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import OutputError
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
    folders = Output(Path("out"), b"").folders(names)
    assert len({folder.name.casefold() for folder in folders.values()}) == len(names)


@pytest.mark.parametrize("name", ["CON", "nul.txt", "index", "LPT1", "..", "a/../b", ".autograder"])
def test_reserved_names_are_avoided(name: str) -> None:
    safe = safe_name(name)
    assert safe.casefold().split(".")[0] not in {"con", "nul", "index", "lpt1"}
    assert safe != ".autograder"


def test_the_secret_is_made_once_and_is_not_readable_by_others(tmp_path: Path) -> None:
    first = Output.open(tmp_path / "out", "rnn")
    again = Output.open(tmp_path / "out", "rnn")
    assert first.secret == again.secret
    assert len(first.secret) == 32
    assert (tmp_path / "out/.autograder/secret").stat().st_mode & 0o077 == 0


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


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", json.dumps({"digests": {}}), json.dumps({"digests": 1, "seed": 2})]
)
def test_a_grade_that_cannot_be_read_counts_as_not_graded(tmp_path: Path, text: str) -> None:
    (tmp_path / "grade.json").write_text(text, encoding="utf-8")
    assert Output.earlier(tmp_path, {"submission": "x"}, "seed") is None


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "first")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.txt", "\ud800")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "first"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]

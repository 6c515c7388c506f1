"""Paths become entries: a class or one submission, the roster, what is refused."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import pytest

from autograder import intake
from autograder.errors import IntakeError
from autograder.exercise import Exercise

CELL = "class LSTMCell:\n    pass\n"
GRU = "class GRUCell:\n    pass\n"
EXERCISES = [
    Exercise("lstm_cell", title="LSTM cell", stub="lstm", names=["LSTMCell"]),
    Exercise("gru_cell", title="GRU cell", stub="gru", names=["GRUCell"]),
    Exercise("written_rnn", title="Why weights are shared", written=True, points=2),
]
DATA = Path(__file__).parent / "data" / "intake"


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def students(result: intake.Intake) -> list[str]:
    return [entry.student for entry in result.entries]


# --- one submission ------------------------------------------------------------------------------


def test_a_single_file_is_one_submission(tmp_path: Path) -> None:
    write(tmp_path, {"ada.py": CELL})
    result = intake.receive([tmp_path / "ada.py"], EXERCISES)
    (submission,) = result.submissions
    assert (result.kind, result.why) == ("single", "one submission of 1 file")
    assert (submission.student, submission.files[0].module, submission.files[0].defines) == (
        "ada",
        "ada",
        ("LSTMCell",),
    )
    assert submission.problems == ()


def test_a_folder_of_different_exercises_is_one_submission(tmp_path: Path) -> None:
    write(tmp_path / "ada", {"lstm.py": CELL, "gru.py": GRU})
    result = intake.receive([tmp_path / "ada"], EXERCISES)
    assert (result.kind, result.why, students(result)) == ("single", "one submission of 2 files", ["ada"])


def test_a_notebook_and_the_file_exported_from_it_are_one_submission(tmp_path: Path) -> None:
    """Files of one stem are one student's, so the same exercise in both makes no class."""
    cells = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "class LSTMCell:\\n    pass"}]}'
    write(tmp_path / "ada", {"work.ipynb": cells, "work.py": CELL})
    result = intake.receive([tmp_path / "ada"], EXERCISES)
    (submission,) = result.submissions
    assert result.kind == "single"
    assert any("work.ipynb and work.py; the one in work.py counts" in note for note in submission.notes)


def test_several_paths_of_one_folder_are_one_submission(tmp_path: Path) -> None:
    write(tmp_path / "ada", {"lstm.py": CELL, "gru.py": GRU})
    result = intake.receive([tmp_path / "ada" / "lstm.py", tmp_path / "ada" / "gru.py"], EXERCISES)
    assert (result.kind, students(result)) == ("single", ["ada"])
    assert {file.name for file in result.submissions[0].files} == {"lstm.py", "gru.py"}


# --- a class -------------------------------------------------------------------------------------


def test_the_same_exercise_twice_makes_a_class_of_every_kind_of_part(tmp_path: Path) -> None:
    notebook = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["class LSTMCell:\\n", "    pass"]}]}'
    write(tmp_path, {"ada/lstm.py": CELL, "bob.py": CELL, "cleo.ipynb": notebook})
    pack(tmp_path / "dora.zip", {"hw/lstm.py": CELL})
    result = intake.receive([tmp_path], EXERCISES)
    assert result.kind == "class"
    assert students(result) == ["ada", "bob", "cleo", "dora"]
    assert result.why == "class: 4 submissions, because lstm_cell is defined in 4 places"
    assert all(s.files[0].defines == ("LSTMCell",) and not s.problems for s in result.submissions)


def test_the_reason_names_the_exercise_and_counts_folders(tmp_path: Path) -> None:
    write(tmp_path, {"ada/lstm.py": CELL, "bob/my work.py": CELL, "cleo/gru.py": GRU})
    result = intake.receive([tmp_path], EXERCISES)
    assert result.why == "class: 3 submissions, because lstm_cell is defined in 2 folders"


def test_broken_files_count_for_the_decision(tmp_path: Path) -> None:
    """A syntax error must not turn a class into one submission."""
    write(tmp_path, {"ada/lstm.py": CELL + "def (", "bob/lstm.py": CELL})
    assert intake.receive([tmp_path], EXERCISES).kind == "class"


def test_mode_overrides_in_both_directions(tmp_path: Path) -> None:
    write(tmp_path, {"a/lstm.py": CELL, "b/lstm.py": CELL})
    single = intake.receive([tmp_path], EXERCISES, mode="single")
    assert (single.kind, len(single.entries), single.why) == ("single", 1, "one submission of 2 files, as asked for")
    write(tmp_path / "other", {"ada/lstm.py": CELL, "bob/gru.py": GRU})
    forced = intake.receive([tmp_path / "other"], EXERCISES, mode="class")
    assert (forced.kind, students(forced)) == ("class", ["ada", "bob"])


def test_a_class_in_a_folder_in_a_folder_is_found(tmp_path: Path) -> None:
    write(tmp_path / "download" / "class", {"ada/lstm.py": CELL, "bob/lstm.py": CELL})
    for mode in ("auto", "class"):
        assert students(intake.receive([tmp_path / "download"], EXERCISES, mode=mode)) == ["ada", "bob"]


def test_mode_class_takes_a_class_of_one(tmp_path: Path) -> None:
    write(tmp_path / "class", {"ada/lstm.py": CELL, "ada/gru.py": GRU})
    assert students(intake.receive([tmp_path / "class"], EXERCISES, mode="class")) == ["ada"]


def test_a_zip_of_a_class_is_a_class(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "all.zip", {"hw/ada/lstm.py": CELL, "hw/bob/lstm.py": CELL, "__MACOSX/hw/ada/._lstm.py": b"\0"}
    )
    result = intake.receive([path], EXERCISES)
    assert (result.kind, students(result)) == ("class", ["ada", "bob"])
    assert [s.files[0].name for s in result.submissions] == ["lstm.py", "lstm.py"]


def test_several_classes_become_one_and_equal_names_stay_apart(tmp_path: Path) -> None:
    write(tmp_path / "mon", {"ada/lstm.py": CELL, "bob/lstm.py": CELL})
    write(tmp_path / "tue", {"Ada/lstm.py": CELL, "cleo/lstm.py": CELL})
    result = intake.receive([tmp_path / "mon", tmp_path / "tue"], EXERCISES)
    assert sorted(students(result)) == ["Ada-2", "ada", "bob", "cleo"]
    renamed = next(entry for entry in result.entries if entry.student == "Ada-2")
    assert "Two submissions are named Ada; this one is called Ada-2." in renamed.read().notes


def test_an_empty_folder_in_a_class_is_a_finding_of_that_student(tmp_path: Path) -> None:
    write(tmp_path, {"ada/lstm.py": CELL, "bob/lstm.py": CELL})
    (tmp_path / "cleo").mkdir()
    cleo = intake.receive([tmp_path], EXERCISES).submissions[2]
    assert cleo.student == "cleo"
    assert [(p.message, p.fatal) for p in cleo.problems] == [("is empty: nothing was handed in", True)]


def test_files_of_nobody_are_listed_and_junk_is_not(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"ada/lstm.py": CELL, "bob/lstm.py": CELL, "helper.py": "x = 1\n", "cleo.pdf": b"%PDF", ".DS_Store": ""},
    )
    write(tmp_path, {"__MACOSX/ada/lstm.py": CELL, "README.txt": "hello"})
    result = intake.receive([tmp_path], EXERCISES)
    assert students(result) == ["ada", "bob"]
    assert result.unattributed == ("cleo.pdf", "helper.py")


def test_an_entry_travels_to_another_process(tmp_path: Path) -> None:
    write(tmp_path, {"ada/lstm.py": CELL, "bob/lstm.py": CELL})
    entry = intake.receive([tmp_path], EXERCISES).entries[0]
    assert pickle.loads(pickle.dumps(entry)).read() == entry.read()


def test_names_that_are_no_text_are_made_printable(tmp_path: Path) -> None:
    write(tmp_path, {"ada/lstm.py": CELL})
    os.mkdir(os.fsencode(tmp_path) + b"/b\xffb\x1b[31m")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xffb\x1b[31m"), "lstm.py").write_text(CELL)
    submission = intake.receive([tmp_path], EXERCISES).submissions[1]
    assert submission.student.encode("utf-8").isascii()
    assert submission.student == "b_b_[31m"


# --- the roster ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "student,name\nada,Ada Lovelace\nbob,Bob\n",
        "Name;E-Mail Address;Student ID\nAda Lovelace;x@y.org;ada\nBob;b@y.org;bob\n",
        "\ufeffStudent ID\r\nada\r\nbob\r\n",
        "first name\tlast name\tuser id\nAda\tLovelace\tada\nRob\tBaker\tbob\n",
    ],
)
def test_headers_are_matched_loosely(tmp_path: Path, text: str) -> None:
    write(tmp_path / "class", {"ada/lstm.py": CELL, "cleo/lstm.py": CELL})
    (tmp_path / "roster.csv").write_bytes(text.encode())
    result = intake.receive([tmp_path / "class"], EXERCISES, roster=tmp_path / "roster.csv")
    assert result.missing == ("bob",)
    ada, cleo = result.submissions
    assert ada.notes == ()
    assert cleo.notes == ("cleo is not on the roster.",)


def test_full_names_in_any_order_and_downloaded_names_are_recognised(tmp_path: Path) -> None:
    write(tmp_path / "c", {"Ada Lovelace/l.py": CELL, "ghopper_4711_late/l.py": CELL})
    result = intake.receive([tmp_path / "c"], EXERCISES, roster=DATA / "canvas_roster.csv")
    assert result.missing == ("103",)
    assert all(s.notes == () for s in result.submissions)


def test_the_roster_can_make_a_class_where_no_exercise_is_repeated(tmp_path: Path) -> None:
    write(tmp_path / "class", {"ada/lstm.py": CELL, "emmy/gru.py": GRU})
    result = intake.receive([tmp_path / "class"], EXERCISES, roster=DATA / "canvas_roster.csv")
    assert result.why == "class: 2 submissions, because 2 of them are on the roster"


def test_without_a_roster_nobody_is_missing(tmp_path: Path) -> None:
    write(tmp_path, {"ada/lstm.py": CELL, "bob/lstm.py": CELL})
    assert intake.receive([tmp_path], EXERCISES).missing == ()


@pytest.mark.parametrize("text", ["", "colour,size\nred,3\n", "student\n", "\0\0\0"])
def test_an_unusable_roster_is_an_error_with_a_mend(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"ada.py": CELL, "roster.csv": text})
    with pytest.raises(IntakeError, match="roster") as error:
        intake.receive([tmp_path / "ada.py"], EXERCISES, roster=tmp_path / "roster.csv")
    assert "first line names its columns" in error.value.mend


# --- what no student is to blame for -------------------------------------------------------------


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="nowhere does not exist") as error:
        intake.receive([tmp_path / "nowhere"], EXERCISES)
    assert error.value.mend


def test_a_folder_without_anything_gradable_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"data.csv": "1,2", "sub/notes.txt": "x"})
    with pytest.raises(IntakeError, match=r"nothing in .* can be graded"):
        intake.receive([tmp_path], EXERCISES)


def test_a_file_of_another_kind_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"ada.docx": b"x"})
    with pytest.raises(IntakeError, match="cannot be graded"):
        intake.receive([tmp_path / "ada.docx"], EXERCISES)


def test_no_path_is_an_error() -> None:
    with pytest.raises(IntakeError, match="no path"):
        intake.receive([], EXERCISES)

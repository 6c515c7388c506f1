"""Downloads of learning platforms are recognised by their shape, as folders and as zips."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import intake
from autograder.errors import IntakeError
from autograder.exercise import Exercise
from autograder.intake.downloads import download
from autograder.intake.downloads.recognise import HandedIn
from autograder.intake.receive import Intake
from autograder.intake.received import Received
from autograder.intake.wanted import wanted

EXERCISES = (Exercise("lstm_cell", title="LSTM cell", names=["LSTMCell"]),)
CELL = b"class LSTMCell:\n    pass\n"
Make = Callable[[dict[str, bytes]], Path]


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture(params=["folder", "zip", "zip with a folder"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Writes files as a folder or as a zip and says where."""

    def write(files: dict[str, bytes]) -> Path:
        if request.param == "folder":
            for name, data in files.items():
                path = tmp_path / "download" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            return tmp_path / "download"
        top = "hw1 submissions/" if "with" in request.param else ""
        (tmp_path / "download.zip").write_bytes(zipped({top + name: data for name, data in files.items()}))
        return tmp_path / "download.zip"

    return write


def receive(path: Path, roster: str = "") -> Intake:
    if roster:
        (path.parent / "roster.csv").write_text(roster, encoding="utf-8")
    return intake.receive([path], EXERCISES, roster=path.parent / "roster.csv" if roster else None)


def facts(result: Intake) -> dict[str, Received]:
    return {entry.student: cast("HandedIn", entry).received for entry in result.entries}


def files(result: Intake) -> dict[str, list[str]]:
    return {work.student: sorted(file.name for file in work.files) for work in result.submissions}


# --- Canvas -------------------------------------------------------------------------------------

CANVAS = {
    "doejane_501_9001_lstm_cell.py": CELL,
    "doejane_501_9002_notes.md": b"why",
    "åsbjörn_LATE_502_9003_my work.py": CELL,
    "ezechidi_503_9004_hw1.zip": zipped({"hw1/lstm_cell.py": CELL, "hw1/helpers.py": b"x = 1\n"}),
    "deviuma_504_9005_lstm_cell-1.py": CELL + b"# again\n",
    "deviuma_504_9006_lstm_cell.py": CELL,
    "readme.txt": b"of the teaching assistant",
}
ROSTER = 'Student,ID,SIS Login ID,Section\n"Doe, Jane",501,jane,A\n"Ås, Björn",502,bjo,A\n"Eze, Chidi",503,chi,B\n'


def test_canvas_files_are_joined_by_user_id_and_have_their_own_names(make: Make) -> None:
    result = receive(make(CANVAS), ROSTER + '"Devi, Uma",504,uma,B\n"Ito, Ken",505,ken,B\n')

    assert result.kind == "class"
    assert "Canvas" in result.why
    assert files(result) == {
        "501": ["lstm_cell.py"],
        "502": ["my work.py"],
        "503": ["helpers.py", "lstm_cell.py"],
        "504": ["lstm_cell.py"],
    }
    assert {student: fact.late for student, fact in facts(result).items()} == {
        "501": False,
        "502": True,
        "503": False,
        "504": False,
    }
    assert result.missing == ("505",)
    assert result.unattributed == ("readme.txt",)


def test_canvas_the_last_of_a_file_that_was_handed_in_again_counts(make: Make) -> None:
    work = next(w for w in receive(make(CANVAS)).submissions if w.student == "deviuma")
    assert "# again" in work.files[0].units[0].source
    assert any("more than once" in note for note in work.notes)


def test_canvas_without_names(make: Make) -> None:
    result = receive(make({"anon_ab1_9001_lstm_cell.py": CELL, "LATE_anon_cd2_9002_lstm_cell.py": CELL}))
    assert {student: fact.late for student, fact in facts(result).items()} == {"anon_ab1": False, "anon_cd2": True}


def test_canvas_two_students_of_one_name_stay_two(make: Make) -> None:
    result = receive(make({"leewei_1_9_lstm_cell.py": CELL, "leewei_2_10_lstm_cell.py": CELL}))
    assert sorted(facts(result)) == ["leewei-1", "leewei-2"]


def test_a_damaged_zip_of_one_student_costs_the_others_nothing(make: Make) -> None:
    result = receive(make({**CANVAS, "broken_509_9009_hw1.zip": b"PK\x03\x04 cut off"}))
    broken = next(work for work in result.submissions if work.student == "broken")
    assert broken.problems[0].fatal
    assert "hw1.zip" in broken.problems[0].file
    assert len(result.entries) == 5


# --- Moodle -------------------------------------------------------------------------------------

MOODLE = {
    "Ada Okafor_71_assignsubmission_file/lstm_cell.py": CELL,
    "Ada Okafor_71_assignsubmission_onlinetext/onlinetext.html": b"<p>done</p>",
    "Björn Ås_72_assignsubmission_file_/hw/lstm_cell.py": CELL,
    "Björn Ås_72_assignsubmission_file_/hw/helpers.py": b"x = 1\n",
}


def test_moodle_folders_are_students_of_either_version(make: Make) -> None:
    roster = "student,name\nada,Ada Okafor\nbjo,Björn Ås\numa,Uma Devi\n"
    result = receive(make({**MOODLE, "course.mbz": b"?"}), roster)
    assert files(result) == {"ada": ["lstm_cell.py"], "bjo": ["helpers.py", "lstm_cell.py"]}
    assert result.missing == ("uma",)
    assert result.unattributed == ("course.mbz",)


def test_moodle_flat_files_and_blind_marking(make: Make) -> None:
    result = receive(
        make(
            {
                "Participant_81_assignsubmission_file_lstm_cell.py": CELL,
                "Participant_82_assignsubmission_file_lstm_cell.py": CELL,
            }
        )
    )
    assert files(result) == {"Participant 81": ["lstm_cell.py"], "Participant 82": ["lstm_cell.py"]}


def test_moodle_one_folder_alone_is_still_a_download(make: Make) -> None:
    result = receive(make({"Ada Okafor_71_assignsubmission_file/lstm_cell.py": CELL}))
    assert list(files(result)) == ["Ada Okafor"]


def test_one_folder_of_moodles_among_ordinary_ones_is_one_of_a_class(make: Make) -> None:
    ordinary = {f"{name}/lstm_cell.py": CELL for name in ("bob", "cleo")}
    result = receive(make({"Ada Okafor_71_assignsubmission_file/lstm_cell.py": CELL, **ordinary}))
    assert sorted(files(result)) == ["Ada Okafor_71_assignsubmission_file", "bob", "cleo"]
    assert result.unattributed == ()


# --- Gradescope ---------------------------------------------------------------------------------

GRADESCOPE = {
    "submission_metadata.yml": b"""---
submission_11:
  :submitters:
  - :name: Ada Okafor
    :sid: '501'
    :email: ada@example.edu
  :created_at: 2026-02-03 04:05:06.000000000 Z
  :score: 8.0
  :history: []
submission_12:
  :submitters:
  - :name: Bj\xc3\xb6rn \xc3\x85s
    :email: bjorn@example.edu
  - :name: Chidi Eze
    :sid: 503
  :created_at: '2026-02-03 06:05:06 +0200'
""",
    "submission_11/lstm_cell.py": CELL,
    "submission_12/lstm_cell.py": CELL,
    "submission_13/lstm_cell.py": CELL,
}


def test_gradescope_submitters_are_read_and_a_group_has_one_entry_each(make: Make) -> None:
    roster = "sid,name,email\n501,Ada Okafor,ada@example.edu\nb2,Björn Ås,bjorn@example.edu\n503,Chidi Eze,\n"
    result = receive(make(GRADESCOPE), roster)
    assert files(result) == {"501": ["lstm_cell.py"], "503": ["lstm_cell.py"], "b2": ["lstm_cell.py"]}
    assert facts(result)["501"].at == "2026-02-03T04:05:06+00:00"
    assert facts(result)["b2"].at == "2026-02-03T04:05:06+00:00"
    assert result.unattributed == ("submission_13/",)
    work = next(w for w in result.submissions if w.student == "b2")
    assert any("group: Björn Ås, Chidi Eze" in note for note in work.notes)


@pytest.mark.parametrize(
    "metadata",
    [b"", b"- a\n- b\n", b"{{{", b"submission_11: 5\n", b"submission_11:\n  :submitters: [1, x]\n", b"\xff\xfe\x00"],
)
def test_gradescope_metadata_that_say_nothing_leave_every_folder_to_nobody(tmp_path: Path, metadata: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({**GRADESCOPE, "submission_metadata.yml": metadata}))
    result = receive(tmp_path / "a.zip")
    assert result.entries == ()
    assert set(result.unattributed) == {"submission_11/", "submission_12/", "submission_13/"}


def test_yaml_that_would_make_objects_makes_none(tmp_path: Path) -> None:
    evil = b"submission_11: !!python/object/apply:os.system ['touch " + str(tmp_path / "ran").encode() + b"']\n"
    (tmp_path / "a.zip").write_bytes(zipped({**GRADESCOPE, "submission_metadata.yml": evil}))
    receive(tmp_path / "a.zip")
    assert not (tmp_path / "ran").exists()


# --- nbgrader -----------------------------------------------------------------------------------


def test_nbgraders_tree_gives_students_and_their_times(make: Make) -> None:
    tree = {
        "submitted/ada/hw1/lstm_cell.py": CELL,
        "submitted/ada/hw1/timestamp.txt": b"2015-02-02 14:58:23.948203 America/Los_Angeles",
        "submitted/ben/hw1/lstm_cell.py": CELL,
    }
    result = receive(make(tree))
    assert files(result) == {"ada": ["lstm_cell.py"], "ben": ["lstm_cell.py"]}
    assert facts(result)["ada"].at == "2015-02-02T22:58:23.948203+00:00"
    assert facts(result)["ben"].at == ""


def test_nbgraders_tree_of_one_student(make: Make) -> None:
    result = receive(make({"submitted/ada/hw1/lstm_cell.py": CELL, "submitted/ada/hw1/timestamp.txt": b"soon"}))
    assert files(result) == {"ada": ["lstm_cell.py"]}


def test_nbgraders_tree_of_several_assignments_is_refused_with_a_mend(make: Make) -> None:
    path = make({"submitted/ada/hw1/lstm_cell.py": CELL, "submitted/ada/hw2/lstm_cell.py": CELL})
    with pytest.raises(IntakeError, match="hw1, hw2") as caught:
        receive(path)
    assert caught.value.mend


# --- what is no download ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "plain",
    [
        {"ada/lstm_cell.py": CELL, "ben/lstm_cell.py": CELL},
        {"lstm_cell.py": CELL, "hw_1_2_cell.py": b"x = 1\n", "notes.md": b""},
        {"ada.py": CELL, "ben.py": CELL},
        {},
    ],
)
def test_an_ordinary_folder_is_not_taken_for_a_download(make: Make, plain: dict[str, bytes]) -> None:
    if plain:
        assert download(make(plain), wanted(EXERCISES), None) is None


def test_one_submission_that_was_asked_for_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(CANVAS))
    assert intake.receive([tmp_path / "a.zip"], EXERCISES, mode="single").kind == "single"


NAMES = st.lists(
    st.text(min_size=1, max_size=40).filter(lambda s: "\0" not in s)
    | st.sampled_from([*CANVAS, *MOODLE, *GRADESCOPE, "../x_1_2_a.py", "/x_1_2_a.py", "submitted/a/b/c.py"]),
    max_size=8,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(NAMES)
def test_no_names_in_a_zip_raise_anything_but_a_plain_refusal(
    tmp_path_factory: pytest.TempPathFactory, given: list[str]
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.zip"
    try:
        path.write_bytes(zipped(dict.fromkeys(given, CELL)))
    except (UnicodeEncodeError, ValueError):
        return
    found = None
    with contextlib.suppress(IntakeError):
        found = download(path, wanted(EXERCISES), None)
    for entry in found.entries if found else ():
        assert entry.read().student


def test_a_download_is_graded_with_its_late_marks_in_the_gradebook(tmp_path: Path) -> None:
    """The entries have what the batch needs: the platform's facts, and files under their own names."""
    from autograder.intake.raw import files_of

    (tmp_path / "a.zip").write_bytes(zipped(CANVAS))
    entry = next(e for e in receive(tmp_path / "a.zip").entries if e.student == "åsbjörn")
    work = entry.read()
    assert files_of(entry.sources, work.digest) == {"my work.py": CELL}
    assert cast("HandedIn", entry).received == Received(late=True, source="a.zip")


def test_a_folder_too_large_to_be_read_whole_is_refused_and_no_file_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.intake.downloads.members.MAX_CLASS_MEMBERS", 3)
    for number in range(4):
        (tmp_path / f"student{number}_{number}_{number}_lstm.py").write_bytes(CELL)

    with pytest.raises(IntakeError, match="more than 3 files"):
        receive(tmp_path)

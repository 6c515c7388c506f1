"""``autograder check``: what a student sees before handing in, in a real handout, in a process of its own."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import made
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from autograder import assignment as assignments
from autograder import checking, checkview
from autograder import handout as handouts
from autograder.checking import Checked, Desk
from autograder.cli import main
from autograder.errors import AssignmentError, UnknownName
from autograder.handout import MARKER, Handout
from autograder.model import Evidence, ExerciseGrade, Finding, Outcome, Submission
from autograder.sandbox.trusted import TrustedSandbox
from autograder.uses import used_by

ROOT = Path(__file__).resolve().parents[1]
CELL = (ROOT / "solutions" / "rnn" / "source" / "lstm_cell.py").read_text(encoding="utf-8")
SLIP = CELL.replace("torch.tanh(c)", "c")


@pytest.fixture(scope="module")
def handout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a student was handed out, with a ``handout.json`` that fits it."""
    folder = tmp_path_factory.mktemp("home") / "rnn"
    shutil.copytree(ROOT / "assignments" / "rnn", folder, ignore=shutil.ignore_patterns("__pycache__"))
    mark(folder, "1.0")
    return folder


def mark(folder: Path, version: str, assignment: str = "rnn") -> None:
    files = {
        path.relative_to(folder).as_posix(): handouts.sha256(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MARKER
    }
    (folder / MARKER).write_text(Handout(assignment, "Recurrent networks", version, files).to_json())


@pytest.fixture
def folder(handout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's own copy, in which the student is."""
    own = tmp_path / "mine" / "rnn"
    shutil.copytree(handout, own)
    monkeypatch.chdir(own)
    monkeypatch.setenv("COLUMNS", "100")
    return own


@pytest.fixture(scope="module")
def desk(handout: Path) -> Desk:
    return checking.open_desk(handout)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["check", *words], catch_exceptions=False)


def judged(desk: Desk, submission: Submission, *names: str) -> Checked:
    sandbox = TrustedSandbox(desk.assignment.probes, stubs=desk.assignment.stubs)
    return checking.judge(desk, submission, desk.exercises(names), sandbox)


# --- the command, with a process for the student's code ----------------------------------------------


@pytest.mark.slow
def test_the_handout_as_it_is_has_nothing_wrong_and_nothing_done(folder: Path) -> None:
    result = run()
    assert result.exit_code == 0
    assert "isolation level none" in result.output
    assert "○ LSTM cell  `LSTMCell.__init__` is not written yet" in result.output
    assert "✗" not in result.output
    assert "0 of 63 public checks passed; 5 hidden checks remain." in result.output


@pytest.mark.slow
def test_one_exercise_shows_every_claim(folder: Path) -> None:
    (folder / "lstm_cell.py").write_text(SLIP)
    result = run("lstm_cell")
    lines = [line.strip() for line in result.output.splitlines()]
    assert result.exit_code == 0
    assert "✗ LSTM cell  4 of 6 checks passed" in lines
    assert "✓ one step returns h and c, each (batch, hidden_size)" in lines
    assert "✗ one step from a given state computes the h and c of the equations" in lines
    assert any(line.startswith("try  c = f * c + i * tanh(...)") for line in lines)
    assert any(line.startswith("On paper: all sizes 1") for line in lines)
    assert "4 of 6 public checks passed; no hidden check remains." in lines


@pytest.mark.slow
def test_a_path_wins_over_an_exercise_and_one_file_is_checked_alone(folder: Path) -> None:
    (folder / "my.py").write_text(CELL)
    assert "✓ LSTM cell  6 checks passed" in run("my.py").output
    (folder / "gru_cell").mkdir()
    shutil.copy(folder / "my.py", folder / "gru_cell" / "lstm_cell.py")
    output = run("gru_cell").output
    assert "✓ LSTM cell" in output
    assert "GRU" not in output


@pytest.mark.slow
def test_json_and_html_hold_the_same(folder: Path, tmp_path: Path) -> None:
    (folder / "lstm_cell.py").write_text(CELL)
    page = tmp_path / "out" / "my.html"

    result = run("lstm_cell", "trained_accuracy", "--json", "--html", str(page))

    found = json.loads(result.stdout)
    assert found["public"] == {"judged": 6, "passed": 6, "hidden": 3, "by_hand": 0, "missing": 0, "remarks": []}
    assert [exercise["id"] for exercise in found["exercises"]] == ["lstm_cell", "trained_accuracy"]
    assert found["isolation"] == "none"
    assert "This is a check by public cases, not a grade." in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_results_appear_one_by_one_and_again_after_a_save(folder: Path) -> None:
    """A slip is mended while it watches: the next round says so."""
    (folder / "lstm_cell.py").write_text(SLIP)
    command = [sys.executable, "-c", "from autograder.cli import main; main()", "check", "lstm_cell", "--watch"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        lines = iter(process.stdout)
        try:
            assert "✗ LSTM cell" in until(lines, "waiting for the next save")
            time.sleep(0.1)
            (folder / "lstm_cell.py").write_text(CELL)
            assert "✓ LSTM cell" in until(lines, "waiting for the next save")
        finally:
            process.kill()


def until(lines: Iterator[str], wanted: str) -> str:
    found = []
    for line in lines:
        found.append(line)
        if wanted in line:
            break
    return "".join(found)


def test_words_that_are_off_are_status_2_and_a_place_without_a_handout_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = run("lstm_sell")
    assert wrong.exit_code == 2
    assert "'lstm_sell' is neither a file nor an exercise of rnn" in wrong.stderr
    assert "lstm_cell" in wrong.stderr
    monkeypatch.chdir(tmp_path)
    nowhere = run()
    assert nowhere.exit_code == 1
    assert "there is no handout.json at or above" in nowhere.stderr
    assert "in the folder that you were handed out" in nowhere.stderr


# --- what is judged ----------------------------------------------------------------------------------


def test_a_slip_shows_once_and_what_is_built_on_it_waits(desk: Desk, reference: Submission) -> None:
    """The network is right, its cell is not: grading would try a working cell, and the check says so."""
    network = (ROOT / "solutions" / "rnn" / "source" / "simple_lstm.py").read_text(encoding="utf-8")
    result = judged(desk, made.submission(lstm_cell=SLIP, simple_lstm=network), "simple_lstm")
    found = {f.id: f for f in result.grade.exercises[0].checks}
    assert found["forward"].outcome is Outcome.SKIPPED
    assert found["forward"].waits_for == "lstm_cell"
    assert "waits for LSTM cell, which it is built on and which is not right yet" in found["forward"].message
    assert found["shapes"].outcome is Outcome.PASSED


def test_a_slip_of_its_own_is_told_whatever_else_is_wrong(desk: Desk) -> None:
    """A network that does not use the broken cell does not wait for it."""
    text = """
        import torch
        from torch import nn

        class BiLSTM(nn.Module):
            def __init__(self, input_size, hidden_size, output_size, num_layers=1):
                super().__init__()
                self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
                self.fc = nn.Linear(2 * hidden_size, output_size)

            def forward(self, x):
                return self.fc(self.lstm(x)[0][:, -1])
    """
    result = judged(desk, made.submission(lstm_cell=SLIP, bilstm=text), "bilstm")
    assert {f.id: f.outcome.value for f in result.grade.exercises[0].checks}["forward"] == "failed"


def test_names_are_followed_through_helpers_but_not_into_libraries() -> None:
    submission = made.submission(
        net="class Net:\n    def make(self):\n        return helper()\n\n\nclass Other:\n    x = nn.LSTMCell\n",
        parts="def helper():\n    return LSTMCell()\n\n\nclass LSTMCell:\n    pass\n",
        broken="def f(:\n",
    )
    assert used_by(submission, ["Net"]) == {"helper", "LSTMCell"}
    assert used_by(submission, ["Other"]) == set()


def test_the_last_lines_say_what_is_not_known(desk: Desk) -> None:
    everything = judged(desk, made.submission(lstm_cell=CELL))
    assert everything.verdict == "6 of 63 public checks passed; 5 hidden checks remain"
    assert "again, with other sizes and numbers" in everything.unknown
    assert "4 written answers are not there yet" in everything.unknown
    one = judged(desk, made.submission(lstm_cell=CELL), "lstm_cell")
    assert one.verdict == "all 6 public checks passed; no hidden check remains"
    assert "hidden checks" not in one.unknown
    hidden = judged(desk, made.submission(lstm_cell=CELL), "trained_accuracy")
    assert hidden.verdict == "no public check here; 3 hidden checks remain"


def test_an_unknown_exercise_is_told_with_those_that_exist(desk: Desk) -> None:
    with pytest.raises(UnknownName) as caught:
        desk.exercises(["lstm_cell", "nothing"])
    assert "vanilla_rnn" in caught.value.mend


# --- handouts ----------------------------------------------------------------------------------------


def copy_of(handout: Path, place: Path, version: str, assignment: str = "rnn") -> Path:
    """A handout of which only the marker matters."""
    place.mkdir(parents=True)
    mark(place, version, assignment)
    return place


def test_a_newer_handout_beside_this_one_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = checking.open_desk(folder)
    assert checking.newer(folder, desk.assignment) is None
    copy_of(folder, folder.parent / "old", "0.9")
    copy_of(folder, folder.parent / "other", "7.0", assignment="gan")
    (folder.parent / "broken").mkdir()
    (folder.parent / "broken" / MARKER).write_text("{")
    assert checking.newer(folder, desk.assignment) is None
    newer = copy_of(folder, folder.parent / "rnn-new", "1.10")
    copy_of(folder, folder.parent / "rnn-newish", "1.9")
    assert checking.newer(folder, desk.assignment) == ("1.10", newer)
    far = copy_of(folder, tmp_path / "drive", "2.0")
    for named in (far, far / MARKER):
        monkeypatch.setenv(checking.ELSEWHERE, str(named))
        assert checking.newer(folder, desk.assignment) == ("2.0", far)
    (remark,) = desk.remarks()
    assert remark.startswith(f"a newer handout is in {far}: 2.0, and this is 1.0")


def test_checks_that_were_changed_in_the_folder_are_told(folder: Path) -> None:
    desk = checking.open_desk(folder)
    assert desk.remarks() == []
    with open(folder / "grading" / "checks" / "cells.py", "a", encoding="utf-8") as file:
        file.write("\n")
    (folder / "grading" / "families.py").unlink()
    (remark,) = desk.remarks()
    assert "grading/checks/cells.py and 1 more are not as handed out" in remark


def test_the_path_decides_before_the_working_folder(
    folder: Path, handout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checking.open_desk(handout / "lstm_cell.py").folder == handout
    assert checking.open_desk(tmp_path / "work.py").folder == folder
    monkeypatch.chdir(tmp_path)
    assert checking.open_desk(folder).folder == folder
    with pytest.raises(AssignmentError, match="no handout"):
        checking.open_desk(tmp_path)


def test_in_a_course_only_what_is_handed_out_is_used(rnn: assignments.Assignment) -> None:
    desk = checking.open_desk(name="rnn", course=ROOT)
    assert desk.assignment.hidden is None
    assert not desk.assignment.stand_ins
    assert sum(len(e.checks) for e in desk.assignment.exercises) < sum(len(e.checks) for e in rnn.exercises)


# --- the terminal ------------------------------------------------------------------------------------


def shown(grade: ExerciseGrade, *, whole: bool = False) -> list[str]:
    console = Console(width=80, record=True, file=io.StringIO(), highlight=False)
    checkview.exercise(console, grade, whole=whole)
    return [line.rstrip() for line in console.export_text().splitlines()]


def finding(name: str, outcome: Outcome, message: str = "", **more: object) -> Finding:
    points = 1 if outcome is Outcome.PASSED else 0
    return Finding(name, f"claim of {name}", outcome, points, 1, "parity", message, **more)  # type: ignore[arg-type]


def test_a_passed_exercise_takes_one_line_unless_it_was_named() -> None:
    grade = ExerciseGrade("cell", "Cell", (finding("a", Outcome.PASSED), finding("b", Outcome.PASSED)), ("a note",))
    assert shown(grade) == ["✓ Cell  2 checks passed", "  note  a note"]
    assert shown(grade, whole=True)[:3] == ["✓ Cell  2 checks passed", "  ✓ claim of a", "  ✓ claim of b"]


def test_what_waits_for_a_line_above_does_not_say_so_again() -> None:
    grade = ExerciseGrade(
        "cell",
        "Cell",
        (
            finding("a", Outcome.FAILED, "h is wrong", hint="look at h"),
            finding("b", Outcome.SKIPPED, "waits for “claim of a”", waits_for="cell.a"),
            finding("c", Outcome.SKIPPED, "waits for RNN: its stub is not written yet", waits_for="rnn"),
        ),
    )
    assert shown(grade) == [
        "✗ Cell  0 of 3 checks passed",
        "  ✗ claim of a",
        "    h is wrong",
        "    try  look at h",
        "  – claim of b",
        "  – claim of c",
        "    waits for RNN: its stub is not written yet",
    ]


def test_tables_and_own_frames_are_shown_and_nothing_can_steer_the_terminal() -> None:
    table = Evidence("table", {"title": "On paper", "columns": ["value", "yours"], "rows": [["h", "[red]\x1b[2J"]]})
    frames = [{"file": "a.py", "line": 3, "function": "f", "code": "x = 1 / 0"}]
    trace = Evidence("traceback", {"exception": "ZeroDivisionError", "frames": frames})
    bad = finding("a", Outcome.CRASHED, "ZeroDivisionError: [bold]\x1b]0;title\x07", evidence=(table, trace))
    text = "\n".join(shown(ExerciseGrade("cell", "Cell", (bad,))))
    assert "\x1b" not in text
    assert "[bold]" in text
    assert "[red]" in text
    assert "a.py line 3: x = 1 / 0" in text


def test_the_student_s_side_needs_nothing_that_only_linux_has() -> None:
    """Where the modules of the sandbox cannot be imported, everything that a student uses still can."""
    code = """
import sys

ABSENT = ("fcntl", "resource", "pwd", "grp", "termios", "seccompy", "landlockpy")
OURS = tuple(f"autograder.sandbox.{name}" for name in ("host", "keeper", "ward", "child", "lockdown"))


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ABSENT + OURS:
            raise ImportError(name)


for name in ABSENT:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
import autograder.student, autograder.hints, autograder.pytest_plugin, autograder.sandbox.localchild
from autograder.reporting import html
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

"""Hints: one after the other, for every exercise that is judged by a program, and no solution among them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import hints
from autograder.assignment import Assignment
from autograder.cli import main
from autograder.errors import AssignmentError, UnknownName

ROOT = Path(__file__).resolve().parents[1]


def test_every_exercise_has_three_hints_that_grow(rnn: Assignment) -> None:
    found = hints.load(rnn.grading)
    assert set(found) == {exercise.id for exercise in rnn.exercises if not exercise.written}
    for name, texts in found.items():
        assert len(texts) == 3, name
        assert len(texts[0]) < len(texts[2]), name
        assert len(set(texts)) == 3, name
        assert all(text.rstrip().endswith((".", "?")) and len(text) > 80 for text in texts), name


def test_no_hint_holds_code_or_a_line_of_a_solution(rnn: Assignment) -> None:
    """Names of torch and of the handout are there; calls with arguments, assignments and solution lines are not."""
    text = (rnn.grading / hints.FILE).read_text(encoding="utf-8")
    solution = [
        line.strip()
        for path in rnn.reference.glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line.strip()) >= 12 and set(line) & set("=([")
    ]
    every = " ".join(hint for texts in hints.load(rnn.grading).values() for hint in texts)
    assert [line for line in solution if line in every] == []
    assert re.findall(r"\w+\([^)]*[,=\w][^)]*\)(?=[.\[(])", every) == []
    assert " = " not in every
    assert "self." not in every
    assert "`" not in text.split("\n", 3)[3]


def test_they_open_one_after_the_other_and_the_last_one_stays(rnn: Assignment, tmp_path: Path) -> None:
    for opened in (1, 2, 3, 3):
        assert [hint.number for hint in hints.step(rnn.grading, "lstm_cell", tmp_path)] == list(range(1, opened + 1))
    assert hints.step(rnn.grading, "lstm_cell", tmp_path)[-1].last
    assert not hints.step(rnn.grading, "gru_cell", tmp_path)[-1].last
    assert json.loads((tmp_path / hints.STATE).read_text()) == {"gru_cell": 1, "lstm_cell": 3}
    hints.forget("lstm_cell", tmp_path)
    assert len(hints.step(rnn.grading, "lstm_cell", tmp_path)) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"lstm_cell": "many"}', '{"lstm_cell": -4}', '{"lstm_cell": true}'])
def test_a_state_that_cannot_be_read_starts_again(rnn: Assignment, tmp_path: Path, text: str) -> None:
    (tmp_path / hints.STATE).parent.mkdir()
    (tmp_path / hints.STATE).write_text(text)
    assert len(hints.step(rnn.grading, "lstm_cell", tmp_path)) == 1


def test_what_has_no_hints_is_told(rnn: Assignment, tmp_path: Path) -> None:
    for name in ("nothing", "written_rnn"):
        with pytest.raises(UnknownName, match=f"no hint for '{name}'") as caught:
            hints.step(rnn.grading, name, tmp_path)
        assert "lstm_cell" in caught.value.mend


@pytest.mark.parametrize(
    ("text", "said"),
    [("x = [", "hints"), ("lstm_cell = 3", "list of 3"), ('lstm_cell = ["a"]', "list of 3")],
)
def test_a_file_that_does_not_fit_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert hints.load(tmp_path) == {}
    (tmp_path / hints.FILE).write_text(text)
    with pytest.raises(AssignmentError, match=said):
        hints.load(tmp_path)


def test_the_command_shows_what_is_open_and_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "assignments" / "rnn")
    monkeypatch.setattr(hints, "STATE", tmp_path / "hints.json")
    monkeypatch.setenv("COLUMNS", "100")

    first = CliRunner().invoke(main, ["hint", "gru_cell"], catch_exceptions=False)
    CliRunner().invoke(main, ["hint", "gru_cell"], catch_exceptions=False)
    last = CliRunner().invoke(main, ["hint", "gru_cell"], catch_exceptions=False)

    assert first.exit_code == 0
    assert "hint 1 of 3" in first.output
    assert "hint 2 of 3" not in first.output
    assert "autograder hint gru_cell" in first.output
    assert "hint 1 of 3" in last.output
    assert "hint 3 of 3" in last.output
    assert "the last one" in last.output
    again = CliRunner().invoke(main, ["hint", "gru_cell", "--again"], catch_exceptions=False)
    assert "hint 2 of 3" not in again.output
    assert CliRunner().invoke(main, ["hint", "gru"], catch_exceptions=False).exit_code == 2


def test_nobody_waits_for_torch_to_read_a_hint() -> None:
    code = "import sys, autograder.hints; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

"""The pytest plugin: one item for each public check in a handout, and nothing at all elsewhere."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from test_check import CELL, SLIP, folder, handout

__all__ = ["folder", "handout"]
pytest_plugins = ["pytester"]

NAME = "autograder.pytest_plugin"
# an editable installation that is older than the entry point does not bring it along
PLUGIN = [] if any(entry.value == NAME for entry in entry_points(group="pytest11")) else ["-p", NAME]
BROKEN = "class GRUCell(\n"


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    """pytest in a process of its own, in the student's folder."""
    return pytester.runpytest_subprocess(*PLUGIN, "-p", "no:cacheprovider", "-p", "no:xdist", *words)


@pytest.mark.slow
def test_each_public_check_is_an_item_with_its_claim_and_our_message(
    pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong work fails, what is not begun is skipped, and no line of the engine is in the output."""
    (folder / "lstm_cell.py").write_text(SLIP)
    (folder / "gru_cell.py").write_text(BROKEN)
    monkeypatch.chdir(folder)

    result = run(pytester, "-v", "-rs")

    result.assert_outcomes(passed=4, failed=2, skipped=57)
    lines = result.stdout.str()
    claim = "one step from a given state computes the h and c of the equations"
    assert f"handout.json::lstm_cell::{claim} FAILED" in lines
    assert f"LSTM cell: {claim}" in lines
    assert "try  c = f * c + i * tanh(...)" in lines
    assert "On paper: all sizes 1" in lines
    assert "gru_cell.py line 1: syntax error" in lines
    assert "`VanillaRNN.__init__` is not written yet" in lines
    assert "5 hidden checks remain" in lines
    for trace in ("Traceback", "CheckFailed", "checking.py", "grading.py", "site-packages"):
        assert trace not in lines


@pytest.mark.slow
def test_one_exercise_can_be_chosen(pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "lstm_cell.py").write_text(CELL)
    monkeypatch.chdir(folder)
    by_keyword = run(pytester, "-q", "-k", "lstm_cell and gradients")
    by_name = run(pytester, "-q", "handout.json::lstm_cell")
    by_keyword.assert_outcomes(passed=1, deselected=62)
    by_name.assert_outcomes(passed=6)


@pytest.mark.slow
def test_ones_own_tests_run_beside_it(pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "test_mine.py").write_text("def test_mine():\n    assert 1 + 1 == 2\n")
    monkeypatch.chdir(folder)
    result = run(pytester, "-q", "-k", "mine or count_parameters")
    result.assert_outcomes(passed=1, skipped=1, deselected=62)


def test_without_a_handout_nothing_is_collected_and_nothing_imported(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """Also where another handout lies above: only what pytest collects counts."""
    pytester.makepyfile(
        """
        import sys

        def test_light():
            ours = {name for name in sys.modules if name.startswith("autograder.")}
            assert ours <= {"autograder.pytest_plugin"}
            assert not {"torch", "numpy", "rich"} & set(sys.modules)
        """
    )
    result = run(pytester, "-q")
    result.assert_outcomes(passed=1)
    assert "handout" not in result.stdout.str()


def test_a_damaged_handout_is_an_error_in_words(
    pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "grading" / "key.bin").write_bytes(b"nothing")
    monkeypatch.chdir(folder)
    result = run(pytester, "-q")
    assert result.ret != 0
    assert "this is no public key" in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_the_plugin_is_registered_with_pytest() -> None:
    """An installed distribution brings it along; an older editable installation may not know it yet."""
    text = (Path(__file__).resolve().parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert 'torchgrade = "autograder.pytest_plugin"' in text.partition("[project.entry-points.pytest11]")[2]
    done = subprocess.run([sys.executable, "-c", "import autograder.pytest_plugin"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

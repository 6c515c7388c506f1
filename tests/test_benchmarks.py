"""What the graders are compared with: the submissions fail by hand-written tests and here what they should fail."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import growth  # noqa: E402  # benchmarks are no package
from graders import timing, tiny, work  # noqa: E402
from graders.by_ours import Ours  # noqa: E402


@pytest.mark.parametrize("student", work.STUDENTS)
def test_a_submission_fails_just_what_is_wrong_in_it_by_tests_by_hand(student: str) -> None:
    space: dict[str, Any] = {}
    for exercise in work.MODULES:
        exec(work.piece(student, exercise), space)
    failed = set()
    for exercise, checks in work.tests(False, Path("unused")).items():
        assert tuple(checks) == work.checks(exercise)
        for check, source in checks.items():
            exec(source, space)
            try:
                space[f"{exercise}__{check}"](space[work.NAMES[exercise]])
            except Exception:
                failed.add(f"{exercise}.{check}")
    assert failed == work.wanted(student, False)


def test_the_training_is_tested_by_hand_too() -> None:
    source = work.tests(True, Path("/somewhere/texts.json"))["training"]["accuracy"]
    assert 'open("/somewhere/texts.json")' in source
    assert work.wanted("jan", True) - work.wanted("jan", False) == {"training.accuracy"}


@pytest.mark.slow
def test_the_same_is_failed_here(tmp_path: Path) -> None:
    """By the command that the benchmark measures, in full isolation."""
    data = tmp_path / "texts.json"
    work.write_texts(data)
    ours = Ours(tmp_path / "ours", training=False, data=data)
    ours.grade(("ada", "ines", "jan"))
    assert ours.failed() == {student: work.wanted(student, False) for student in ("ada", "ines", "jan")}


def test_the_texts_are_the_same_each_time(tmp_path: Path) -> None:
    for name in ("first", "second"):
        work.write_texts(tmp_path / name)
    plain = json.loads((tmp_path / "first").read_text())
    assert (tmp_path / "first").read_text() == (tmp_path / "second").read_text()
    assert (len(plain["texts"]), len(plain["hidden_texts"]), len(plain["hidden_labels"])) == (700, 400, 400)


def test_cpu_of_a_grandchild_that_nobody_waited_for_counts(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    code = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {burn!r}])\ntime.sleep(2)"
    cost = timing.measure([sys.executable, "-c", code], tmp_path)
    assert cost.cpu >= 0.5
    assert cost.wall >= 2
    assert cost.largest > 0


def test_a_command_that_fails_stops_a_benchmark_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no such luck"):
        timing.measure([sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path)


def test_every_submission_of_a_growing_class_is_another(tmp_path: Path) -> None:
    made = tiny.make_class(tmp_path, 12)
    texts = {path.read_text() for path in made.rglob("*.py")}
    assert len(texts) == 24


def test_cpu_of_a_submission_leaves_starting_out() -> None:
    least, ten = (growth.Size(n, 0.0, cpu, 0.0, 0.0, 0.0, 0.0, 0.0) for n, cpu in ((2, 4.0), (10, 8.0)))
    assert growth.each(ten, least) == 0.5


@pytest.mark.parametrize("name", ["peers", "growth", "workers"])
def test_a_benchmark_says_how_it_is_used(name: str) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), "--help"]
    assert f"python benchmarks/{name}.py" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_scripts_bench_knows_its_words() -> None:
    sh = shutil.which("sh")
    assert sh is not None
    done = subprocess.run([sh, ROOT / "scripts" / "bench", "--fast"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "unknown option --fast" in done.stderr

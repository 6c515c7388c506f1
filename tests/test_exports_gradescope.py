"""The zip for Gradescope grades a submission in a folder laid out as Gradescope lays it out."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.doctor import best_level
from autograder.output import Output

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "examples/class/ada/lstm_cell.py"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``autograder/`` with ``source/`` unpacked, ``run_autograder`` copied out of it, as the platform does."""
    base = tmp_path_factory.mktemp("gradescope")
    Output.open(base / "out", "rnn")
    arguments = ["export", "gradescope", str(base / "out"), "-o", str(base / "a.zip"), "--course", str(ROOT)]
    result = CliRunner().invoke(cli.main, [*arguments, "--isolation", best_level()])
    assert result.exit_code == 0, result.output
    root = base / "autograder"
    with zipfile.ZipFile(base / "a.zip") as archive:
        archive.extractall(root / "source")
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert all(modes[name] & stat.S_IXUSR for name in ("setup.sh", "run_autograder"))
    shutil.copy(root / "source/run_autograder", root / "run_autograder")
    (root / "results").mkdir()
    return root


def run(root: Path, number: int, files: dict[str, bytes]) -> tuple[subprocess.CompletedProcess[str], Path]:
    shutil.rmtree(root / "submission", ignore_errors=True)
    (root / "submission").mkdir()
    for name, data in files.items():
        (root / "submission" / name).write_bytes(data)
    about = {"id": number, "users": [{"email": "ada@example.edu", "id": 1, "name": "Ada"}], "previous_submissions": []}
    (root / "submission_metadata.json").write_text(json.dumps(about))
    (root / "results/results.json").unlink(missing_ok=True)
    environment = {**os.environ, "AUTOGRADER_ROOT": str(root)}
    done = subprocess.run(
        [sys.executable, str(root / "run_autograder")],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, root / "results/results.json"


def test_a_submission_is_graded_and_its_results_are_those_of_the_documented_form(room: Path) -> None:
    done, results = run(room, 1, {"lstm_cell.py": WORK.read_bytes()})

    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads(results.read_text(encoding="utf-8"))
    assert data["score"] > 0
    assert isinstance(data["execution_time"], float | int)
    assert data["stdout_visibility"] == "hidden"
    for test in data["tests"]:
        assert test.get("status", "passed") in ("passed", "failed")
        assert test["visibility"] in ("visible", "hidden", "after_due_date", "after_published")
    won = {test["number"] for test in data["tests"] if test.get("status") == "passed"}
    assert {test["number"] for test in data["tests"] if test["name"].startswith("LSTM cell:")} <= won


def test_what_cannot_be_graded_leaves_no_results_so_that_nobody_gets_nothing(room: Path) -> None:
    done, results = run(room, 2, {"essay.pdf": b"%PDF-1.4"})
    if done.returncode == 0:  # it is a submission without code, and says so
        assert json.loads(results.read_text(encoding="utf-8"))["score"] == 0
    else:
        assert not results.exists()
        assert "could not be graded" in done.stdout


def test_the_zip_runs_from_what_is_in_it(room: Path) -> None:
    names = {path.relative_to(room / "source").as_posix() for path in (room / "source").rglob("*") if path.is_file()}
    assert {"engine/autograder/cli.py", "course/solutions/rnn/calibration.json", "requirements.txt"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    wanted = (room / "source/requirements.txt").read_text(encoding="utf-8")
    assert "torch==" in wanted
    assert "sqlalchemy==" in wanted


def test_the_scripts_are_sound_shell_and_python(room: Path) -> None:
    assert subprocess.run(["bash", "-n", str(room / "source/setup.sh")], check=False).returncode == 0
    compile((room / "run_autograder").read_text(encoding="utf-8"), "run_autograder", "exec")


def test_the_secret_is_not_that_of_the_gradebook(room: Path) -> None:
    from autograder.gradebook.store import Gradebook

    settings = json.loads((room / "source/settings.json").read_text(encoding="utf-8"))
    with Gradebook.open(room.parent / "out/gradebook.db") as book:
        assert settings["secret"] != book.secret().hex()

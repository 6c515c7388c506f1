"""Interruptions: killed at any moment, stopped by a signal, out of room; what is graded stays, once, and it goes on."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import chaos
import pytest
from click.testing import CliRunner

from autograder import exits
from autograder.assignment import Assignment
from autograder.errors import GradebookError, OutputError, SandboxError
from autograder.gradebook.store import Gradebook
from autograder.output import Output, write_text
from autograder.reporting.files import atomic
from autograder.sandbox.keeper import Keeper

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
GONE = 2**22 + 1  # no process has such a number


@linux
@pytest.mark.slow
def test_whoever_is_killed_the_class_is_graded_as_in_a_quiet_run(tmp_path: Path) -> None:
    seen = chaos.Seen()
    with chaos.orphans_are_ours():
        setting, expected = chaos.prepare(tmp_path, students=6)
        chaos.Round(setting, expected, seen, random.Random(0)).run(
            ["Ctrl-C", "SIGTERM", "child", "zygote", "worker", "grader"]
        )

    assert seen.broken == []
    assert seen.looks >= 2
    assert seen.kills["Ctrl-C"] == seen.kills["SIGTERM"] == seen.kills["child"] == 1


# --- signals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_command_with_a_sentence(signum: int, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    def call() -> int:
        os.kill(os.getpid(), signum)
        time.sleep(10)
        return 0

    before = signal.getsignal(signum)
    with pytest.raises(SystemExit) as ended:
        exits.leave(call)

    assert ended.value.code == status
    assert "the same command goes on from there" in capsys.readouterr().err
    assert signal.getsignal(signum) is before


def test_a_command_that_is_stopped_while_it_is_imported_says_so() -> None:
    code = "import os, signal\nfrom autograder.exits import at_once\n"
    code += "with at_once():\n    os.kill(os.getpid(), signal.SIGINT)\n    print('still here')\n"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "\nstopped before anything was begun\n"


def test_what_is_there_already_is_put_away_first() -> None:
    code = "import os, signal\nfrom autograder.exits import at_once\n"
    code += "with at_once(lambda: print('put away', flush=True)):\n    os.kill(os.getpid(), signal.SIGINT)\n"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (130, "put away\n")


def test_a_command_ends_with_its_status_and_all_of_its_output_and_after_what_is_asked_for_the_end() -> None:
    code = "import atexit, sys\nfrom autograder.cli import main\natexit.register(print, 'the end')\n"
    code += "sys.stdout.write('begun ')\nmain()"

    good = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=False)
    bad = subprocess.run([sys.executable, "-c", code, "no-command"], capture_output=True, text=True, check=False)

    assert (good.returncode, good.stdout.startswith("begun "), good.stdout.endswith("the end\n")) == (0, True, True)
    assert (bad.returncode, bad.stdout) == (2, "begun the end\n")
    assert "No such command" in bad.stderr


# --- what killed commands leave -----------------------------------------------------------------


def test_half_written_files_of_killed_commands_are_removed_and_those_of_others_stay(tmp_path: Path) -> None:
    output = Output.open(tmp_path / "out", "rnn")
    (output.folder / "ada").mkdir()
    left = [f"ada/.report.html.{GONE}-abcdefgh.part", f".index.html.{os.getpid()}-a_c1efgh.part"]
    kept = [f"ada/.grade.json.{os.getppid()}-abcdefgh.part", "ada/.notes.part", "ada/report.html"]
    for name in (*left, *kept):
        (output.folder / name).write_text("x")

    with output.alone():
        found = {str(path.relative_to(output.folder)) for path in output.folder.rglob("*") if path.is_file()}

    assert found == {*kept, ".autograder/run.json", ".autograder/lock"}


def test_what_a_writer_leaves_when_it_is_killed_has_a_name_that_is_swept(tmp_path: Path) -> None:
    output = Output.open(tmp_path / "out", "rnn")
    pid = os.fork()
    if pid == 0:
        with atomic(output.folder / "index.html") as file:
            file.write("half")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    assert list(output.folder.glob(".index.html.*"))

    with output.alone():
        assert not list(output.folder.glob(".index.html.*"))


def test_two_commands_do_not_grade_into_one_folder_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.output.PATIENCE", 0.0)
    output = Output.open(tmp_path / "out", "rnn")

    with output.alone(), pytest.raises(OutputError, match="another command is grading into"), output.alone():
        pass

    with output.alone():
        pass  # it is free again


# --- no room ------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of half a megabyte."""
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", place], check=False).returncode:
        pytest.skip("only root can mount a small disk, and not everywhere")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path) -> Path:
    """Leave no room at all."""
    path = place / "full"
    with open(path, "wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        file.writelines(repeat(bytes(4096)))
    return path


def test_no_room_for_a_file_is_told_with_its_place_and_leaves_nothing_behind(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(small)

    def call() -> int:
        with atomic(small / "index.html") as file:
            file.write("x" * 100_000)
        return 0

    with pytest.raises(SystemExit) as ended:
        exits.leave(call)

    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert f"{small}/index.html cannot be written: no space left on device" in said
    assert "Make room; what was graded is kept, and the same command goes on from there." in said
    assert sorted(path.name for path in small.iterdir()) == ["full"]
    with pytest.raises(OSError, match="No space left") as full:
        write_text(small / "run.json", "x" * 100_000)
    assert full.value.errno == errno.ENOSPC
    assert sorted(path.name for path in small.iterdir()) == ["full"]


def test_a_gradebook_without_room_says_so_and_is_whole_afterwards(small: Path) -> None:
    with Gradebook.open(small / "gradebook.db") as book:
        book.set("kept", 1)
        ballast = fill(small)
        with pytest.raises(GradebookError, match=r"gradebook.db cannot be used: .*full") as full:
            book.set("long", "x" * 500_000)
        assert "Make room on that disk" in full.value.mend

        ballast.unlink()
        book.set("later", 2)
        assert (book.setting("kept"), book.setting("later")) == (1, 2)


def test_a_sandbox_without_a_temporary_folder_says_what_to_do(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(small)
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: [str(small)])

    with pytest.raises(SandboxError, match="no temporary folder can be written") as full:
        Keeper(Path("probes"), "none")

    assert "set TMPDIR" in full.value.mend


def test_a_sandbox_whose_folder_fills_up_is_an_error_with_a_place_and_leaves_nothing(
    rnn: Assignment, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(small))
    (small / "ballast").write_bytes(bytes(450_000))

    with pytest.raises(OSError, match="No space left") as full:
        Keeper(rnn.probes, "none", rnn.stand_ins_file)

    assert full.value.errno == errno.ENOSPC
    assert [path.name for path in small.iterdir()] == ["ballast"]


@linux
@pytest.mark.slow
def test_a_class_whose_disk_fills_up_goes_on_when_there_is_room(tmp_path: Path, small: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=2m", small], check=True)
    setting = chaos.Setting(tmp_path, chaos.make_class(tmp_path / "class", 4), chaos.strongest())
    setting.temporary.mkdir()
    out = small / "out"

    setting.fresh(out.relative_to(tmp_path).as_posix())
    (small / "ballast").write_bytes(bytes(1_200_000))
    log = tmp_path / "small.log"
    first = setting.finish(out, log)

    said = log.read_text(encoding="utf-8")
    assert first == 1, said
    assert "Make room" in said
    assert "Traceback" not in said
    (small / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
    setting.jobs = 1
    assert setting.finish(out, log) == 0, log.read_text(encoding="utf-8")
    faults, grades, attempts = chaos.stored(out, tmp_path / "look")
    assert faults == []
    assert sorted(grades) == setting.students
    assert set(attempts.values()) == {1}


def test_the_command_itself_ends_with_130_where_it_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from autograder import cli, commands

    def interrupted(*args: object, **options: object) -> int:
        raise KeyboardInterrupt("after 12 of 40")

    monkeypatch.setattr(commands, "grade", interrupted)

    result = CliRunner().invoke(cli.main, ["grade", str(tmp_path)])

    assert result.exit_code == 130
    assert "stopped after 12 of 40; what was graded is kept" in result.output

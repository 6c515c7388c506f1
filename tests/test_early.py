"""Sandboxes that are begun before the grader has imported anything slow."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from autograder.assignment import Assignment
from autograder.errors import IsolationError
from autograder.sandbox import policy
from autograder.sandbox.early import MOST, Early, likely
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.started import Started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="zygotes are Linux's")


def sandbox(rnn: Assignment, early: Early) -> ZygoteSandbox:
    """Of the shipped assignment; without namespaces, so that it starts everywhere."""
    return ZygoteSandbox(rnn.probes, "none", stubs=rnn.stubs, stand_ins=rnn.stand_ins_file, begun=early.take)


def folders(place: Path) -> list[str]:
    return [path.name for path in place.iterdir() if path.name.startswith("autograder-sandbox-")]


def alive(started: Started) -> bool:
    assert started._process is not None
    return started._process.poll() is None


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_beginning_one_imports_nothing_slow() -> None:
    code = "import sys, autograder.cli, autograder.sandbox.early\nprint('torch' in sys.modules, 'numpy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False False\n"


def test_no_collection_looks_through_modules_whenever_they_were_imported() -> None:
    code = """
        import gc
        from autograder.exits import importing

        counts = []
        for names in ([], ["sqlalchemy"], []):
            with importing():
                for name in names:
                    __import__(name)
            counts.append(gc.get_freeze_count())
        assert counts[1] > counts[0] + 10_000 and counts[2] == counts[1] and gc.isenabled(), counts
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def test_a_sandbox_takes_up_the_process_that_was_begun_for_it(rnn: Assignment, place: Path) -> None:
    with Early("none", 1) as early:
        early.settle()
        mine = early._apart
        assert mine is not None

        with sandbox(rnn, early) as made:
            assert made.keeper()._started is mine
            assert made.keeper().probes
            assert early.take() is None

        assert not alive(mine)
    assert folders(place) == []


def test_a_process_that_has_died_before_it_is_needed_is_replaced(rnn: Assignment, place: Path) -> None:
    with Early("none", 1) as early:
        early.settle()
        mine = early._apart
        assert mine is not None
        assert mine._process is not None
        mine._process.kill()
        mine._process.wait()

        with sandbox(rnn, early) as made:
            assert made.keeper()._started is not mine
            assert made.keeper().sound()
    assert folders(place) == []


def test_what_nobody_needs_is_ended(place: Path) -> None:
    with Early("none", 3) as early:
        begun = list(early._waiting)
        assert len(begun) == len(folders(place)) == 3

        early.keep(1)

        assert [alive(one) for one in begun] == [True, False, False]
        assert len(folders(place)) == 1
    assert not alive(begun[0])
    assert folders(place) == []


def test_a_fork_has_the_one_that_was_set_apart_and_no_other(place: Path) -> None:
    with Early("none", 2) as early:
        first, second = early._waiting
        early.next()
        if (pid := os.fork()) == 0:
            early.settle()
            mine = early.take()
            sound = mine is not None and mine.folder == first.folder and not early._waiting and early.take() is None
            if mine is not None:
                mine.end()
            os._exit(0 if sound and not mine.folder.exists() else 1)  # type: ignore[union-attr]
        early.given()

        assert os.waitpid(pid, 0)[1] == 0
        assert [path.name for path in place.iterdir()] == [second.folder.name]
        assert alive(second)
    assert not alive(first)
    assert not alive(second)
    assert folders(place) == []


def test_one_whose_fork_was_killed_ends_too(place: Path) -> None:
    with Early("none", 1) as early:
        (only,) = early._waiting
        early.next()
        if (pid := os.fork()) == 0:
            early.settle()
            os.kill(os.getpid(), 9)
        early.given()
        os.waitpid(pid, 0)

        assert only._process is not None
        only._process.wait(60)  # it hears that nobody holds its socket any more


def test_where_none_can_be_begun_there_are_none(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    def missing() -> Path:
        raise IsolationError("no bwrap")

    monkeypatch.setattr(policy, "find_bwrap", missing)

    with Early("full", 2) as early:
        early.settle()
        assert early.take() is None
    assert folders(place) == []


@pytest.mark.parametrize(
    ("students", "jobs", "wanted"), [(5, None, 2), (1, None, 1), (0, None, 1), (5, 1, 1), (5, 4, 4)]
)
def test_as_many_are_begun_as_there_will_be_workers_for_sure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, students: int, jobs: int | None, wanted: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    (tmp_path / "lstm_cell.py").write_text("")
    for number in range(students):
        (tmp_path / f"student{number}").mkdir()

    assert likely([tmp_path], jobs) == wanted
    assert likely([tmp_path / "nowhere"], jobs) == 1


def test_never_more_than_a_few_are_begun_at_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    class Counted:
        def __init__(self, level: str) -> None:
            begun.append(level)

        def end(self) -> None:
            begun.remove("none")

    monkeypatch.setattr("autograder.sandbox.early.Started", Counted)

    with Early("none", 50):
        assert len(begun) == MOST
    assert begun == []

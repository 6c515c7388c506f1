"""Pieces of work on forked processes: each done once, in order, whoever of the processes dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.crew import FORKS, Told, crew
from autograder.errors import SandboxError

forking = pytest.mark.skipif(not FORKS, reason="no processes are forked on this system")


class Hand:
    """Notes each piece in a folder, then does it."""

    def __init__(self, folder: Path, do: Callable[[int], int]) -> None:
        self.folder, self.do = folder, do

    def __call__(self, number: int) -> int:
        result = self.do(number)
        (self.folder / f"{number}-{os.getpid()}").touch()
        return result

    def finish(self) -> None:
        (self.folder / f"finished-{os.getpid()}").touch()

    def close(self) -> None:
        (self.folder / f"closed-{os.getpid()}").touch()


class Log(Told[int]):
    """What a caller heard."""

    def __init__(self, again: bool = True) -> None:
        self.heard: list[tuple[str, int]] = []
        self.results: dict[int, int] = {}
        self.how: list[str] = []

        def finished(number: int, result: int) -> None:
            self.heard.append(("finished", number))
            self.results[number] = result

        def lost(number: int, how: str) -> bool:
            self.how.append(how)
            return again

        super().__init__(lambda number: self.heard.append(("started", number)), finished, lost)


def pids(folder: Path, kind: str) -> set[str]:
    return {path.name.split("-")[1] for path in folder.glob(f"{kind}-*")}


def nothing() -> None:
    """There is nothing to let go of."""


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_piece_is_done_once_in_the_order_that_was_asked_for(tmp_path: Path, workers: int) -> None:
    log = Log()

    crew(lambda name: Hand(tmp_path, lambda n: n * n), [4, 2, 0, 3, 1], workers, log, before_fork=nothing)

    assert log.results == {n: n * n for n in range(5)}
    assert [number for kind, number in log.heard if kind == "started"] == [4, 2, 0, 3, 1]
    assert len(list(tmp_path.glob("[0-9]-*"))) == 5
    assert pids(tmp_path, "finished") == pids(tmp_path, "closed")


def test_one_worker_is_this_process(tmp_path: Path) -> None:
    crew(lambda name: Hand(tmp_path, lambda n: n), [0], 1, Log(), before_fork=nothing)

    assert pids(tmp_path, "0") == {str(os.getpid())}


@forking
def test_the_piece_of_a_process_that_was_killed_is_done_by_another(tmp_path: Path) -> None:
    def do(number: int) -> int:
        if number == 1 and not (tmp_path / "struck").exists():
            (tmp_path / "struck").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    log = Log()
    crew(lambda name: Hand(tmp_path, do), range(4), 2, log, before_fork=nothing)

    assert sorted(log.results) == [0, 1, 2, 3]
    assert log.how == ["ended by SIGKILL"]


@forking
def test_a_piece_that_is_given_up_costs_no_other_piece(tmp_path: Path) -> None:
    def do(number: int) -> int:
        if number == 1:
            os._exit(7)
        return number

    log = Log(again=False)
    crew(lambda name: Hand(tmp_path, do), range(4), 2, log, before_fork=nothing)

    assert sorted(log.results) == [0, 2, 3]
    assert log.how == ["ended with status 7"]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_of_ours_stops_everything_and_arrives_with_its_mend(tmp_path: Path, workers: int) -> None:
    def do(number: int) -> int:
        if number == 2:
            raise SandboxError("the sandbox broke", mend="try another machine")
        return number

    log = Log()
    with pytest.raises(SandboxError, match="the sandbox broke") as stopped:
        crew(lambda name: Hand(tmp_path, do), range(50), workers, log, before_fork=nothing)

    assert stopped.value.mend == "try another machine"
    assert len(log.results) < 50
    assert len(pids(tmp_path, "closed")) == workers


@forking
def test_what_cannot_travel_is_told_in_words(tmp_path: Path) -> None:
    class Local(Exception):  # noqa: N818  # of a class that another process cannot import
        """Not to be pickled."""

    def do(number: int) -> int:
        raise Local("told")

    with pytest.raises(Exception, match="Local: told"):
        crew(lambda name: Hand(tmp_path, do), range(4), 2, Log(), before_fork=nothing)


@forking
def test_an_interruption_ends_the_processes_cleanly_and_keeps_what_was_done(tmp_path: Path) -> None:
    def do(number: int) -> int:
        if number == 3:
            os.kill(os.getppid(), signal.SIGINT)
        if number >= 2:
            time.sleep(60)
        return number

    log = Log()
    with pytest.raises(KeyboardInterrupt):
        crew(lambda name: Hand(tmp_path, do), range(10), 2, log, before_fork=nothing)

    assert log.results == {0: 0, 1: 1}
    assert len(pids(tmp_path, "closed")) == 2


@forking
def test_connections_are_let_go_before_every_fork(tmp_path: Path) -> None:
    def do(number: int) -> int:
        if number == 0 and not (tmp_path / "struck").exists():
            (tmp_path / "struck").touch()
            os._exit(1)
        return number

    asked: list[int] = []
    crew(lambda name: Hand(tmp_path, do), range(3), 2, Log(), before_fork=lambda: asked.append(1))

    assert len(asked) == 3  # two workers, and one in the place of the first

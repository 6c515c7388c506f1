"""The doctor: levels are found by attacking."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from autograder import doctor
from autograder.errors import IsolationError


@pytest.mark.parametrize("level", ["full", "reduced"])
def test_every_attack_meets_what_its_level_promises(level: str) -> None:
    trials = doctor.examine(level)
    assert len(trials) > 20
    assert [trial for trial in trials if not trial.ok] == []


def test_without_isolation_only_honest_mistakes_are_promised() -> None:
    trials = {trial.tried: trial for trial in doctor.examine("none")}
    assert all(trial.ok for trial in trials.values())
    assert trials["read /etc/passwd"].expected == "not promised at this level"
    assert trials["compute without end"].seen.startswith("stopped")


def test_a_sandbox_that_does_not_start_is_one_failed_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise IsolationError("bwrap is not installed", mend="apt install bubblewrap")

    monkeypatch.setattr("autograder.sandbox.policy.find_bwrap", missing)
    (trial,) = doctor.examine("full")
    assert not trial.ok
    assert "apt install bubblewrap" in trial.seen


def test_the_best_level_is_the_first_whose_attacks_all_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def examine(level: str) -> list[doctor.Trial]:
        return [doctor.Trial("fork", "refused", "process 7", level == "reduced")]

    monkeypatch.setattr(doctor, "examine", examine)
    assert doctor.best_level() == "reduced"


def test_what_keeps_a_better_level_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def examine(level: str) -> list[doctor.Trial]:
        return [doctor.Trial("fork", "refused", "bwrap is not installed", level == "reduced")]

    monkeypatch.setattr(doctor, "examine", examine)
    level, trials, missing = doctor.examine_best()
    assert (level, trials[0].ok) == ("reduced", True)
    assert [(one.tried, one.seen) for one in missing] == [("full: fork", "bwrap is not installed")]


def test_the_facts_name_what_decides() -> None:
    facts = {fact.name: fact for fact in doctor.facts()}
    assert {"Python", "torch", "bubblewrap", "Landlock", "seccomp"} <= facts.keys()
    assert all(fact.value for fact in facts.values())


def test_an_ordinary_user_gets_reduced_without_namespaces() -> None:
    """Run as nobody, with no bubblewrap in sight: the attacks of level reduced are refused all the same."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user; the other tests here ran as an ordinary one")
    places = (Path(sys.executable).resolve(), Path(torch.__file__), Path(doctor.__file__))
    if closed := [p for place in places for p in place.parents if not p.stat().st_mode & 0o001]:
        pytest.skip(f"{closed[0]} is closed to other users, and Python or the packages lie in it")
    code = "from autograder import doctor; print([t for t in doctor.examine('reduced') if not t.ok])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(doctor.__file__).parents[1],
        user=65534,
        group=65534,
        extra_groups=[],
        env={"PATH": "/nonexistent", "HOME": "/nonexistent", "TMPDIR": "/tmp"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr

"""The doctor: levels are found by attacking."""

from __future__ import annotations

import pytest

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


def test_the_facts_name_what_decides() -> None:
    facts = {fact.name: fact for fact in doctor.facts()}
    assert {"Python", "torch", "bubblewrap", "Landlock", "seccomp"} <= facts.keys()
    assert all(fact.value for fact in facts.values())

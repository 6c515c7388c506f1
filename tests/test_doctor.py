"""The doctor: levels are found by attacking."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

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
    assert trial.seen == "bwrap is not installed"
    assert trial.mend == "apt install bubblewrap"


def test_an_attack_that_goes_through_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ("run an ordinary function", "works", "refused", ("full", "reduced", "none"))
    monkeypatch.setattr(doctor, "_ATTACKS", (entry,))
    (trial,) = doctor.examine("none")
    assert not trial.ok
    assert "do not grade at level none" in trial.mend


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


ORDINARY = """
import json, os
from pathlib import Path
from autograder import doctor
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
wrong = [trial.tried + ": " + trial.seen for trial in doctor.examine("reduced") if not trial.ok]
print(json.dumps({"user": os.geteuid(), "rights": int(status["CapEff"], 16), "wrong": wrong}))
"""
AS_NOBODY = """
mount --bind "$1" "$4/python" && mount --bind "$2" "$4/site" && mount --bind "$3" "$4/work" || exit 77
cd "$4" && exec setpriv --reuid 65534 --regid 65534 --clear-groups \\
    env -i PATH=/nonexistent HOME=/nonexistent TMPDIR=/tmp PYTHONPATH="$4/work:$4/site" "$4/python/bin/$5" -c "$6"
"""


def test_an_ordinary_user_gets_reduced_without_namespaces(tmp_path: Path) -> None:
    """As nobody, with no bubblewrap in sight: the attacks of level reduced are refused all the same.

    Python and the packages may lie under a folder that is closed to others: root shows them to nobody in
    another place, in mounts of its own. An ordinary user runs it as itself.
    """
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    site, work = Path(torch.__file__).parents[1], Path(doctor.__file__).parents[1]
    if os.geteuid() == 0:
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # not under pytest's, which is root's alone
            os.chmod(folder, 0o755)
            for name in ("python", "site", "work"):
                (Path(folder) / name).mkdir()
            words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", AS_NOBODY, "as-nobody"]
            done = _run([*words, sys.base_prefix, str(site), str(work), folder, python.name, ORDINARY])
        if done.returncode in (1, 77) and not done.stdout and "mount" in done.stderr:
            pytest.skip(f"root may not mount here: {done.stderr.strip()}")
    else:
        path = os.pathsep.join([str(work), str(site)])
        environment = {"PATH": "/nonexistent", "HOME": "/nonexistent", "TMPDIR": "/tmp", "PYTHONPATH": path}
        done = _run([sys.executable, "-c", ORDINARY], env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["user"] != 0
    assert (said["rights"], said["wrong"]) == (0, [])


WITHOUT_NAMESPACES = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'


def test_a_machine_without_namespaces_refuses_full_and_names_what_is_missing(tmp_path: Path) -> None:
    """In a user namespace that allows no further one: the doctor gives reduced, and grading says why it stops."""
    away = ["unshare", "--user", "--map-root-user", "sh", "-c", WITHOUT_NAMESPACES, "without-namespaces"]
    if _run([*away, "true"]).returncode != 0:
        pytest.skip("this user may make no namespaces, so none can be made that allows no further ones")
    command = [sys.executable, "-c", "from autograder.cli import main; main()"]

    examined = _run([*away, *command, "doctor", "--json"])
    found = json.loads(examined.stdout)
    assert (examined.returncode, found["level"]) == (0, "reduced")
    (missing,) = found["missing"]
    assert missing["tried"] == "full: start a sandbox at level full"
    assert "no further user namespaces" in missing["seen"]
    assert "max_user_namespaces" in missing["mend"]

    work = tmp_path / "lstm_cell.py"
    work.write_text("class LSTMCell: pass\n")
    graded = _run([*away, *command, "grade", str(work), "-o", str(tmp_path / "out")])
    assert graded.returncode == 1
    assert "isolation 'full' cannot be had" in graded.stderr
    assert missing["mend"] in " ".join(graded.stderr.split())
    assert not list((tmp_path / "out").glob("*/grade.json"))


def _run(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    work = Path(doctor.__file__).parents[1]
    return subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=240, check=False, **more)

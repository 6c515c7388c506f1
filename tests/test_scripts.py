"""The scripts: parsed by a plain shell, executable, and careful with other people's things."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = [*sorted(p for p in (ROOT / "scripts").iterdir() if p.is_file()), ROOT / ".ci" / "run"]
COMMANDS = [p for p in SCRIPTS if not p.name.startswith("_")]
BASHISMS = {
    r"\[\[": "[[ is not POSIX",
    r"^\s*function\s": "`function` is not POSIX",
    r"^\s*local\s": "`local` is not POSIX",
    r"<<<": "here-strings are not POSIX",
    r"\$\{[^}]*//": "${x//y} is not POSIX",
    r"\becho -[en]": "echo's options differ between shells: printf",
    r"(^|\s)source\s": "`source` is not POSIX: use .",
    r"\[ [^]]*\s==\s": "= compares in [ ]",
}


def shell(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in sh with the helpers loaded."""
    program = f'set -eu\nroot={ROOT}\n. "$root/scripts/_setup.sh"\n{code}'
    full = {**os.environ, **environment}
    return subprocess.run(["sh", "-c", program], capture_output=True, text=True, env=full, check=False)


@pytest.mark.parametrize("script", COMMANDS, ids=lambda p: p.name)
def test_a_script_can_be_started(script: Path) -> None:
    """It is executable and names its shell."""
    assert script.stat().st_mode & stat.S_IXUSR
    assert script.read_text().startswith("#!/")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.name)
def test_a_script_is_posix_shell(script: Path) -> None:
    """A slim image's sh parses it, and none of bash's own words is in it."""
    done = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    text = re.sub(r"^\s*#.*$", "", script.read_text(), flags=re.MULTILINE)

    assert done.stderr == ""
    assert [why for pattern, why in BASHISMS.items() if re.search(pattern, text, re.MULTILINE)] == []


@pytest.mark.parametrize("script", COMMANDS, ids=lambda p: p.name)
def test_a_script_stops_at_the_first_error(script: Path) -> None:
    """``set -eu`` stands before the first thing that is done."""
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]

    assert lines[0] == "set -eu"


def test_ci_runs_lint_and_tests() -> None:
    """What is held before a change lands is what a contributor can run."""
    text = (ROOT / ".ci" / "run").read_text()

    assert "scripts/lint" in text
    assert "scripts/test" in text


def test_the_python_named_from_outside_is_refused_when_it_is_not_there() -> None:
    """PYTHON is taken at its word, not quietly replaced."""
    done = shell("choose_python", PYTHON="no-such-python")

    assert done.returncode == 1
    assert "PYTHON=no-such-python" in done.stderr


def test_a_python_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    """The first that is found and new enough is taken."""
    old = tmp_path / "python3.13"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    done = shell("choose_python", PATH=f"{tmp_path}:{os.environ['PATH']}", PYTHON="")

    assert done.returncode == 0
    assert done.stdout.strip() != str(old)


def test_a_checkout_of_another_user_gets_an_environment_elsewhere(tmp_path: Path) -> None:
    """Two users never write to one environment: the other's is left alone."""
    if os.getuid() != 0:
        pytest.skip("only root can make a folder that belongs to somebody else")
    checkout = tmp_path / "checkout"
    (checkout / ".venv").mkdir(parents=True)
    os.chown(checkout / ".venv", 12345, 12345)

    done = shell(f"root={checkout}; choose_venv", XDG_CACHE_HOME=str(tmp_path / "cache"))

    assert done.stdout.startswith(str(tmp_path / "cache"))


def test_ones_own_checkout_holds_the_environment(tmp_path: Path) -> None:
    """The usual case: .venv beside the code."""
    done = shell(f"root={tmp_path}; choose_venv")

    assert done.stdout.strip() == f"{tmp_path}/.venv"


def test_the_stamp_changes_with_the_pins(tmp_path: Path) -> None:
    """A changed version leads to a new installation, an unchanged one to none."""
    pins = tmp_path / "pins"
    pins.write_text("a==1\n")
    first = shell(f"pins={pins}; pins_key").stdout
    same = shell(f"pins={pins}; pins_key").stdout
    pins.write_text("a==2\n")

    assert first == same
    assert shell(f"pins={pins}; pins_key").stdout != first


def test_a_group_is_installed_once(tmp_path: Path) -> None:
    """A group with the present stamp is not missing; another stamp or none is."""
    (tmp_path / ".setup").mkdir()
    (tmp_path / ".setup" / "group-student").write_text(f"key {ROOT}\n")
    (tmp_path / ".setup" / "group-test").write_text(f"older {ROOT}\n")

    done = shell(f"venv={tmp_path}; key=key; missing_groups student test lint")

    assert done.stdout.split() == ["test", "lint"]


def test_every_dependency_is_pinned() -> None:
    """What pyproject.toml names has one version in the constraints, without a local build tag."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["student"], *groups["test"], *groups["lint"]]
    lines = (ROOT / "requirements" / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))

    names = {re.split(r"[^\w.-]", item)[0].lower() for item in wanted}

    assert names - pins.keys() == set()
    assert [name for name, version in pins.items() if not re.fullmatch(r"[\w.]+", version)] == []

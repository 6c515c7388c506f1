"""The wheel: what an installation gets, and what it must never get."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names in the wheel, built as a release is."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_the_whole_package_and_its_types(names: list[str]) -> None:
    """Every module of the checkout is in it, and the marker that tells type checkers to look."""
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "autograder").rglob("*.py")}

    assert modules <= set(names)
    assert "autograder/py.typed" in names


def test_the_wheel_holds_the_report_templates(names: list[str]) -> None:
    """Reports work whatever the working folder holds: the templates travel inside the package."""
    templates = {
        f"autograder/reporting/{path.relative_to(ROOT / 'reports')}"
        for folder in ("templates", "static")
        for path in (ROOT / "reports" / folder).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }

    assert templates
    assert templates <= set(names)


def test_the_wheel_holds_no_course(names: list[str]) -> None:
    """A sandbox shows installed packages to submissions: no answer may be among them."""
    tops = {name.split("/")[0] for name in names}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"autograder"}
    assert [name for name in names if "solution" in name or "assignments" in name or "lstm_cell" in name] == []

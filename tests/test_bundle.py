"""The bundle: what lies beside student code, and that it needs nothing else of ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from autograder.errors import AssignmentError
from autograder.sandbox import bundle

PROBES = Path(__file__).parent / "data" / "probes_demo"

LOOK = """
import json, sys
sys.path[:] = [sys.argv[1], *sys.path, sys.argv[2]]
import probes, autograder.sandbox.child, autograder.sandbox.lockdown, autograder.sandbox.standins
import autograder.sandbox.calibration, autograder.sandbox.compiler
import autograder.sandbox.zygote
ours = {name: module.__file__ for name, module in sys.modules.items() if name.split('.')[0] in ('autograder', 'probes')}
print(json.dumps(ours))
"""


def test_all_of_it_imports_in_a_bare_interpreter_and_imports_nothing_else_of_ours(tmp_path: Path) -> None:
    bundle.make(tmp_path / "bundle")
    bundle.add(tmp_path / "bundle", PROBES)
    bundle.link(tmp_path / "site")
    command = [str(bundle.interpreter()), "-I", "-S", "-c", LOOK, str(tmp_path / "bundle"), str(tmp_path / "site")]
    said = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={}, check=True)
    ours = json.loads(said.stdout)
    expected = {"autograder", "autograder.sandbox", "probes", "probes.stand_ins"}
    expected |= {f"autograder.{Path(name).stem}" for name in bundle.MODULES}
    expected |= {f"autograder.sandbox.{Path(name).stem}" for name in bundle.SANDBOX_MODULES}
    assert ours.keys() == expected
    assert all(file.startswith(str(tmp_path)) for file in ours.values())


def test_it_is_an_explicit_list_of_files(tmp_path: Path) -> None:
    bundle.make(tmp_path)
    bundle.add(tmp_path, PROBES)
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    listed = {f"autograder/{name}" for name in ("__init__.py", "sandbox/__init__.py", *bundle.MODULES)}
    listed |= {f"autograder/sandbox/{name}" for name in bundle.SANDBOX_MODULES}
    assert files == listed | {"probes/__init__.py", "probes/stand_ins.py"}
    assert (tmp_path / "autograder" / "__init__.py").read_bytes() == b""


def test_probes_may_be_one_file(tmp_path: Path) -> None:
    (tmp_path / "probes.py").write_text("PROBES = {}\n")
    bundle.add(tmp_path / "bundle", tmp_path / "probes.py")
    assert (tmp_path / "bundle" / "probes" / "__init__.py").read_text() == "PROBES = {}\n"


def test_missing_probes_are_named(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match="nowhere"):
        bundle.add(tmp_path / "bundle", tmp_path / "nowhere")


def test_packages_are_shown_with_what_they_need_and_nothing_of_ours() -> None:
    names = {name for name, _ in bundle.shown()}
    assert {"torch", "numpy", "safetensors", "landlockpy", "seccompy", "sympy", "typing_extensions.py"} <= names
    assert not [
        name for name in names if name.startswith(("autograder", "torchgrade", "_editable")) or name.endswith(".pth")
    ]
    assert "pytest" not in names

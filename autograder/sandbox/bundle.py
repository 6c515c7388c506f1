"""Bundle: the few files of ours that lie beside student code, copied together from an explicit list.

Nothing else of the engine, no reference and no installed copy of the distribution can be imported
there: the third-party packages are shown one by one in a folder ``site`` of their own, and Python is
started without ``site.py``, so no ``.pth`` file (an editable install of ours) is ever read.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from autograder.errors import AssignmentError

MODULES = ("case.py", "subject.py")
SANDBOX_MODULES = (
    "wire.py",
    "question.py",
    "blame.py",
    "namespace.py",
    "loader.py",
    "perform.py",
    "lockdown.py",
    "calibration.py",
    "compiler.py",
    "standins.py",
    "child.py",
    "zygote.py",
)
STAND_INS = "stand_ins.py"  # where the bundle has them: in the package of probes
# what a submission may import, as the handout lists it (where it is installed), and what the child needs
PACKAGES = ("torch", "numpy", "pandas", "matplotlib", "seaborn", "scikit-learn", "scipy", "safetensors", "tqdm")
OURS = ("landlockpy", "seccompy")
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def make(folder: Path) -> None:
    """Copy the engine's part of the bundle to ``folder``."""
    engine = Path(__file__).resolve().parent.parent
    sandbox = folder / "autograder" / "sandbox"
    sandbox.mkdir(parents=True)
    (folder / "autograder" / "__init__.py").touch()
    (sandbox / "__init__.py").touch()
    for name in MODULES:
        shutil.copyfile(engine / name, folder / "autograder" / name)
    for name in SANDBOX_MODULES:
        shutil.copyfile(engine / "sandbox" / name, sandbox / name)


def add(folder: Path, probes: Path, stand_ins: Path | None = None) -> None:
    """Copy an assignment's part to ``folder``.

    probes: a package folder or a ``probes.py``. stand_ins: the file of stand-ins, put among the probes.
    """
    if probes.is_dir() and (probes / "__init__.py").is_file():
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        shutil.copytree(probes, folder / "probes", ignore=ignored, copy_function=shutil.copyfile)
    elif probes.is_file():
        (folder / "probes").mkdir(parents=True)
        shutil.copyfile(probes, folder / "probes" / "__init__.py")
    else:
        raise AssignmentError(f"{probes}: no such package; an assignment's probes are a package named probes")
    if stand_ins is not None:
        shutil.copyfile(stand_ins, folder / "probes" / STAND_INS)


@cache
def shown(packages: Sequence[str] = PACKAGES) -> tuple[tuple[str, Path], ...]:
    """Name and place of every entry of site-packages that ``packages`` and what they require consist of."""
    found: dict[str, Path] = {}
    todo, seen = [*packages, *OURS], set()
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        todo += [m[0] for need in distribution.requires or () if "extra ==" not in need and (m := _PROJECT.match(need))]
        for entry in _entries(distribution):
            place = Path(str(distribution.locate_file(entry)))
            if place.exists():
                found.setdefault(entry, place)
    return tuple(sorted(found.items()))


def _entries(distribution: importlib.metadata.Distribution) -> Iterator[str]:
    """Top-level files and folders of an installed distribution, and the compiled form of such files."""
    record = distribution.read_text("RECORD")
    paths = record.splitlines() if record else [str(file) for file in distribution.files or ()]
    entries: dict[str, None] = {}
    for path in paths:
        path = path.split(",", 1)[0].strip('"')
        first, slash, _ = path.partition("/")
        if first == "__pycache__":
            entries[path] = None
        elif first not in ("..", "") and not path.startswith("/") and (slash or first.endswith((".py", ".so"))):
            entries[first] = None
    yield from entries


def link(folder: Path) -> None:
    """Without namespaces: ``folder`` gets links to the entries instead of mounts."""
    for name, place in shown():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(place)


def standard_library() -> Path:
    """The folder of the running Python's standard library."""
    return Path(sys.base_prefix) / sys.platlibdir / f"python{sys.version_info.major}.{sys.version_info.minor}"


def interpreter() -> Path:
    """The running Python itself, not the link in a virtual environment."""
    base = getattr(sys, "_base_executable", "") or sys.executable
    return Path(base).resolve()

"""Release: the folder that students receive, made from an assignment's sources."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder import __version__
from autograder import handout as handouts
from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.handout import MARKER, Handout, sha256
from autograder.releasing import stubs, teaching

WHEEL = f"torchgrade-{__version__}-py3-none-any.whl"
WHEELS = "wheels"
GRADING = (".py", ".bin", ".toml", ".json")  # of the folder grading: probes, checks, families, hints, public key
# what a submission may import (sandbox/bundle.py), in the versions that it is graded with, and what it is written in
REQUIREMENTS = f"""\
# What this folder needs. In it:  python -m pip install -r requirements.txt
./{WHEELS}/{WHEEL}
torch>=2.13,<2.14
numpy>=2.0,<3
pandas>=2.2
matplotlib>=3.9
seaborn>=0.13
scikit-learn>=1.5
tqdm>=4.66
jupyterlab>=4.2,<5
pytest>=8.3
"""


@dataclass(frozen=True)
class Release:
    """What is handed out. ``files``: path inside the folder, with slashes -> content; the wheel is none of them."""

    handout: Handout
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Written:
    """What writing a release did: paths inside the folder."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]  # no longer handed out, but changed since they were


def make(assignment: Assignment) -> Release:
    """Everything that is handed out, made from the sources. The same sources give the same bytes.

    Raises AssignmentError for a source of which a solution could not be taken out.
    """
    folder = assignment.grading.parent
    files = {name: text.encode() for name, text in stubs.make_all(assignment.reference).items()}
    for path in _files(folder / "grading"):
        if path.suffix in GRADING:
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    for path in _files(folder / "data"):
        files[path.relative_to(folder).as_posix()] = path.read_bytes()
    if (notebook := teaching.make(assignment)) is not None:
        files[f"{assignment.id}.ipynb"] = notebook.encode()
    files["requirements.txt"] = REQUIREMENTS.encode()
    digests = {name: sha256(content) for name, content in files.items()}
    handout = Handout(assignment.id, assignment.title, assignment.handout, digests)
    return Release(handout, dict(sorted(files.items())) | {MARKER: handout.to_json().encode()})


def differences(release: Release, folder: Path) -> list[str]:
    """What ``write`` would change in a folder, and what lies there beside it; a sentence for each file."""
    found = []
    for name, content in release.files.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif (had := path.read_bytes()) != content:
            found.append(f"{name} differs from what its source gives{_first_line(had, content)}")
    names = {path.relative_to(folder).as_posix() for path in _files(folder)}
    others = sorted(name for name in names - release.files.keys() if not name.startswith(f"{WHEELS}/"))
    return found + [f"{name} is no part of the release" for name in others]


def write(release: Release, folder: Path, wheel: Path | None) -> Written:
    """Write a release into a folder that is empty, new, or held an earlier release of the same assignment.

    wheel: our distribution, put beside it; None where the folder is the course's own copy.

    Raises AssignmentError, before anything is written, where the folder holds something else, or where a file
    that would be written over was changed since it was released.
    """
    before = _before(release, folder)
    _refuse_changed(release, folder, before)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # first where it is new: a release that was interrupted is known as ours, and is completed by the next
        order = sorted(release.files, key=lambda name: (name == MARKER) == (before is not None))
        new: list[str] = []
        changed: list[str] = []
        for name in order:
            path = folder / name
            if path.is_file() and path.read_bytes() == release.files[name]:
                continue
            (changed if path.is_file() else new).append(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(release.files[name])
        removed, kept = _tidy(release, folder, before)
        if wheel is not None:
            (folder / WHEELS).mkdir(exist_ok=True)
            for old in (folder / WHEELS).glob("torchgrade-*.whl"):
                old.unlink()
            (folder / WHEELS / wheel.name).write_bytes(wheel.read_bytes())
    except OSError as error:
        raise AssignmentError(f"{folder} cannot be written: {error}") from None
    return Written(tuple(sorted(new)), tuple(sorted(changed)), removed, kept)


def build_wheel(out: Path) -> Path:
    """Our distribution as a wheel in the folder ``out``, built from the sources that this is running from.

    Raises AssignmentError where these are no sources, or where they cannot be built.
    """
    root = Path(__file__).resolve().parents[2]
    mend = "run this from a checkout, in its own environment, or hand in a wheel that you have: --wheel FILE"
    if not (root / "pyproject.toml").is_file():
        raise AssignmentError("this program was installed, so there are no sources to build its wheel from", mend=mend)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise AssignmentError(f"the wheel could not be built: {last}", mend="pip install hatchling, and again")
    return check_wheel(out / WHEEL)


def check_wheel(path: Path) -> Path:
    """The path, if it is the wheel that the handout asks for."""
    if not path.is_file() or path.name != WHEEL:
        raise AssignmentError(f"{path} is not {WHEEL}, which the handout asks for")
    return path


def _before(release: Release, folder: Path) -> Handout | None:
    """The release that the folder holds; None where it is empty or not there."""
    if folder.exists() and not folder.is_dir():
        raise AssignmentError(f"{folder} is a file", mend="name a folder that is new or empty")
    if not folder.is_dir() or not any(folder.iterdir()):
        return None
    if not (folder / MARKER).is_file():
        if folder.resolve().parent.name == "assignments" and (folder / "grading").is_dir():
            return Handout(release.handout.assignment, "", "", {})  # the course's own copy, before its first release
        raise AssignmentError(
            f"{folder} is not empty and holds no handout, so nothing was written",
            mend="name a folder that is new or empty, or one that an earlier release was written to",
        )
    before = handouts.read(folder)
    if before.assignment != release.handout.assignment:
        raise AssignmentError(
            f"{folder} holds the handout of {before.assignment}, not of {release.handout.assignment}",
            mend="name another folder",
        )
    return before


def _refuse_changed(release: Release, folder: Path, before: Handout | None) -> None:
    changed = []
    for name, digest in before.files.items() if before else ():
        path = folder / name
        if name in release.files and path.is_file():
            content = path.read_bytes()
            if sha256(content) != digest and content != release.files[name]:
                changed.append(name)
    if changed:
        listed = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
        raise AssignmentError(
            f"{folder}: changed since they were released, and a new release would write over them: {listed}",
            mend="if that is somebody's work, release into another folder; if not, delete these files, and again",
        )


def _tidy(release: Release, folder: Path, before: Handout | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    removed: list[str] = []
    kept: list[str] = []
    for name, digest in before.files.items() if before else ():
        path = folder / name
        if name not in release.files and path.is_file():
            ours = sha256(path.read_bytes()) == digest
            (removed if ours else kept).append(name)
            if ours:
                path.unlink()
    return tuple(sorted(removed)), tuple(sorted(kept))


def _files(folder: Path) -> Iterator[Path]:
    """Files at any depth, sorted, without what Python, editors and systems leave behind."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _first_line(had: bytes, content: bytes) -> str:
    pairs = zip(had.splitlines(), content.splitlines(), strict=False)
    line = next((number for number, (one, other) in enumerate(pairs, 1) if one != other), None)
    return f" (first in line {line})" if line else " (one is longer, or the line ends differ)"

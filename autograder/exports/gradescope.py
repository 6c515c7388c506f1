"""Gradescope: a zip to upload as an autograder. It holds the course with its hidden half, and the engine."""

from __future__ import annotations

import hashlib
import hmac
import json
import zipfile
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path

from autograder.assignment import Assignment

ENGINE = Path(__file__).resolve().parent.parent
SKIPPED = {"__pycache__", ".git", ".venv", "mistakes-drafts"}
_EXECUTABLE = 0o755 << 16
_FILE = 0o644 << 16


def autograder_zip(out: Path, assignment: Assignment, *, secret: bytes, isolation: str) -> int:
    """Write the zip; returns how many files are in it.

    secret: of the hidden cases. The zip has one that follows from it, so that cases are others than in the gradebook.
    isolation: the level that is asked for in Gradescope's container.
    """
    own = hmac.new(secret, f"gradescope {assignment.id}".encode(), hashlib.sha256).hexdigest()
    settings = {"assignment": assignment.id, "isolation": isolation, "secret": own}
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("setup.sh", "run_autograder"):
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.external_attr = _EXECUTABLE
            archive.writestr(info, resources.files(__package__).joinpath("files", name).read_text(encoding="utf-8"))
            count += 1
        archive.writestr("settings.json", json.dumps(settings, indent=1) + "\n")
        archive.writestr("requirements.txt", requirements())
        for name, path in _files(assignment, assignment.grading.parents[2]):
            archive.write(path, name)
            count += 1
    return count + 2


def requirements() -> str:
    """What the engine needs, at the versions that are installed here, so that grades are those of this machine."""
    wanted = [
        "alembic",
        "click",
        "jinja2",
        "landlockpy",
        "nbconvert",
        "nbformat",
        "numpy",
        "pyyaml",
        "rich",
        "safetensors",
        "seccompy",
        "sqlalchemy",
        "torch",
    ]
    student = ["matplotlib", "pandas", "scikit-learn", "seaborn", "tqdm"]
    lines = []
    for name in [*wanted, *student]:
        try:
            lines.append(f"{name}=={metadata.version(name).partition('+')[0]}")
        except metadata.PackageNotFoundError:
            continue
    return "\n".join(lines) + "\n"


def _files(assignment: Assignment, course: Path) -> Iterator[tuple[str, Path]]:
    yield from _tree("engine/autograder", ENGINE)
    if not (ENGINE / "reporting" / "templates").is_dir():  # a checkout, where they lie in the designer's room
        for part in ("templates", "static"):
            yield from _tree(f"engine/reports/{part}", ENGINE.parent / "reports" / part)
    yield from _tree(f"course/assignments/{assignment.id}", course / "assignments" / assignment.id)
    if assignment.stand_ins_file is not None:
        yield f"course/{assignment.stand_ins_file.relative_to(course).as_posix()}", assignment.stand_ins_file
    yield from _tree(f"course/solutions/{assignment.id}", course / "solutions" / assignment.id)


def _tree(name: str, root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.is_file() and not SKIPPED & set(inside.parts) and path.suffix != ".pyc":
            yield f"{name}/{inside.as_posix()}", path

"""Pack: the zip to hand in, made of what belongs in it and nothing else, with a manifest. It never refuses."""

from __future__ import annotations

import ast
import datetime
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.assignment import Assignment
from autograder.checking import Checked
from autograder.handout import Handout, sha256
from autograder.model import Outcome, Submission
from autograder.parsing import PARSING

MANIFEST = "manifest.json"
SCHEMA = 1
STATE = Path(".autograder") / "checked.json"  # in the student's folder: what the last check of all of it said


@dataclass(frozen=True)
class Packed:
    """What goes into the zip, and what there is to know about it.

    files: name in the zip -> place. left_out: own files that nothing handed in needs. unattempted: exercises that
    are as they were handed out. checked: what the last check of exactly these files said, if there was one.
    """

    assignment: str
    handout: str
    files: Mapping[str, Path]
    left_out: tuple[str, ...]
    unattempted: tuple[str, ...]
    problems: tuple[str, ...]
    checked: Mapping[str, Any] | None

    def manifest(self) -> str:
        """The text of ``manifest.json``."""
        plain = {
            "schema": SCHEMA,
            "assignment": self.assignment,
            "handout": self.handout,
            "autograder": __version__,
            "packed_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "files": {name: sha256(path.read_bytes()) for name, path in sorted(self.files.items())},
            "unattempted": list(self.unattempted),
            "problems": list(self.problems),
            "checked": self.checked,
            "left_out": list(self.left_out),
        }
        return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"

    def write(self, path: Path) -> None:
        """Write the zip, whole or not at all."""
        part = path.with_name(f".{path.name}.part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for name, place in sorted(self.files.items()):
                archive.write(place, name)
            archive.writestr(MANIFEST, self.manifest())
        part.replace(path)


def choose(
    assignment: Assignment, handout: Handout, folder: Path, submission: Submission, check: Mapping[str, Any] | None
) -> Packed:
    """What of ``folder`` belongs into the zip. ``submission`` is that folder, read; ``check``, what was said of it."""
    wanted = {name for exercise in assignment.exercises for name in exercise.names}
    places = {file.name: place for file in submission.files if (place := _place(folder, file.name)) is not None}
    stubs = {f"{exercise.stub}{end}" for exercise in assignment.exercises for end in (".py", ".md")}
    broken = {problem.file for problem in submission.problems if _place(folder, problem.file) is not None}
    start = {file.name for file in submission.files if wanted & set(file.defines) or file.name in stubs}
    kept = {name: places[name] for name in _with_imports(submission, start) if name in places}
    kept |= {name: place for name in broken if (place := _place(folder, name)) is not None}
    kept = {name: place for name, place in kept.items() if not _untouched_notebook(handout, folder, place)}
    answers = [p for p in sorted(folder.glob("*.md")) if p.name in stubs or p.name not in handout.files]
    kept |= {path.name: path for path in answers}
    own = {name for name, place in places.items() if not _as_handed_out(handout, folder, place)}
    left_out = sorted(own - set(kept))
    named = {place.relative_to(folder).as_posix(): place for place in kept.values()}
    return Packed(
        assignment.id,
        handout.version,
        named,
        tuple(left_out),
        _unattempted(assignment, handout, folder, check),
        tuple(f"{p.file}{f', line {p.line}' if p.line else ''}: {p.message}" for p in submission.problems),
        check,
    )


def remember(folder: Path, result: Checked) -> None:
    """Keep what a check of the whole folder said, for the manifest of what is packed next."""
    grade = result.grade
    counts: dict[str, Any] = {"at": grade.graded_at, "submission": grade.submission}
    counts |= {"judged": result.judged, "passed": result.passed, "hidden": result.hidden}
    counts["exercises"] = {
        e.id: {"passed": sum(f.outcome is Outcome.PASSED for f in e.checks), "of": len(e.checks)}
        for e in grade.exercises
        if e.checks and e.checks[0].kind != "written"
    }
    counts["unattempted"] = [
        e.id for e in grade.exercises if e.checks and all(f.outcome is Outcome.UNATTEMPTED for f in e.checks)
    ]
    try:
        (folder / STATE).parent.mkdir(exist_ok=True)
        (folder / STATE).write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
    except OSError:
        return  # a folder that cannot be written to: packing checks again


def recall(folder: Path, submission: Submission) -> dict[str, Any] | None:
    """What the last check said, if it was of exactly this submission."""
    try:
        found = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    good = isinstance(found, dict) and found.get("submission") == submission.digest
    return found if good and all(type(found.get(key)) is int for key in ("judged", "passed", "hidden")) else None


def _unattempted(
    assignment: Assignment, handout: Handout, folder: Path, check: Mapping[str, Any] | None
) -> tuple[str, ...]:
    """Exercises that are not begun: as the check saw it, else those whose file is as it was handed out."""
    if check is not None and isinstance(check.get("unattempted"), list):
        return tuple(str(name) for name in check["unattempted"])
    found = []
    for exercise in assignment.exercises:
        path = folder / f"{exercise.stub}{'.md' if exercise.written else '.py'}"
        if not path.is_file() or _as_handed_out(handout, folder, path):
            found.append(exercise.id)
    return tuple(found)


def _with_imports(submission: Submission, start: Iterable[str]) -> set[str]:
    """Files, with those of the submission that they import, and so on."""
    by_module = {file.module: file for file in submission.files}
    by_name = {file.name: file for file in submission.files}
    found, todo = set[str](), list(start)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        for unit in (*by_name[name].units, *by_name[name].fallback):
            todo += [by_module[module].name for module in _imported(unit.source) if module in by_module]
    return found


def _imported(source: str) -> set[str]:
    try:
        with PARSING:
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            found |= {base, *(f"{base}.{alias.name}".lstrip(".") for alias in node.names)}
    return found


def _place(folder: Path, name: str) -> Path | None:
    """Where a file of that name lies: the name may lack the one folder that everything is in."""
    if (folder / name).is_file():
        return folder / name
    found = [path for path in folder.glob(f"*/{name}") if path.is_file()]
    return found[0] if len(found) == 1 else None


def _as_handed_out(handout: Handout, folder: Path, path: Path) -> bool:
    name = path.relative_to(folder).as_posix()
    return name in handout.files and sha256(path.read_bytes()) == handout.files[name]


def _untouched_notebook(handout: Handout, folder: Path, path: Path) -> bool:
    return path.suffix == ".ipynb" and _as_handed_out(handout, folder, path)

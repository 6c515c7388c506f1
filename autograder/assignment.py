"""Assignment: pairs what is handed out with its hidden half, and refuses what does not fit together."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder import handout as handouts
from autograder.errors import AssignmentError, AutograderError, UnknownName
from autograder.exercise import Exercise
from autograder.model import ExerciseGrade
from autograder.sandbox.trusted import load_stand_ins

_ANSWER_HEADING = re.compile(r"^#+[ \t]*your answer[ \t]*$", re.IGNORECASE | re.MULTILINE)
SOURCES = (".py", ".md", ".json", ".ipynb")


@dataclass(frozen=True)
class Assignment:
    """One assignment, loaded.

    ``grading`` is the public half (``assignments/ID/grading``): exercises with their checks, probes,
    families. ``hidden`` is the instructor's half (``solutions/ID``), None for a student's copy.
    ``stand_ins`` names the grader's own pieces in ``stand_ins_file``; a student is handed none.
    """

    id: str
    title: str
    handout: str
    exercises: tuple[Exercise, ...]
    grading: Path
    hidden: Path | None
    subjects: Mapping[str, Any]
    families: Mapping[str, Any]
    stand_ins_file: Path | None = None
    stand_ins: frozenset[str] = frozenset()

    @property
    def probes(self) -> Path:
        """The folder of probes: the part that runs beside student code."""
        return self.grading / "probes"

    @property
    def reference(self) -> Path:
        """The folder of reference sources."""
        if self.hidden is None:
            raise AssignmentError(f"{self.id} has no solutions here", mend="grade from the instructor's checkout")
        return self.hidden / "source"

    @property
    def possible(self) -> int:
        """All points, those marked by hand too, the bonus not."""
        return sum(exercise.possible for exercise in self.exercises)

    @cached_property
    def quick_first(self) -> tuple[Exercise, ...]:
        """The exercises in the order in which they are judged: what trains a model comes last."""
        return tuple(sorted(self.exercises, key=lambda exercise: exercise.trains))

    def in_order(self, grades: Iterable[ExerciseGrade]) -> tuple[ExerciseGrade, ...]:
        """Grades of exercises in the assignment's own order."""
        place = {exercise.id: number for number, exercise in enumerate(self.exercises)}
        return tuple(sorted(grades, key=lambda grade: place[grade.id]))

    @cached_property
    def stubs(self) -> dict[str, list[str]]:
        """Module name of each stub -> the names that it defines."""
        stubs: dict[str, list[str]] = {}
        for exercise in self.exercises:
            if not exercise.written:
                stubs.setdefault(exercise.stub, []).extend(exercise.names)
        return stubs

    def own_words(self, exercise: Exercise, answer: str) -> str:
        """A written answer without the lines that were handed out: empty if nothing was added.

        In a student's copy the file that was handed out is the answer itself: there, what stands below its last
        heading that asks for it.
        """
        if self.hidden is None:
            return _ANSWER_HEADING.split(answer)[-1].strip()
        handed_out = self.grading.parent / f"{exercise.stub}.md"
        lines = handed_out.read_text(encoding="utf-8").splitlines() if handed_out.is_file() else []
        known = {_plain_line(line) for line in lines} - {""}
        return "\n".join(line for line in answer.splitlines() if _plain_line(line) not in known).strip()

    @cached_property
    def owners(self) -> dict[str, Exercise]:
        """Which exercise each wanted definition belongs to."""
        return {name: exercise for exercise in self.exercises for name in exercise.names}

    @cached_property
    def digest(self) -> str:
        """sha256 over everything that can change a grade: the engine, the grading half, the hidden half."""
        engine = Path(__file__).parent
        digest = hashlib.sha256()
        for root in (engine, self.grading, *([self.hidden] if self.hidden else [])):
            elsewhere = {"reporting", "gradebook", "exports", "marking", "rejudging", "auditing", "releasing", "web"}
            skipped = {*elsewhere, "starting", "mistakes", "variants", "__pycache__"}
            files = [p for p in root.rglob("*") if p.suffix in SOURCES and not skipped & set(p.relative_to(root).parts)]
            for path in sorted(files):
                digest.update(f"{root.name}/{path.relative_to(root).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        if self.stand_ins_file is not None:
            digest.update(b"stand-ins\0" + hashlib.sha256(self.stand_ins_file.read_bytes()).digest())
        return f"sha256:{digest.hexdigest()}"


def find_course(start: Path | None = None) -> Path:
    """The nearest folder at or above ``start`` that holds ``assignments/``."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "assignments").is_dir():
            return folder
    raise UnknownName(
        f"no folder with assignments/ at or above {here}",
        mend="run this inside the course, or name it with --course DIR",
    )


def available(course: Path) -> list[str]:
    """Ids of the assignments of a course."""
    return sorted(path.parent.name for path in (course / "assignments").glob("*/grading"))


def load(course: Path, id: str, *, hidden: bool = True) -> Assignment:
    """Load one assignment of a course; AssignmentError when its parts do not pair up.

    hidden: whether to look at solutions/; without it, it is what a student has: public checks, no stand-ins.
    """
    grading = course / "assignments" / id / "grading"
    if not grading.is_dir():
        known = ", ".join(available(course)) or "none"
        raise UnknownName(f"there is no assignment {id!r} in {course}", mend=f"assignments here: {known}")
    if not hidden:
        return _load(id, grading, None, None, whole=False)
    solutions = course / "solutions" / id
    pieces = course / "assignments" / "stand_ins" / f"{id}.py"
    return _load(id, grading, solutions if solutions.is_dir() else None, pieces if pieces.is_file() else None)


def load_handout(folder: Path) -> Assignment:
    """Load the assignment of a student's folder, which holds ``handout.json``: no solutions, no stand-ins.

    Raises AssignmentError where the folder is none, or where a part of it is missing.
    """
    known = handouts.read(folder)
    grading = folder / "grading"
    if not grading.is_dir():
        raise AssignmentError(f"{folder} has no folder grading", mend="take it again from what you were handed out")
    return _load(known.assignment, grading, None, None, whole=False)


def _load(id: str, grading: Path, hidden: Path | None, pieces: Path | None, *, whole: bool = True) -> Assignment:
    with _placed(grading):
        package = _package(f"course_{id}_grading", grading)
        exercises = tuple(_wanted(package, "EXERCISES"))
        probes = _submodule(package, "probes")
        families = _submodule(package, "families")
    if hidden is not None and (hidden / "hidden" / "__init__.py").is_file():
        with _placed(hidden):
            checks = _package(f"course_{id}_hidden", hidden / "hidden")
            _wanted(checks, "register")({exercise.id: exercise for exercise in exercises})
    for exercise in exercises:
        if exercise.written:
            exercise.heading = _first_heading(grading.parent / f"{exercise.stub}.md")
    assignment = Assignment(
        id=id,
        title=str(_wanted(package, "TITLE")),
        handout=str(_wanted(package, "HANDOUT")),
        exercises=exercises,
        grading=grading,
        hidden=hidden,
        subjects=getattr(probes, "SUBJECTS", {}),
        families=getattr(families, "FAMILIES", {}),
        stand_ins_file=pieces,
        stand_ins=frozenset(load_stand_ins(pieces) if pieces else getattr(probes, "STAND_INS", {})),
    )
    _pair_up(assignment, probes, whole)
    return assignment


def _plain_line(line: str) -> str:
    """A line without the marks of a heading: in the notebook the same headings are of another level."""
    return line.strip().lstrip("#").strip()


def _first_heading(file: Path) -> str:
    """The text of a Markdown file's first heading, or nothing."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return next((line.strip("# \t") for line in lines if line.startswith("#")), "")


def _pair_up(assignment: Assignment, probes: ModuleType, whole: bool) -> None:
    known = set(_wanted(probes, "PROBES"))
    ids: set[str] = set()
    for exercise in assignment.exercises:
        if exercise.id in ids:
            raise AssignmentError(f"two exercises are called {exercise.id!r}")
        ids.add(exercise.id)
        if not exercise.written and not exercise.checks and whole:
            raise AssignmentError(f"{exercise.id} has no checks")
        for check in exercise.checks:
            if check.probe and check.probe not in known:
                raise AssignmentError(
                    f"{check.where}: {exercise.id}.{check.id} names the unknown probe {check.probe!r}"
                )
            for probe in set(check.also) - known:
                raise AssignmentError(f"{check.where}: {exercise.id}.{check.id} names the unknown probe {probe!r}")
        missing = {name for check in exercise.checks for way in check.ways for name in way} - assignment.stand_ins
        if missing and whole:
            raise AssignmentError(f"{exercise.id} names stand-ins that do not exist: {', '.join(sorted(missing))}")
        if exercise.align is not None:
            _check_align(assignment, exercise)


def _check_align(assignment: Assignment, exercise: Exercise) -> None:
    spec = exercise.align
    assert spec is not None  # the caller asked
    pairs: Sequence[tuple[str, Mapping[str, Any], str]] = [
        (spec.subject, assignment.subjects, "subject"),
        *((name, assignment.families, "family") for name in spec.families),
    ]
    for name, known, what in pairs:
        if name not in known:
            raise AssignmentError(f"{exercise.id} is aligned with the unknown {what} {name!r}")


@contextmanager
def _placed(folder: Path) -> Iterator[None]:
    """What an author's file raises while it is imported, as an AssignmentError with its file and line."""
    try:
        yield
    except AutograderError:
        raise
    except Exception as error:
        places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, SyntaxError) and error.filename:
            places.append((error.filename, error.lineno))
        own = [f"{name}:{line}" for name, line in places if Path(name).is_relative_to(folder)] or [str(folder)]
        what = error.msg if isinstance(error, SyntaxError) else error
        raise AssignmentError(f"{own[-1]}: {type(error).__name__}: {what}") from error


def _package(name: str, folder: Path) -> ModuleType:
    """Import a folder as a package of its own name, afresh, whatever sys.path holds."""
    for loaded in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        del sys.modules[loaded]
    start = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None or not start.is_file():
        raise AssignmentError(f"{folder} has no __init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _submodule(package: ModuleType, name: str) -> ModuleType:
    return importlib.import_module(f"{package.__name__}.{name}")


def _wanted(module: ModuleType, name: str) -> Any:
    try:
        return getattr(module, name)
    except AttributeError:
        raise AssignmentError(f"{module.__file__} does not define {name}") from None

"""The assignment here: a course with its checks, graded as an instructor grades, in full isolation."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from . import work
from .timing import Cost, measure


class Ours:
    """A course with the assignment ``small``, and submissions: a folder of ``.py`` files for each student."""

    def __init__(self, folder: Path, *, training: bool, data: Path, jobs: int | None = None) -> None:
        self.folder = folder
        self.training = training
        self.jobs = jobs
        course = folder / "course"
        shutil.copytree(work.HERE / "course", course, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(data, course / "solutions" / "small" / "hidden" / "data.json")
        source = course / "solutions" / "small" / "source"
        source.mkdir()
        for exercise in work.exercises(training):
            (source / f"{exercise}.py").write_text(work.linked(exercise, work.reference(exercise)), encoding="utf-8")
        if not training:
            package = course / "assignments" / "small" / "grading" / "__init__.py"
            text = package.read_text(encoding="utf-8")
            package.write_text(text.replace("import EXERCISES\n", "import MODULES as EXERCISES\n"), encoding="utf-8")

    def hand_in(self, students: Sequence[str], copies: int = 1) -> None:
        """A folder of files for each student; of several copies each says its number in a comment."""
        for student in students:
            for copy in range(copies):
                name = f"{student}{copy}" if copies > 1 else student
                target = self.folder / "class" / name
                target.mkdir(parents=True)
                for exercise in work.exercises(self.training):
                    text = work.linked(exercise, work.piece(student, exercise))
                    mark = f"# copy {copy}\n" if copies > 1 else ""
                    (target / f"{exercise}.py").write_text(mark + text, encoding="utf-8")

    def grade(self, students: Sequence[str], copies: int = 1) -> Cost:
        """``autograder grade class``: reports and the page of the class are part of it."""
        self.hand_in(students, copies)
        words = [
            str(Path(sys.executable).parent / "autograder"),
            "grade",
            "class",
            "-o",
            "graded",
            "--course",
            "course",
        ]
        words += ["--class", "--isolation", "full", *(["-j", str(self.jobs)] if self.jobs else [])]
        return measure(words, self.folder)

    def failed(self) -> dict[str, set[str]]:
        """The checks that each student did not pass, read from the grades."""
        found = {}
        for line in (self.folder / "graded" / "grades.jsonl").read_text(encoding="utf-8").splitlines():
            grade = json.loads(line)
            checks = [(e["id"], check) for e in grade["exercises"] for check in e["checks"]]
            found[grade["student"]] = {
                f"{exercise}.{check['id']}" for exercise, check in checks if check["outcome"] != "passed"
            }
        return found

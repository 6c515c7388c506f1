"""The assignment in nbgrader: a test cell for each check, its assertions in hidden tests."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from . import environments, work
from .timing import Cost, measure

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "peers"
c.ExecutePreprocessor.timeout = 120
"""


class Nbgrader:
    """A course folder with the assignment ``ps1`` and submissions. The commands are those of nbgrader's users."""

    def __init__(self, folder: Path, *, training: bool, data: Path) -> None:
        self.folder = folder
        self.training = training
        programs = environments.ready("nbgrader")
        self.program = programs / "nbgrader"
        self.env = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        source = folder / "source" / "ps1" / "ps1.ipynb"
        source.parent.mkdir(parents=True)
        (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
        nbformat.write(self._source(data), source)
        measure([self.program, "generate_assignment", "ps1"], folder, env=self.env)

    def _source(self, data: Path) -> nbformat.NotebookNode:
        cells = []
        for exercise, checks in work.tests(self.training, data).items():
            solution = f"### BEGIN SOLUTION\n{work.reference(exercise)}### END SOLUTION"
            cells.append(_cell(solution, exercise, solution=True))
            for check, source in checks.items():
                called = ", ".join(_parameters(source))
                hidden = f"### BEGIN HIDDEN TESTS\n{source}\n\n\n{exercise}__{check}({called})\n### END HIDDEN TESTS"
                text = f"# {exercise}: {check}\n{hidden}"
                cells.append(_cell(text, f"{exercise}-{check}", grade=True, locked=True, points=1))
        return _notebook(cells)

    def hand_in(self, students: Sequence[str]) -> None:
        """Fill the released notebook in for each student."""
        released = self.folder / "release" / "ps1" / "ps1.ipynb"
        for student in students:
            book = nbformat.read(released, as_version=4)
            for cell in book.cells:
                if cell.metadata.nbgrader.solution:
                    cell.source = work.piece(student, cell.metadata.nbgrader.grade_id)
            target = self.folder / "submitted" / student / "ps1" / "ps1.ipynb"
            target.parent.mkdir(parents=True)
            nbformat.write(book, target)

    def grade(self, students: Sequence[str]) -> Cost:
        """``nbgrader autograde ps1``, which grades whatever was handed in."""
        self.hand_in(students)
        return measure([self.program, "autograde", "ps1"], self.folder, env=self.env)

    def grade_two_at_once(self, students: Sequence[str]) -> Cost:
        """One call for each student, two calls at a time."""
        self.hand_in(students)
        (self.folder / "students").write_text("\n".join(students) + "\n", encoding="utf-8")
        command = f"xargs -P 2 -I NAME {self.program} autograde ps1 --student NAME < students"
        return measure(["sh", "-c", command], self.folder, env=self.env)

    def feedback(self) -> Cost:
        """``nbgrader generate_feedback ps1``: the pages that students read."""
        return measure([self.program, "generate_feedback", "ps1"], self.folder, env=self.env)

    def failed(self) -> dict[str, set[str]]:
        """The checks that each student failed, read from the gradebook."""
        book = sqlite3.connect(self.folder / "gradebook.db")
        rows = book.execute(
            "SELECT sa.student_id, bc.name, g.auto_score FROM grade g "
            "JOIN base_cell bc ON bc.id = g.cell_id "
            "JOIN submitted_notebook sn ON sn.id = g.notebook_id "
            "JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
        ).fetchall()
        book.close()
        found: dict[str, set[str]] = {student: set() for student, _, _ in rows}
        for student, name, score in rows:
            if score != 1:
                found[student].add(name.replace("-", "."))
        return found


def _parameters(source: str) -> list[str]:
    inside = source.partition("(")[2].partition(")")[0]
    return [word.strip() for word in inside.split(",")]


def _cell(source: str, id: str, **fields: object) -> nbformat.NotebookNode:
    kinds = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**kinds, "grade_id": id, **fields}})


def _notebook(cells: list[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    book = new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.from_dict(json.loads(nbformat.writes(book)))

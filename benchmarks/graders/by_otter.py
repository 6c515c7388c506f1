"""The assignment in otter: a question for each exercise, a hidden exception-based test for each check."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_raw_cell

from . import environments, work
from .timing import Cost, measure

CONFIG = """# ASSIGNMENT CONFIG
name: peers
init_cell: false
export_cell: false
check_all_cell: false
run_tests: false
tests:
    ok_format: false
"""


class Otter:
    """What ``otter assign`` makes of a master notebook, and submissions to it."""

    def __init__(self, folder: Path, *, training: bool, data: Path) -> None:
        self.folder = folder
        self.training = training
        programs = environments.ready("otter")
        self.program = programs / "otter"
        self.env = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        folder.mkdir(parents=True)
        cells = [new_raw_cell(CONFIG)]
        for exercise, checks in work.tests(training, data).items():
            cells.append(new_raw_cell(f"# BEGIN QUESTION\nname: {exercise}\npoints: {len(checks)}\ncheck_cell: false"))
            cells.append(new_raw_cell("# BEGIN SOLUTION"))
            cells.append(new_code_cell(f"# BEGIN SOLUTION\n{work.reference(exercise)}# END SOLUTION"))
            cells.append(new_raw_cell("# END SOLUTION"))
            cells.append(new_raw_cell("# BEGIN TESTS"))
            for check, source in checks.items():
                test = source.replace(f"{exercise}__{check}", f"test_{exercise}__{check}")
                config = '""" # BEGIN TEST CONFIG\npoints: 1\nhidden: true\n""" # END TEST CONFIG'
                cells.append(new_code_cell(f"{config}\n{test}"))
            cells.append(new_raw_cell("# END TESTS"))
            cells.append(new_raw_cell("# END QUESTION"))
        book = new_notebook(cells=cells)
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(book, folder / "ps1.ipynb")
        measure([self.program, "assign", "ps1.ipynb", "dist", "--no-pdfs"], folder, env=self.env)
        shutil.copy(next((folder / "dist" / "autograder").glob("*.zip")), folder / "autograder.zip")

    def hand_in(self, students: Sequence[str]) -> None:
        """Fill the student's notebook in for each student: the solution cells are in the order of the exercises."""
        released = self.folder / "dist" / "student" / "ps1.ipynb"
        for student in students:
            book = nbformat.read(released, as_version=4)
            blanks = [cell for cell in book.cells if cell.cell_type == "code"]
            for cell, exercise in zip(blanks, work.exercises(self.training), strict=True):
                cell.source = work.piece(student, exercise)
            (self.folder / "out" / student).mkdir(parents=True)
            nbformat.write(book, self.folder / f"{student}.ipynb")

    def _run(self, student: str) -> list[str]:
        words = [self.program, "run", "--no-logo", "-a", "autograder.zip", "-o", f"out/{student}", f"{student}.ipynb"]
        return list(map(str, words))

    def grade(self, students: Sequence[str]) -> Cost:
        """``otter run`` for each student, one after the other."""
        self.hand_in(students)
        total = Cost(0.0, 0.0, 0.0, 0.0)
        for student in students:
            total = total.plus(measure(self._run(student), self.folder, env=self.env))
        return total

    def grade_two_at_once(self, students: Sequence[str]) -> Cost:
        """The same, two at a time."""
        self.hand_in(students)
        (self.folder / "students").write_text("\n".join(students) + "\n", encoding="utf-8")
        command = f"xargs -P 2 -I NAME {' '.join(self._run('NAME'))} < students"
        return measure(["sh", "-c", command], self.folder, env=self.env)

    def failed(self) -> dict[str, set[str]]:
        """The checks that each student failed, read from the results that otter writes for Gradescope."""
        found: dict[str, set[str]] = {}
        for path in sorted(self.folder.glob("out/*/results.json")):
            plain = json.loads(path.read_text(encoding="utf-8"))
            mine = found.setdefault(path.parent.name, set())
            for test in plain["tests"]:
                question, said = test["name"], test["output"]
                if question not in work.NAMES or test["score"] == test["max_score"]:
                    continue  # the summary of public tests, of which there are none; or all is right
                for number, check in enumerate(work.checks(question), start=1):
                    verdict = said.partition(f"{question} - {number} result:")[2].split(maxsplit=1)[0]
                    if verdict != "✅":
                        mine.add(f"{question}.{check}")
        return found

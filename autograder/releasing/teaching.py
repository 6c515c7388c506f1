"""Teaching notebook: made from Markdown sections, with the exercises pulled from the sources by name.

``solutions/ID/notebook/*.md`` are its sections, in the order of their names. In them

- a fence ```` ```python id=NAME ```` is a code cell of that id; a fence without an id stays text;
- ``<!-- exercise: ID -->`` is the exercise's cell: its stub, or with ``solved`` its source;
- ``<!-- check: ID -->`` is a cell that checks it;
- ``<!-- written: ID -->`` is the question and the place to answer of a written exercise;
- ``![words](pictures/NAME.png)`` is put into the notebook;
- a heading of level 1 to 3 begins a new cell.
"""

from __future__ import annotations

import ast
import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.exercise import Exercise
from autograder.releasing import stubs

_FENCE = re.compile(r"^```(\w*)(?: id=([\w-]+))?\s*$")
_DIRECTIVE = re.compile(r"^<!-- (\w+): (\w+) -->$")
_HEADING = re.compile(r"^#{1,3} (.+)$")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(pictures/([\w.-]+)\)")
_ANSWER = re.compile(r"^## Your answer$", re.MULTILINE)


def make(assignment: Assignment, *, solved: bool = False) -> str | None:
    """The notebook as text (nbformat 4.5); None for an assignment without one.

    solved: with the solutions in it, between their markers, as nbgrader's source notebooks have them.

    Raises AssignmentError, with file and line, for a directive that leads nowhere, and for an exercise that
    is missing or there twice.
    """
    folder = assignment.reference.parent / "notebook"
    sections = sorted(folder.glob("*.md"))
    if not sections:
        return None
    book = _Book(assignment, folder, solved)
    for section in sections:
        book.section(section)
    missing = [exercise.id for exercise in assignment.exercises if exercise.id not in book.exercises]
    if missing:
        raise AssignmentError(f"{folder}: no section has <!-- exercise: {missing[0]} -->, nor <!-- written: … -->")
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "torchgrade": {"assignment": assignment.id, "handout": assignment.handout},
    }
    notebook = {"cells": book.cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@dataclass
class _Book:
    assignment: Assignment
    folder: Path
    solved: bool
    cells: list[dict[str, Any]] = field(default_factory=list)
    exercises: set[str] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)
    _section: str = ""
    _where: str = ""

    def section(self, path: Path) -> None:
        """The cells of one section, in its order."""
        self._section = path.stem.partition("-")[2]
        text: list[str] = []
        code: list[str] | None = None
        name = ""
        fenced = False  # in a fence that stays text
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            self._where = f"{path}:{number}"
            fence = _FENCE.match(line)
            if code is not None:
                if fence:
                    self._add("code", "\n".join(code), name)
                    code = None
                else:
                    code.append(line)
            elif fence and fence.group(2):
                text = self._flush(text)
                code, name = [], fence.group(2)
            elif not fenced and (directive := _DIRECTIVE.match(line)):
                text = self._flush(text)
                self._directed(*directive.groups())
            else:
                fenced ^= bool(fence)
                if not fenced and _HEADING.match(line):
                    text = self._flush(text)
                text.append(line)
        if code is not None or fenced:
            raise AssignmentError(f"{self._where}: a fence is never closed")
        self._flush(text)

    def _flush(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines).strip()
        if text:
            heading = _HEADING.match(text.split("\n", 1)[0])
            said = heading.group(1) if heading else f"after {self.cells[-1]['id']}" if self.cells else "start"
            self._add("markdown", text, f"{self._section}-{said}")
        return []

    def _add(self, kind: str, text: str, name: str, metadata: dict[str, Any] | None = None) -> None:
        known = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:64]
        if known in self._ids:
            raise AssignmentError(f"{self._where}: two cells would have the id {known!r}; give one another name")
        self._ids.add(known)
        cell: dict[str, Any] = {"cell_type": kind, "id": known, "metadata": metadata or {}}
        if kind == "code":
            cell |= {"source": text, "execution_count": None, "outputs": []}
        else:
            cell["source"] = _PICTURE.sub(r"![\1](attachment:\2)", text)
            if pictures := {file: self._picture(file) for _, file in _PICTURE.findall(text)}:
                cell["attachments"] = pictures
        cell["source"] = cell["source"].splitlines(keepends=True)  # as Jupyter saves it: a change shows line by line
        self.cells.append(cell)

    def _picture(self, file: str) -> dict[str, str]:
        path = self.folder / "pictures" / file
        if not path.is_file() or path.suffix != ".png":
            raise AssignmentError(f"{self._where}: there is no picture {path}, or it is no .png")
        return {"image/png": base64.b64encode(path.read_bytes()).decode()}

    def _directed(self, what: str, id: str) -> None:
        exercise = next((e for e in self.assignment.exercises if e.id == id), None)
        if exercise is None:
            raise AssignmentError(f"{self._where}: there is no exercise {id!r}")
        if what == "check":
            self._add("code", f'check("{id}")', f"check-{id}")
            return
        if what != ("written" if exercise.written else "exercise"):
            raise AssignmentError(f"{self._where}: {what} is no word for {id}; write exercise, written or check")
        if id in self.exercises:
            raise AssignmentError(f"{self._where}: {id} is there twice")
        self.exercises.add(id)
        if exercise.written:
            self._written(exercise)
        else:
            self._add("code", self._definitions(exercise), f"exercise-{id}", _nbgrader(id))

    def _written(self, exercise: Exercise) -> None:
        text = self._source(f"{exercise.stub}.md")
        question, heading, answer = _ANSWER.split(text)[0], _ANSWER.search(text), _ANSWER.split(text)[-1]
        if heading is None:
            raise AssignmentError(f"{self._where}: {exercise.stub}.md has no heading “## Your answer”")
        question = re.sub(r"^#", "###", question.strip(), flags=re.MULTILINE)
        self._add("markdown", question, f"question-{exercise.id}")
        mark = f"<!-- answer: {exercise.id} -->"
        metadata = _nbgrader(exercise.id, points=exercise.possible)
        self._add("markdown", f"{mark}\n\n{answer.strip()}", f"answer-{exercise.id}", metadata)

    def _source(self, name: str) -> str:
        path = self.assignment.reference / name
        if not path.is_file():
            raise AssignmentError(f"{self._where}: there is no source {path}")
        text = path.read_text(encoding="utf-8")
        return text if self.solved else stubs.make(text, name)

    def _definitions(self, exercise: Exercise) -> str:
        """The classes and functions of an exercise, as its module has them."""
        text = self._source(f"{exercise.stub}.py")
        found = {}
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                found[node.name] = first, node.end_lineno or first
        lines = text.splitlines()
        parts = []
        for name in exercise.names:
            if name not in found:
                raise AssignmentError(f"{self._where}: {exercise.stub}.py does not define {name}")
            first, last = found[name]
            while last < len(lines) and "END SOLUTION" in lines[last]:  # a comment is no part of the tree
                last += 1
            parts.append("\n".join(lines[first - 1 : last]))
        return "\n\n\n".join(parts)


def _nbgrader(id: str, points: int | None = None) -> dict[str, Any]:
    """The metadata by which nbgrader knows a cell that is written in, and one that is marked by hand."""
    cell = {"schema_version": 3, "solution": True, "grade": points is not None, "locked": False, "task": False}
    return {"nbgrader": cell | {"grade_id": id} | ({} if points is None else {"points": points})}

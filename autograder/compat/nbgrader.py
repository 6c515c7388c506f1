"""nbgrader: cells with ``metadata.nbgrader`` (schema 0 to 3), as ``nbgrader generate_assignment`` takes and gives them.

A part is one graded cell: tests together with the solution cells since the tests before them, an answer that
is marked by hand, or a task. A solution cell that no tests follow is a part that nothing marks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.compat.outline import Outline, Part
from autograder.compat.raw import RawCell, RawNotebook, number_of

SCHEMA = 3
_ID = re.compile(r"[A-Za-z0-9_\-]+")
_MARKS = {
    "hidden tests": ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"),
    "solution": ("BEGIN SOLUTION", "END SOLUTION"),
    "mark scheme": ("BEGIN MARK SCHEME", "END MARK SCHEME"),
}
_GENERATED = re.compile(r"###\s*(?:HASHED\s+)?AUTOTEST\b")


@dataclass(frozen=True)
class _Marked:
    """A cell that nbgrader knows."""

    cell: RawCell
    id: str
    grade: bool
    solution: bool
    locked: bool
    task: bool
    points: float | None
    schema: int

    @property
    def by_hand(self) -> bool:
        return self.task or (self.grade and self.solution)


def is_nbgrader(book: RawNotebook) -> bool:
    """Whether some cell carries nbgrader's metadata."""
    return any(isinstance(cell.metadata.get("nbgrader"), dict) for cell in book.cells)


def outline(book: RawNotebook) -> Outline:
    """What is to be solved in the notebook, with its ids and points as they stand there."""
    marked = [_marked(cell) for cell in book.cells if isinstance(cell.metadata.get("nbgrader"), dict)]
    return Outline(
        form="nbgrader",
        name=book.name,
        parts=tuple(_parts(marked)),
        released=not any("BEGIN SOLUTION" in one.cell.text for one in marked) and any(map(_is_stub, marked)),
        left_out=tuple(_left_out(marked)),
        problems=tuple(_problems(marked)),
    )


def _marked(cell: RawCell) -> _Marked:
    meta: Mapping[str, Any] = cell.metadata["nbgrader"]
    schema = meta.get("schema_version", 0)
    id_ = meta.get("grade_id")
    return _Marked(
        cell=cell,
        id=id_ if isinstance(id_, str) else "",
        grade=meta.get("grade") is True,
        solution=meta.get("solution") is True,
        locked=meta.get("locked") is True,
        task=meta.get("task") is True,
        points=number_of(meta.get("points")),
        schema=schema if isinstance(schema, int) else 0,
    )


def _parts(marked: Sequence[_Marked]) -> Iterator[Part]:
    waiting: list[_Marked] = []
    last: Part | None = None
    for one in marked:
        if one.by_hand:
            yield Part(one.id, one.points, "by hand", (one.cell.number,) if one.solution else (), names=one.cell.names)
        elif one.solution:
            waiting.append(one)
        elif one.grade:
            names = tuple(dict.fromkeys(name for solution in waiting for name in solution.cell.names))
            # Two test cells in a row judge the same solution.
            solution = tuple(s.cell.number for s in waiting) or (last.solution if last else ())
            last = Part(
                id=one.id,
                points=one.points,
                kind="tests",
                solution=solution,
                tests=(one.cell.number,),
                hidden="BEGIN HIDDEN TESTS" in one.cell.text,
                names=names or (last.names if last and not waiting else ()),
            )
            yield last
            waiting = []
    for one in waiting:
        yield Part(one.id, one.points, "by nothing", (one.cell.number,), names=one.cell.names)


def _left_out(marked: Sequence[_Marked]) -> Iterator[str]:
    tests = [one for one in marked if one.grade and not one.solution]
    if tests:
        yield f"what {_cells(tests)} assert{'s' * (len(tests) == 1)}: a check compares observations and is written anew"
    if partial := [one for one in tests if one.cell.text.strip() and _last_is_value(one.cell.text)]:
        yield f"partial credit by the last expression of {_cells(partial)}: write one check for each part of it"
    if generated := [one for one in tests if _GENERATED.search(one.cell.text)]:
        yield f"AUTOTEST lines in {_cells(generated)}: they are made from nbgrader's own templates"
    if schemes := [one for one in marked if "BEGIN MARK SCHEME" in one.cell.text]:
        yield f"the mark scheme in {_cells(schemes)}: the text of a written exercise is a Markdown file"
    if read_only := [one for one in marked if one.locked and not one.grade and not one.solution and not one.task]:
        yield f"that {_cells(read_only)} cannot be edited: here a changed cell costs nothing and hides nothing"
    if any(one.points is not None and not one.points.is_integer() for one in marked):
        yield "fractions of points: here points are whole numbers"


def _problems(marked: Sequence[_Marked]) -> Iterator[str]:
    for id_, count in Counter(one.id for one in marked if one.id).items():
        if count > 1:
            yield f"{count} cells have the grade_id {id_!r}"
    for one in marked:
        place = f"cell {one.cell.number}"
        if (one.grade or one.solution or one.locked) and not _ID.fullmatch(one.id):
            yield f"{place} has {'no grade_id' if not one.id else f'the grade_id {one.id!r}, which nbgrader refuses'}"
        if (one.grade or one.task) and one.points is None:
            yield f"{place} is graded and has no points"
        if one.schema > SCHEMA:
            yield f"{place} has metadata of schema {one.schema}; {SCHEMA} is the newest that is read here"
        if one.task and one.cell.kind != "markdown":
            yield f"{place} is a task and no Markdown cell"
        if one.cell.kind == "markdown" and one.grade != one.solution and not one.task:
            yield f"{place} is Markdown and {'graded' if one.grade else 'a solution'} only: it has to be both"
        for what, (begin, end) in _MARKS.items():
            if one.cell.text.count(begin) != one.cell.text.count(end):
                yield f"{place} opens or closes a {what} region that has no other end"


def _is_stub(one: _Marked) -> bool:
    """Whether a solution cell is as students receive it."""
    stub = "NotImplementedError" if one.cell.kind == "code" else "your answer here"
    return one.solution and stub.casefold() in one.cell.text.casefold()


def _last_is_value(text: str) -> bool:
    """Whether the last line is an expression that nbgrader may take for points: no statement, no assertion."""
    last = text.strip().splitlines()[-1]
    return bool(re.fullmatch(r"[A-Za-z_][\w.]*(?:\s*[-+*/]\s*[\w.]+)*|\d+(?:\.\d+)?", last)) and last not in ("pass",)


def _cells(marked: Sequence[_Marked]) -> str:
    numbers = [str(one.cell.number) for one in marked]
    if len(numbers) == 1:
        return f"cell {numbers[0]}"
    return f"cells {', '.join(numbers[:-1])} and {numbers[-1]}"

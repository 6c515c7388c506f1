"""Otter: a master notebook for ``otter assign``, or the notebook that it gave to students.

In a master notebook raw cells (or Markdown cells fenced with ``otter``) begin with ``# ASSIGNMENT CONFIG``,
``# BEGIN QUESTION`` and so on, and hold YAML. In a student's notebook the tests lie in its metadata.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from autograder.compat.outline import Outline, Part
from autograder.compat.raw import RawCell, RawNotebook, number_of

_MARK = re.compile(r"\s*#\s*(ASSIGNMENT CONFIG|(?:BEGIN|END) (?:QUESTION|PROMPT|SOLUTION|TESTS))\s*$", re.MULTILINE)
_FENCED = re.compile(r"\s*```otter\s*\n(.*?)```\s*", re.DOTALL)
_HIDDEN = re.compile(r"\s*#\s*HIDDEN\b", re.IGNORECASE)
_TEST_CONFIG = re.compile(r'"""\s*#\s*BEGIN TEST CONFIG\s*\n(.*?)"""\s*#\s*END TEST CONFIG', re.DOTALL)
_LEFT_OUT = {
    "export_cell": "the export cell: `autograder pack` makes what is handed in",
    "generate": "the making of a zip for one platform: grades are exported instead",
    "environment": "the environment file: the handout says what to install",
    "requirements": "the requirements: the handout has its own",
    "seed": "the seed: each case of a check has its own",
    "plugins": "plugins",
    "solutions_pdf": "solutions as a PDF",
}


def is_otter(book: RawNotebook) -> bool:
    """Whether the notebook has otter's markers or carries its tests."""
    return isinstance(book.metadata.get("otter"), dict) or any(_mark(cell)[0] for cell in book.cells)


def outline(book: RawNotebook) -> Outline:
    """What is to be solved in the notebook, with names and points as they stand there."""
    if any(_mark(cell)[0] for cell in book.cells):
        return _master(book)
    return _released(book)


@dataclass
class _Question:
    config: Mapping[str, Any]
    solution: list[RawCell] = field(default_factory=list)
    tests: list[RawCell] = field(default_factory=list)


def _master(book: RawNotebook) -> Outline:
    config: Mapping[str, Any] = {}
    questions: list[_Question] = []
    problems: list[str] = []
    open_: list[str] = []
    current: _Question | None = None
    for cell in book.cells:
        mark, text = _mark(cell)
        if not mark:
            if current is not None and "SOLUTION" in open_:
                current.solution.append(cell)
            elif current is not None and "TESTS" in open_:
                current.tests.append(cell)
            continue
        found, problem = _yaml(text, cell.number)
        problems += [problem] if problem else []
        if mark == "ASSIGNMENT CONFIG":
            config = found
            continue
        verb, _, what = mark.partition(" ")
        if verb == "BEGIN":
            if what in open_:
                problems.append(f"cell {cell.number} begins a {what.lower()} inside of another")
            open_.append(what)
            if what == "QUESTION":
                current = _Question(found)
                questions.append(current)
        elif what in open_:
            open_.remove(what)
            current = None if what == "QUESTION" else current
        else:
            problems.append(f"cell {cell.number} ends a {what.lower()} that was not begun")
    problems += [f"a {what.lower()} is begun and not ended" for what in open_]
    parts = tuple(_part(question, number) for number, question in enumerate(questions, 1))
    problems += [
        f"question {n} has no name" for n, q in enumerate(questions, 1) if not isinstance(q.config.get("name"), str)
    ]
    tests = [cell for question in questions for cell in question.tests]
    return Outline(
        form="otter",
        name=book.name,
        parts=parts,
        title=str(config.get("name") or ""),
        left_out=tuple(_left_out(config, questions, tests)),
        problems=tuple(problems),
    )


def _part(question: _Question, number: int) -> Part:
    manual = question.config.get("manual") is True
    names = dict.fromkeys(name for cell in question.solution for name in cell.names)
    given = question.config.get("points")
    # A mapping gives the points of each test.
    whole = number_of(given.get("each")) if isinstance(given, Mapping) else number_of(given)
    if isinstance(given, Mapping) and whole is not None:
        whole *= len(question.tests)
    if isinstance(given, list):
        whole = sum(number_of(one) or 0 for one in given)
    return Part(
        id=str(question.config.get("name") or f"question {number}"),
        points=_points(whole, [number_of(_config(cell).get("points")) for cell in question.tests]),
        kind="by hand" if manual else "tests",
        solution=tuple(cell.number for cell in question.solution),
        tests=tuple(cell.number for cell in question.tests),
        hidden=any(_HIDDEN.match(cell.text) or _config(cell).get("hidden") is True for cell in question.tests),
        names=tuple(names),
    )


def _points(whole: float | None, tests: Sequence[float | None]) -> float:
    """Otter's rule: the question's points; else the sum of its tests'; else 1."""
    if whole is not None:
        return whole
    given = [points for points in tests if points is not None]
    return sum(given) if given else 1.0


def _released(book: RawNotebook) -> Outline:
    meta: Mapping[str, Any] = book.metadata.get("otter") or {}
    tests = meta.get("tests")
    parts = []
    called = {
        match.group(1): cell.number
        for cell in book.cells
        if cell.kind == "code"
        for match in re.finditer(r"""\.check\(\s*["'](\w+)["']""", cell.text)
    }
    for name, test in tests.items() if isinstance(tests, dict) else ():
        plain = test if isinstance(test, dict) else {}
        suites = plain.get("suites")
        cases = [
            case
            for suite in (suites if isinstance(suites, list) else [])
            if isinstance(suite, dict)
            for case in suite.get("cases", [])
            if isinstance(case, dict)
        ]
        points = _points(number_of(plain.get("points")), [number_of(case.get("points")) for case in cases])
        places = (called[name],) if name in called else ()
        parts.append(Part(str(name), points, "tests", tests=places, hidden=any(c.get("hidden") is True for c in cases)))
    left_out = ["what its tests say: a check compares observations and is written anew"] if parts else []
    left_out.append("hidden tests and answers that are marked by hand: a student's notebook does not hold them")
    return Outline(
        form="otter",
        name=book.name,
        parts=tuple(parts),
        released=True,
        title=str(meta.get("assignment_name") or ""),
        left_out=tuple(left_out),
    )


def _left_out(config: Mapping[str, Any], questions: Sequence[_Question], tests: Sequence[RawCell]) -> Iterator[str]:
    if tests:
        what = f"what {len(tests)} test cells say" if len(tests) > 1 else "what one test cell says"
        yield f"{what}: a check compares observations and is written anew"
    if any(question.config.get("all_or_nothing") for question in questions):
        yield "all_or_nothing: one check holds or does not; several checks of an exercise count each for itself"
    if any(question.config.get("export") for question in questions):
        yield "the export of questions as a PDF: written answers are marked where they stand"
    if any(p is not None and not p.is_integer() for q in questions for p in [number_of(q.config.get("points"))]):
        yield "fractions of points: here points are whole numbers"
    for key, text in _LEFT_OUT.items():
        if config.get(key):
            yield text


def _mark(cell: RawCell) -> tuple[str, str]:
    """The marker that a cell begins with, and the YAML below it."""
    text = cell.text
    if cell.kind == "markdown":
        fenced = _FENCED.fullmatch(text)
        if fenced is None:
            return "", ""
        text = fenced.group(1)
    elif cell.kind != "raw":
        return "", ""
    head, _, rest = text.strip().partition("\n")
    match = _MARK.fullmatch(head)
    return (match.group(1), rest) if match else ("", "")


def _yaml(text: str, number: int) -> tuple[Mapping[str, Any], str]:
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return {}, f"cell {number} holds no YAML: {str(error).splitlines()[0]}"
    if found is None:
        return {}, ""
    return (found, "") if isinstance(found, dict) else ({}, f"cell {number} holds no mapping of names to values")


def _config(cell: RawCell) -> Mapping[str, Any]:
    """What a test cell says of itself."""
    match = _TEST_CONFIG.search(cell.text)
    return _yaml(match.group(1), cell.number)[0] if match else {}

"""A student's own notebook with our findings beside the cells that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from autograder.model import Grade
from autograder.reporting import notebooktext
from autograder.reporting.notebookplaces import cell_anchor
from autograder.reporting.text import clean, count, line
from autograder.reporting.views import student_view
from autograder.shown import ShownCell, ShownNotebook, ShownOutput
from autograder.visibility import Release

REPORT = "report.html"
# Characters of one notebook that are read as Markdown, as HTML, as Python; what follows is shown as it stands.
BUDGETS = {"markdown": 300_000, "html": 300_000, "code": 600_000}

View = dict[str, Any]


def notebook_view(
    grade: Grade, notebooks: Sequence[ShownNotebook], release: Release | None = None, now: datetime | None = None
) -> View:
    """Everything that the page shows: the report's own words, small, each beside its cell."""
    report = student_view(grade, release, now)
    # The view leaves out what is beyond a bound, at the end.
    cards = {own.id: _card(shown) for shown, own in zip(report["exercises"], grade.exercises, strict=False)}
    books = [_notebook(number, book, cards, report["problems"]) for number, book in enumerate(notebooks, 1)]
    here = {exercise for book in notebooks for exercise, numbers in book.places.items() if numbers}
    links = [cell for book in books for cell in book["cells"] if cell["cards"]]
    return {
        **{
            key: report[key]
            for key in ("assignment", "student", "points", "possible", "percent", "fraction", "verdict")
        },
        "report": REPORT,
        "books": books,
        "several": len(books) > 1,
        "linked": [{"anchor": cell["anchor"], **card} for cell in links for card in cell["cards"]],
        "elsewhere": [card for exercise, card in cards.items() if exercise not in here],
    }


def _notebook(number: int, book: ShownNotebook, cards: Mapping[str, View], problems: Sequence[View]) -> View:
    beside: dict[int, list[View]] = {}
    for exercise, numbers in book.places.items():
        if numbers and exercise in cards:
            beside.setdefault(numbers[-1], []).append(cards[exercise])
    left = dict(BUDGETS)
    cells = []
    for cell in book.cells:
        own = f"{book.name}, cell {cell.number}"
        broken = [problem for problem in problems if problem["where"] == own or problem["where"].startswith(f"{own}, ")]
        shown = _cell(cell, left)
        if shown["empty"] and not (beside.get(cell.number) or broken):
            continue
        cells.append(
            shown
            | {"anchor": cell_anchor(number, cell.number), "cards": beside.get(cell.number, []), "problems": broken}
        )
    return {"name": line(book.name, 120), "anchor": f"n{number}", "cells": cells}


def _cell(cell: ShownCell, left: dict[str, int]) -> View:
    kind = cell.kind if cell.kind in ("code", "markdown") else "raw"
    text = cell.source.strip("\n")
    return {
        "kind": kind,
        "number": cell.number,
        "execution": line(cell.execution, 8),
        "body": _body(cell, kind, text) if _spend(left, kind, len(text)) else notebooktext.plain(text),
        "outputs": [shown for output in cell.outputs if (shown := _output(output, left)) is not None],
        "empty": not text.strip() and not cell.outputs,
    }


def _body(cell: ShownCell, kind: str, text: str) -> Markup:
    if kind == "code":
        return notebooktext.code(text)
    if kind == "raw":
        return notebooktext.plain(text)
    pictures = {name: notebooktext.picture(one.kind, one.data) for name, one in cell.attached.items()}
    return notebooktext.markdown(text, {name: address for name, address in pictures.items() if address})


def _output(output: ShownOutput, left: dict[str, int]) -> View | None:
    data = output.data
    if output.kind in ("png", "jpeg", "gif", "svg"):
        address = notebooktext.picture(output.kind, data)
        return {"kind": "picture", "data": address} if address else _left_out("a picture that cannot be read")
    if output.kind in ("html", "markdown"):
        if not _spend(left, output.kind, len(data)):
            return _left_out(f"an output of {count(len(data), 'character')}: the page would grow too large")
        read = notebooktext.html if output.kind == "html" else notebooktext.markdown
        body = read(data)
        return {"kind": "html", "data": body} if Markup(body).striptags() or "<img" in body else _left_out("an output")
    if output.kind == "left_out":
        return _left_out(data)
    text = notebooktext.printed(data).rstrip()
    return {"kind": "error" if output.kind == "error" else "text", "data": text} if text else None


def _left_out(what: str) -> View:
    return {"kind": "left_out", "data": clean(what, 300)}


def _spend(left: dict[str, int], kind: str, size: int) -> bool:
    if kind not in left:
        return True
    if size > left[kind]:
        left[kind] = 0
        return False
    left[kind] -= size
    return True


def _card(exercise: View) -> View:
    """What the report says of one exercise, in the few lines that have room beside a cell."""
    findings = [
        {
            key: finding[key]
            for key in ("anchor", "look", "word", "head", "rest", "hint", "mistake", "points", "outcome")
        }
        for finding in exercise["loud"]
    ]
    waiting = exercise["skipped"]
    return {
        **{key: exercise[key] for key in ("title", "score", "fraction", "state", "withheld", "bonus")},
        "exercise": exercise["anchor"],
        "findings": findings,
        "unattempted": len(exercise["unattempted"]),
        "waits": waiting[0] if waiting else None,
        "waiting": count(len(waiting), "check") if waiting else "",
        "passed": exercise["passed_summary"] if exercise["passed"] else "",
        "notes": exercise["notes"],
    }

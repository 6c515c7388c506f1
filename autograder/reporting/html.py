"""Writes the pages: one environment, strict and escaping, and the files of a student and of a class."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.model import Grade
from autograder.reporting import gradescope, killtable, similarpage, tables
from autograder.reporting.attempts import HandIn
from autograder.reporting.classpage import ClassSummary
from autograder.reporting.files import atomic, write
from autograder.reporting.notebookplaces import notebook_places
from autograder.reporting.text import plain
from autograder.reporting.views import student_view
from autograder.shown import ShownNotebook
from autograder.visibility import Release, for_student

_HERE = Path(__file__).resolve().parent
# In a wheel the folders lie beside this file; in a checkout they lie in the designer's room.
_HOMES = (_HERE, _HERE.parents[1] / "reports")


def write_student(
    grade: Grade,
    folder: Path,
    notebooks: Sequence[ShownNotebook] = (),
    *,
    release: Release | None = None,
    now: datetime | None = None,
    whole_results: bool = False,
) -> None:
    """Write report.html, grade.json and results.json into ``folder``, each whole or not at all.

    notebooks: those that were handed in; notebook.html shows them with the findings beside their cells.
    release, now: what the student may see is in the files, and nothing else.
    whole_results: results.json holds every check with its visibility all the same, for Gradescope to keep back.
    """
    shown = for_student(grade, release, now)
    found = gradescope.results(grade) if whole_results else gradescope.results(shown, shown)
    results = json.dumps(plain(found), ensure_ascii=False, allow_nan=False, indent=1)
    write(folder / "results.json", results + "\n")
    if notebooks:
        write(folder / "notebook.html", notebook_page(grade, notebooks, release=release, now=now))
    else:
        (folder / "notebook.html").unlink(missing_ok=True)  # of an earlier submission
    write(folder / "report.html", student_page(grade, release=release, now=now, notebooks=notebooks))
    # Last, so that whoever finds a grade.json finds the rest as well.
    write(folder / "grade.json", tables.as_json(shown, indent=1) + "\n")


def write_class(
    grades: Iterable[Grade],
    out: Path,
    *,
    missing: Sequence[str] = (),
    unattributed: Sequence[str] = (),
    links: Mapping[str, str] | None = None,
    handed_in: Iterable[HandIn] = (),
    zeros: bool = False,
) -> None:
    """Write index.html, grades.csv and grades.jsonl into ``out``, reading ``grades`` once, one at a time.

    missing: students on the roster who handed in nothing. unattributed: files that belong to nobody.
    links: student -> path of the report, relative to ``out``; ``STUDENT/report.html`` where None.
    handed_in: every attempt, for what the page says of attempts over time. zeros: who is missing has 0 points.
    """
    summary = ClassSummary()
    with atomic(out / "grades.jsonl") as file:
        for grade in grades:
            tables.write_line(file, grade)
            summary.add(grade)
    with atomic(out / "grades.csv") as file:
        absent = summary.absent(missing) if zeros else []
        rows = sorted([*summary.rows, *absent], key=lambda row: row.student.casefold())
        tables.write_csv(file, rows, list(summary.exercises))
    where = links if links is not None else {row.student: f"{row.student}/report.html" for row in summary.rows}
    others = {"missing": missing, "unattributed": unattributed}
    page = class_page(summary, **others, links=where, handed_in=handed_in, zeros=zeros)
    write(out / "index.html", page)


def student_page(
    grade: Grade,
    *,
    release: Release | None = None,
    now: datetime | None = None,
    notebooks: Sequence[ShownNotebook] = (),
) -> str:
    """The student's report as one self-contained page, with links to the cells of ``notebooks``."""
    view = student_view(grade, release, now)
    cells = notebook_places(notebooks)
    for section, exercise in zip(view["exercises"], grade.exercises, strict=False):
        section["cell"] = f"notebook.html#{cells[exercise.id]}" if exercise.id in cells else ""
    return _render("student.html.j2", view | {"notebook": "notebook.html" if notebooks else ""}, script="")


def notebook_page(
    grade: Grade,
    notebooks: Sequence[ShownNotebook],
    *,
    release: Release | None = None,
    now: datetime | None = None,
) -> str:
    """The student's own notebooks with the findings beside their cells, as one self-contained page."""
    from autograder.reporting import notebookpage  # nbconvert takes a third of a second: only where there are notebooks

    view = notebookpage.notebook_view(grade, notebooks, release, now)
    return _render("notebook.html.j2", view, script="", more="notebook.css", pictures=True)


def card(grade: Grade, *, verdict: str, unknown: str = "", remarks: Sequence[str] = ()) -> str:
    """The exercises of a grade as a piece of HTML for a notebook's output: the report's own words, and no request."""
    view = student_view(grade)
    sections = [section | {"cell": ""} for section in view["exercises"]]
    shown = {"exercises": sections, "verdict": verdict, "unknown": unknown, "remarks": list(remarks)}
    style = scoped(_static("report.css"), ".autograder") + _static("notebook_card.css")
    return _environment().get_template("notebook_card.html.j2").render(view=shown, style=Markup(style))


def scoped(style: str, selector: str) -> str:
    """Our style sheet for one element of somebody else's page: its rules nested, its root that element."""
    inside = style.replace(":root", "&").replace("\nhtml {", "\n& {").replace("\nbody {", "\n&.page {")
    # Twice the class: a page's own rules for what it shows come before ours otherwise.
    return f"{selector}{selector} {{\n{inside}\n}}\n"


def class_page(
    summary: ClassSummary,
    *,
    missing: Sequence[str] = (),
    unattributed: Sequence[str] = (),
    links: Mapping[str, str],
    handed_in: Iterable[HandIn] = (),
    zeros: bool = False,
) -> str:
    """The class page, self-contained; its one script sorts the tables and searches the students."""
    view = summary.view(missing=missing, unattributed=unattributed, links=links, handed_in=handed_in)
    view["zeros"] = zeros
    return _render("class.html.j2", view, script=_static("class.js"))


def similar_page(
    title: str, students: int, usual: float, pairs: Sequence[similarpage.Pair], empty: Sequence[str]
) -> str:
    """Pairs of submissions with passages in common, both sides shown, self-contained. For instructors only."""
    view = similarpage.view(title, students, usual, pairs, empty)
    return _render("similar.html.j2", view, script=_static("class.js"), more="similar.css")


def audit_page(audit: Mapping[str, Any]) -> str:
    """The kill table of an audit (its JSON form), self-contained."""
    return _render("audit.html.j2", killtable.view(audit), script="")


def policy(style: str, script: str, pictures: bool = False) -> str:
    """The page's content security policy: nothing but these very texts, by their hashes.

    pictures: and pictures that the page itself holds.
    """
    parts = ["default-src 'none'", f"style-src '{_hash(style)}'", "base-uri 'none'", "form-action 'none'"]
    if script:
        parts.insert(2, f"script-src '{_hash(script)}'")
    if pictures:
        parts.insert(2, "img-src data:")
    return "; ".join(parts)


def _render(template: str, view: Mapping[str, Any], *, script: str, more: str = "", pictures: bool = False) -> str:
    style = _static("report.css") + (_static(more) if more else "")
    return (
        _environment()
        .get_template(template)
        # Markup for our own files, and for what notebooktext has cleaned: every other string of a view is escaped.
        .render(view=view, style=Markup(style), script=Markup(script), policy=policy(style, script, pictures))
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _home(kind: str) -> Path:
    for home in _HOMES:
        if (home / kind).is_dir():
            return home / kind
    raise FileNotFoundError(f"the reports' {kind} are neither in {_HOMES[0]} nor in {_HOMES[1]}: reinstall the package")


@functools.cache
def _static(name: str) -> str:
    return (_home("static") / name).read_text(encoding="utf-8")


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_home("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )

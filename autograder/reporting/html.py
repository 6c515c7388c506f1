"""Writes the pages: one environment, strict and escaping, and the files of a student and of a class."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.model import Grade
from autograder.reporting import gradescope, killtable, tables
from autograder.reporting.classpage import ClassSummary
from autograder.reporting.files import atomic, write
from autograder.reporting.text import plain
from autograder.reporting.views import student_view

_HERE = Path(__file__).resolve().parent
# In a wheel the folders lie beside this file; in a checkout they lie in the designer's room.
_HOMES = (_HERE, _HERE.parents[1] / "reports")


def write_student(grade: Grade, folder: Path, *, reveal: Collection[str] = ("visible",)) -> None:
    """Write report.html, grade.json and results.json into ``folder``, each whole or not at all.

    reveal: which visibilities of checks the page shows. The two JSON files always hold every check.
    """
    results = json.dumps(plain(gradescope.results(grade)), ensure_ascii=False, allow_nan=False, indent=1)
    write(folder / "results.json", results + "\n")
    write(folder / "report.html", student_page(grade, reveal=reveal))
    # Last, so that whoever finds a grade.json finds the rest as well.
    write(folder / "grade.json", tables.as_json(grade, indent=1) + "\n")


def write_class(
    grades: Iterable[Grade],
    out: Path,
    *,
    missing: Sequence[str] = (),
    unattributed: Sequence[str] = (),
    links: Mapping[str, str] | None = None,
) -> None:
    """Write index.html, grades.csv and grades.jsonl into ``out``, reading ``grades`` once, one at a time.

    missing: students on the roster who handed in nothing. unattributed: files that belong to nobody.
    links: student -> path of the report, relative to ``out``; ``STUDENT/report.html`` where None.
    """
    summary = ClassSummary()
    with atomic(out / "grades.jsonl") as file:
        for grade in grades:
            tables.write_line(file, grade)
            summary.add(grade)
    with atomic(out / "grades.csv") as file:
        rows = sorted(summary.rows, key=lambda row: row.student.casefold())
        tables.write_csv(file, rows, list(summary.exercises))
    where = links if links is not None else {row.student: f"{row.student}/report.html" for row in summary.rows}
    write(out / "index.html", class_page(summary, missing=missing, unattributed=unattributed, links=where))


def student_page(grade: Grade, *, reveal: Collection[str] = ("visible",)) -> str:
    """The student's report as one self-contained page."""
    return _render("student.html.j2", student_view(grade, reveal=reveal), script="")


def class_page(
    summary: ClassSummary,
    *,
    missing: Sequence[str] = (),
    unattributed: Sequence[str] = (),
    links: Mapping[str, str],
) -> str:
    """The class page, self-contained; its one script sorts and searches the table."""
    view = summary.view(missing=missing, unattributed=unattributed, links=links)
    return _render("class.html.j2", view, script=_static("class.js"))


def audit_page(audit: Mapping[str, Any]) -> str:
    """The kill table of an audit (its JSON form), self-contained."""
    return _render("audit.html.j2", killtable.view(audit), script="")


def policy(style: str, script: str) -> str:
    """The page's content security policy: nothing but these very texts, by their hashes."""
    parts = ["default-src 'none'", f"style-src '{_hash(style)}'", "base-uri 'none'", "form-action 'none'"]
    if script:
        parts.insert(2, f"script-src '{_hash(script)}'")
    return "; ".join(parts)


def _render(template: str, view: Mapping[str, Any], *, script: str) -> str:
    style = _static("report.css")
    return (
        _environment()
        .get_template(template)
        # Markup for our own two files only: every string of a view is escaped.
        .render(view=view, style=Markup(style), script=Markup(script), policy=policy(style, script))
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

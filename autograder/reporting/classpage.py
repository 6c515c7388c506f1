"""The class in small: what remains of each Grade once it has been read, and the view of the class page."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from autograder.model import UNTOUCHED, WRONG, ExerciseGrade, Finding, Grade, Outcome
from autograder.reporting import attempts
from autograder.reporting.insight import Insight, signed
from autograder.reporting.svg import histogram
from autograder.reporting.text import clean, count, line
from autograder.reporting.views import WORDS, percent

MOST_FAILURES = 5000  # distinct kinds kept; numbers in messages are folded, so a class has a few hundred
MOST_SHOWN = 15
MOST_VOID = 100
FIRST_NAMES = 5
MOST_NAMES = 300  # students behind one mistake who are named

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One student's numbers. ``exercises``: id -> points, None where a person has still to give them."""

    student: str
    submission: str
    points: int
    possible: int
    percent: str
    pending: int
    bonus: int
    void: int
    remark: str
    exercises: Mapping[str, int | None]
    counted: int = 0  # points, less what lateness takes
    late: int = 0  # percent that it takes


@dataclass(slots=True)
class _Check:
    exercise: str
    claim: str
    order: int
    key: tuple[str, str]
    outcomes: Counter[Outcome] = field(default_factory=Counter)


@dataclass(slots=True)
class _Failure:
    exercise: str
    claim: str
    title: str
    message: str
    order: int  # of the exercise, from 1
    number: int = 0
    students: list[str] = field(default_factory=list)
    best: float = -1.0
    example: str = ""  # the student with the largest share of points: there the mistake stands most alone


class ClassSummary:
    """Reads Grades one at a time and keeps a few hundred bytes of each."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.exercises: dict[str, str] = {}  # id -> title, in the order of the assignment
        self.title = ""
        self._checks: dict[tuple[str, str], _Check] = {}
        self._failures: dict[tuple[str, str], _Failure] = {}
        self._void: list[View] = []
        self._isolation: Counter[str] = Counter()
        self._graded = ""
        self.insight = Insight()

    def add(self, grade: Grade) -> None:
        """Take what the class page and the tables need."""
        self.title = self.title or grade.title or grade.assignment
        self._isolation[grade.isolation] += 1
        self._graded = max(self._graded, grade.graded_at)
        self.insight.add(grade)
        share = grade.points / grade.possible if grade.possible else 0.0
        for number, exercise in enumerate(grade.exercises, 1):
            self.exercises.setdefault(exercise.id, exercise.title)
            seen: set[str] = set()
            for finding in exercise.checks:
                self._tally(grade.student, share, number, exercise, finding, seen)
        self.rows.append(
            Row(
                student=grade.student,
                submission=grade.submission,
                points=grade.points,
                possible=grade.possible,
                percent=percent(grade.points, grade.possible),
                pending=grade.pending,
                bonus=grade.bonus,
                void=grade.void,
                remark=_remark(grade),
                exercises={e.id: e.points if e.possible or e.bonus else None for e in grade.exercises},
                counted=grade.counted,
                late=grade.late.percent if grade.late is not None else 0,
            )
        )

    def absent(self, students: Iterable[str]) -> list[Row]:
        """Rows of students who handed in nothing and have 0 points for it."""
        most = max((row.possible + row.pending for row in self.rows), default=0)
        nothing = dict.fromkeys(self.exercises, 0)
        return [Row(s, "", 0, most, percent(0, most), 0, 0, 0, "nothing handed in", nothing) for s in students]

    def _tally(
        self, student: str, share: float, order: int, whole: ExerciseGrade, finding: Finding, seen: set[str]
    ) -> None:
        exercise, title = whole.id, whole.title
        key = (exercise, finding.id)
        check = self._checks.get(key)
        if check is None:
            check = _Check(line(title, 100), clean(finding.claim, 300), len(self._checks), key)
            self._checks[key] = check
        check.outcomes[finding.outcome] += 1
        if finding.outcome is Outcome.VOID and len(self._void) < MOST_VOID:
            entry = {"student": student, "exercise": line(title, 100), "claim": clean(finding.claim, 300)}
            self._void.append({**entry, "message": clean(finding.message, 600)})
        if finding.bonus or finding.outcome not in WRONG:
            return
        name = line(finding.mistake.title, 160) if finding.mistake else ""
        kind = name or re.sub(r"\d[\d.,e+-]*", "#", finding.message)[:300]
        # One slip fails several checks of an exercise: it is counted once a student, at its first check.
        if kind in seen:
            return
        seen.add(kind)
        failure = self._failures.get((exercise, kind))
        if failure is None:
            if len(self._failures) >= MOST_FAILURES:
                return
            failure = _Failure(line(title, 100), clean(finding.claim, 300), name, clean(finding.message, 400), order)
            self._failures[(exercise, kind)] = failure
        failure.number += 1
        if len(failure.students) < MOST_NAMES:
            failure.students.append(student)
        if share > failure.best:
            failure.best, failure.example = share, student

    def view(
        self,
        *,
        missing: Sequence[str],
        unattributed: Sequence[str],
        links: Mapping[str, str],
        handed_in: Iterable[attempts.HandIn] = (),
    ) -> View:
        """The class page. ``links``: student -> path of the report, relative to the page."""
        rows = sorted(self.rows, key=lambda row: row.student.casefold())
        percents = [100 * row.counted / row.possible for row in rows if row.possible]
        pending = [row for row in rows if row.pending]
        return {
            "title": line(self.title, 120) or "Assignment",
            "graded": line(self._graded, 40).replace("T", " ").replace("+00:00", " UTC").replace("Z", " UTC"),
            "isolation": ", ".join(f"{line(k, 20)} ({n})" for k, n in self._isolation.most_common(4)),
            "numbers": self._numbers(percents, missing),
            "void": [{**v, **_student(v["student"], links)} for v in self._void],
            "void_students": len({row.student for row in rows if row.void}),
            "missing": [line(name, 120) for name in missing[:2000]],
            "unattributed": [line(name, 200) for name in unattributed[:2000]],
            "pending": f"{count(sum(r.pending for r in pending), 'point')} of {count(len(pending), 'student')}"
            if pending
            else "",
            "histogram": histogram(percents),
            "checks": self._worst_first(),
            "failures": self._most_frequent(links),
            "items": self.insight.view(lambda student: _student(student, links)),
            "attempts": attempts.view(handed_in),
            "columns": [
                {"number": n, "id": line(k, 60), "title": line(v, 100)}
                for n, (k, v) in enumerate(self.exercises.items(), 1)
            ],
            "students": [self._student(row, links) for row in rows],
        }

    def _numbers(self, percents: Sequence[float], missing: Sequence[str]) -> list[tuple[str, str]]:
        numbers = [("graded", str(len(self.rows)))]
        if percents:
            numbers.append(("median", f"{statistics.median(percents):.0f} %"))
            numbers.append(("mean", f"{statistics.fmean(percents):.0f} %"))
            numbers.append(("full marks so far", str(sum(p >= 100 for p in percents))))
        return numbers + ([("missing", str(len(missing)))] if missing else [])

    def _worst_first(self) -> list[View]:
        views = []
        for check in self._checks.values():
            # Nobody's answer was judged where the check broke or waits for a person.
            judged = sum(n for o, n in check.outcomes.items() if o not in (Outcome.VOID, Outcome.PENDING))
            if judged:
                rate = 100 * check.outcomes[Outcome.PASSED] / judged
                others = [
                    f"{check.outcomes[o]} {WORDS[o]}" for o in Outcome if o is not Outcome.PASSED and check.outcomes[o]
                ]
                views.append(
                    {
                        "exercise": check.exercise,
                        "claim": check.claim,
                        "rate": round(rate, 1),
                        "shown": f"{rate:.0f} %",
                        "others": ", ".join(others),
                        "together": signed(together := self.insight.correlation(*check.key)),
                        "together_value": "" if together is None else round(together, 4),
                        "order": check.order,
                    }
                )
        return sorted(views, key=lambda v: (v["rate"], v["order"]))

    def _most_frequent(self, links: Mapping[str, str]) -> list[View]:
        most = sorted(self._failures.values(), key=lambda f: -f.number)[:MOST_SHOWN]
        return [
            {
                "number": f.number,
                "exercise": f.exercise,
                "title": f.title,
                "message": f.message,
                "claim": f.claim,
                "students": [_student(s, links) for s in f.students[:FIRST_NAMES]],
                "others": [_student(s, links) for s in f.students[FIRST_NAMES:]],
                "more": f.number - len(f.students),
                "example": _student(f.example, links, f"e{f.order}"),
            }
            for f in most
        ]

    def _student(self, row: Row, links: Mapping[str, str]) -> View:
        cells = [row.exercises.get(e) for e in self.exercises]
        return {
            **_student(row.student, links),
            "points": row.counted,
            "possible": row.possible,
            "percent": percent(row.counted, row.possible),
            "pending": row.pending,
            "bonus": row.bonus,
            "void": row.void,
            "remark": row.remark,
            "cells": ["–" if c is None else str(c) for c in cells],
        }


def _student(student: str, links: Mapping[str, str], part: str = "") -> View:
    path = links.get(student, "")
    mark = f"#{part}" if part else ""
    # Quoted with the colon, so that no name can be read as a scheme; "./" keeps it relative.
    return {"name": line(student, 120) or "(no name)", "href": "./" + quote(path, safe="/") + mark if path else ""}


def _remark(grade: Grade) -> str:
    parts = [count(grade.void, "check") + " void"] if grade.void else []
    unread = any(p.fatal for p in grade.problems)
    if unread:
        parts.append("nothing could be read")
    elif grade.problems:
        parts.append(count(len(grade.problems), "problem") + " with the files")
    every = [f.outcome for e in grade.exercises for f in e.checks if f.outcome is not Outcome.PENDING]
    if every and not unread and all(o in UNTOUCHED for o in every):
        parts.append("not started")
    if grade.late is not None and grade.late.percent:
        parts.append(f"late: −{grade.late.taken(grade.points)} of {count(grade.points, 'point')}")
    elif grade.late is not None and grade.late.seconds is None:
        parts.append("late, not known how much")
    return ", ".join(parts)

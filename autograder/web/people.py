"""One student's findings: any of them may be given other points, with a reason; and what was given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from autograder.gradebook.hand import marked
from autograder.gradebook.marking import Clash, Given, Wish
from autograder.gradebook.records import MarkRecord
from autograder.marking.answers import waits
from autograder.marking.filledin import whole_points
from autograder.model import Finding, Grade, Outcome
from autograder.reporting.text import clean, line
from autograder.reporting.views import WORDS, percent
from autograder.web.marking import NEWER
from autograder.web.seat import Seat
from autograder.web.visit import Visit, to


def show(request: Request) -> Response:
    """The page of a student's present attempt."""
    visit = Visit(request)
    seat = visit.desk.seat(request.path_params["attempt"])
    return visit.lost(NEWER) if seat is None else _page(visit, seat)


def override(visit: Visit, data: FormData) -> Response:
    """Give a finding other points, or take that back; a reason is always asked for."""
    seat = visit.desk.seat(visit.request.path_params["attempt"])
    if seat is None:
        return visit.lost(NEWER, 409)
    values = {key: str(value) for key, value in data.items()}
    key = (values.get("exercise", ""), values.get("check", ""))
    finding = next(
        (f for e in seat.grade.exercises for f in e.checks if (e.id, f.id) == key),
        None,
    )
    if finding is None:
        return visit.lost("This student's grade has no such check.", 409)
    try:
        mark = _mark(visit, key, finding, values)
    except ValueError as error:
        return _page(visit, seat, key, values, str(error), 422)
    seen = values.get("replaces", "")
    wish = Wish(seat.place.attempt, mark, int(seen) if seen.isdigit() and len(seen) < 15 else -1)
    clashes, problem = visit.desk.give(wish)
    if clashes:
        return _page(visit, seat, key, values, _meanwhile(clashes[0], finding), 409)
    said = "the program's points again" if mark.points is None else f"{mark.points} of {finding.possible}"
    visit.say(problem or f"{line(finding.claim, 80)}: {said}.")
    return to(f"/student/{seat.place.attempt}#{_anchor(*key)}")


def _mark(visit: Visit, key: tuple[str, str], finding: Finding, values: Mapping[str, str]) -> MarkRecord:
    why = values.get("why", "").strip()
    if not why:
        raise ValueError("A reason is needed: the student reads it in the report.")
    back = values.get("do") == "back"
    points = None if back else whole_points("points", values.get("points", ""), finding.possible)
    # The report of a written answer shows the comment, that of any other check the reason.
    return MarkRecord(key[0], key[1], points, visit.who, why=why, comment=why if finding.kind == "written" else "")


def _meanwhile(clash: Clash, finding: Finding) -> str:
    if clash.now is None:
        return "The mark that was there is gone. Send it again to give yours."
    there = clash.now.mark
    said = "took the points back" if there.points is None else f"gave {there.points} of {finding.possible}"
    because = line(there.why or there.comment, 300)
    return (
        f"Meanwhile {line(there.who, 80)} {said}"
        + (f" ({because})" if because else "")
        + ". Send it again to give yours."
    )


def _page(
    visit: Visit,
    seat: Seat,
    key: tuple[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    found = visit.desk.standing(seat)
    if found is None:
        return visit.lost(NEWER)
    stored = visit.desk.book.grade(seat.place.attempt)
    plain = stored[1] if stored else found.grade
    history = visit.desk.marking.of(seat.place.attempt)
    given = {(one.mark.exercise, one.mark.check): one for one in history}
    grade = replace(marked(plain, (one.mark for one in history)), late=found.grade.late)
    claims = {(e.id, f.id): f.claim for e in grade.exercises for f in e.checks}
    view = {
        "name": visit.name(seat),
        "attempt": seat.place.number,
        "points": grade.counted,
        "late": [clean(one, 300) for one in grade.late.said(grade.points, grade.bonus)] if grade.late else [],
        "possible": grade.possible,
        "percent": percent(grade.counted, grade.possible),
        "pending": grade.pending,
        "bonus": grade.bonus,
        "exercises": _exercises(seat.place.attempt, grade, plain, given, key, values or {}, problem),
        "post": f"/student/{seat.place.attempt}",
        "history": [_history(one, claims) for one in reversed(history)],
    }
    return visit.page("student.html.j2", view, status)


def _exercises(
    attempt: int,
    grade: Grade,
    plain: Grade,
    given: Mapping[tuple[str, str], Given],
    key: tuple[str, str] | None,
    values: Mapping[str, str],
    problem: str,
) -> list[dict[str, Any]]:
    before = {(e.id, f.id): f for e in plain.exercises for f in e.checks}
    sections = []
    for exercise in grade.exercises:
        checks = []
        for finding in exercise.checks:
            own = (exercise.id, finding.id)
            mine = own == key
            one = given.get(own)
            checks.append(
                {
                    "anchor": _anchor(*own),
                    "exercise": exercise.id,
                    "check": finding.id,
                    "outcome": finding.outcome.value,
                    "word": WORDS[finding.outcome],
                    "claim": clean(finding.claim, 500),
                    "message": clean(finding.message, 1500) if finding.outcome is not Outcome.PENDING else "",
                    "mark": f"/mark/{exercise.id}/{attempt}" if waits(before[own]) else "",
                    "points": "" if finding.points is None else finding.points,
                    "possible": finding.possible,
                    "bonus": finding.bonus,
                    "by_hand": one is not None and one.mark.points is not None,
                    "before": before[own].points,
                    "replaces": one.id if one else 0,
                    "typed": line(values.get("points", ""), 20) if mine else "",
                    "why": clean(values.get("why", ""), 5000) if mine else "",
                    "problem": problem if mine else "",
                }
            )
        sections.append(
            {
                "title": line(exercise.title, 120),
                "points": exercise.points,
                "possible": exercise.possible,
                "pending": exercise.pending,
                "checks": checks,
            }
        )
    return sections


def _history(one: Given, claims: Mapping[tuple[str, str], str]) -> dict[str, str]:
    mark = one.mark
    return {
        "at": line(mark.at, 40)[:16].replace("T", " "),
        "who": line(mark.who, 80),
        "what": line(claims.get((mark.exercise, mark.check), f"{mark.exercise}.{mark.check}"), 160),
        "points": "taken back" if mark.points is None else str(mark.points),
        "why": clean("\n".join(filter(None, [mark.why, mark.comment])), 1000),
    }


def _anchor(exercise: str, check: str) -> str:
    return f"{exercise}--{check}"

"""One written answer: the answer, the rubric beside it, points, a comment; what somebody else gave meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from autograder.gradebook.marking import Clash, Given, Wish
from autograder.gradebook.records import MarkRecord
from autograder.marking.answers import digest_of, text_of
from autograder.marking.filledin import whole_points
from autograder.model import Finding
from autograder.reporting.text import clean, line
from autograder.rubric import Rubric
from autograder.web.seat import Seat
from autograder.web.visit import Visit, to

MOST_ANSWER = 60_000  # characters shown
MOST_COMMENTS = 9  # one for each digit
NEWER = "This attempt does not count any more: the student has handed in again, or was graded again."


def show(request: Request) -> Response:
    """The page of an answer, with the mark that it has."""
    visit = Visit(request)
    found = _found(visit, request.path_params)
    if found is None:
        return visit.lost(NEWER)
    seat, finding, text = found
    exercise = request.path_params["exercise"]
    visit.desk.board.hold(seat.place.attempt, exercise, visit.id, visit.who)
    given = seat.given.get((exercise, finding.id))
    return _page(visit, seat, finding, text, _values(given), given)


def give(visit: Visit, data: FormData) -> Response:
    """Give the mark and go on to the next answer; or show what is wrong, or what somebody else gave."""
    found = _found(visit, visit.request.path_params)
    if found is None:
        return visit.lost(NEWER, 409)
    seat, finding, text = found
    exercise = visit.request.path_params["exercise"]
    rubric = visit.desk.rubric(exercise, finding.possible)
    values = {key: str(value) for key, value in data.items()}
    given = seat.given.get((exercise, finding.id))
    if data.get("digest") != digest_of(text):
        return _page(visit, seat, finding, text, values, given, "The answer is another one now: read it again.", 409)
    try:
        mark = _mark(visit, exercise, finding, rubric, values)
    except ValueError as error:
        return _page(visit, seat, finding, text, values, given, str(error), 422)
    seen = values.get("replaces", "")
    wish = Wish(seat.place.attempt, mark, int(seen) if seen.isdigit() and len(seen) < 15 else -1)
    clashes, problem = visit.desk.give(wish)
    if clashes:
        return _clash(visit, seat, finding, text, values, clashes[0])
    said = "taken back" if mark.points is None else f"{mark.points} of {finding.possible}"
    visit.say(problem or f"{visit.name(seat)}: {said}.")
    following = visit.desk.board.following(exercise, seat.place.attempt, visit.id)
    if mark.points is None:
        return to(f"/mark/{exercise}/{seat.place.attempt}")
    return to(f"/mark/{exercise}/{following.place.attempt}" if following else f"/question/{exercise}")


def _found(visit: Visit, path: Mapping[str, Any]) -> tuple[Seat, Finding, str] | None:
    """The seat, the finding as the program gave it, and the whole answer."""
    seat = visit.desk.seat(path["attempt"])
    finding = seat.question(path["exercise"]) if seat else None
    if seat is None or finding is None:
        return None
    document = visit.desk.standing(seat)
    if document is None:
        return None
    for exercise in document.grade.exercises:
        for one in exercise.checks:
            if exercise.id == path["exercise"] and one.id == finding.id:
                return seat, finding, text_of(one)
    return None


def _mark(visit: Visit, exercise: str, finding: Finding, rubric: Rubric, values: Mapping[str, str]) -> MarkRecord:
    comment = values.get("comment", "").replace("\r\n", "\n").strip()
    if values.get("do") == "back":
        return MarkRecord(exercise, finding.id, None, visit.who, comment=comment)
    criteria = {}
    for one in rubric.criteria:
        typed = values.get(f"points-{one.id}", "").strip()
        if not typed:
            raise ValueError(f"{one.id}: how many points, from 0 to {one.points}?")
        criteria[one.id] = whole_points(one.id, typed, one.points)
    total = sum(criteria.values())
    return MarkRecord(
        exercise, finding.id, total, visit.who, comment=comment, criteria=criteria if len(criteria) > 1 else {}
    )


def _values(given: Given | None) -> dict[str, str]:
    """A mark as a form has it."""
    if given is None or given.mark.points is None:
        return {}
    points = given.mark.criteria or {"answer": given.mark.points}
    return {"comment": given.mark.comment} | {f"points-{name}": str(number) for name, number in points.items()}


def _clash(visit: Visit, seat: Seat, finding: Finding, text: str, values: Mapping[str, str], clash: Clash) -> Response:
    yours = clash.wish.mark
    conflict = {
        "theirs": _shown(clash.now.mark, finding) if clash.now else None,
        "yours": _shown(yours, finding),
    }
    return _page(visit, seat, finding, text, values, clash.now, status=409, conflict=conflict)


def _shown(mark: MarkRecord, finding: Finding) -> dict[str, Any]:
    return {
        "who": line(mark.who, 80),
        "at": line(mark.at, 40)[:16].replace("T", " "),
        "points": "taken back" if mark.points is None else f"{mark.points} of {finding.possible}",
        "criteria": [(line(name, 40), number) for name, number in mark.criteria.items()],
        "comment": clean(mark.comment, 5000),
    }


def _page(
    visit: Visit,
    seat: Seat,
    finding: Finding,
    text: str,
    values: Mapping[str, str],
    given: Given | None,
    problem: str = "",
    status: int = 200,
    conflict: Mapping[str, Any] | None = None,
) -> Response:
    exercise = visit.request.path_params["exercise"]
    board = visit.desk.board
    rubric = visit.desk.rubric(exercise, finding.possible)
    before, after = board.beside(exercise, seat.place.attempt)
    following = board.following(exercise, seat.place.attempt, visit.id)
    question = next(one for one in board.questions() if one.id == exercise)
    place = next((n for n, one in enumerate(board.queue(exercise), 1) if one is seat), 0)
    used = [*rubric.comments.values(), *visit.desk.marking.comments(visit.desk.output.assignment, exercise)]
    single = len(rubric.criteria) == 1
    first = {rubric.criteria[0].id: values.get("points-answer", "")} if single else {}
    view = {
        "exercise": exercise,
        "title": line(question.title, 120),
        "name": visit.name(seat),
        "student": f"/student/{seat.place.attempt}",
        "place": place,
        "total": question.todo + question.marked,
        "todo": question.todo,
        "answer": clean(text, MOST_ANSWER),
        "possible": finding.possible,
        "criteria": [
            {
                "id": one.id,
                "text": clean(one.text, 1000),
                "points": one.points,
                "value": line(values.get(f"points-{one.id}", first.get(one.id, "")), 20),
            }
            for one in rubric.criteria
        ],
        "comments": [clean(one, 500) for one in list(dict.fromkeys(used))[:MOST_COMMENTS]],
        "comment": clean(values.get("comment", ""), 6000),
        "given": _shown(given.mark, finding) if given and given.mark.points is not None else None,
        "replaces": given.id if given else 0,
        "digest": digest_of(text),
        "holder": line(board.holder(seat.place.attempt, exercise, visit.id), 80),
        "before": f"/mark/{exercise}/{before.place.attempt}" if before else "",
        "after": f"/mark/{exercise}/{after.place.attempt}" if after else "",
        "following": f"/mark/{exercise}/{following.place.attempt}" if following else f"/question/{exercise}",
        "problem": problem,
        "conflict": conflict,
    }
    return visit.page("mark.html.j2", view, status)

"""Where marking begins: the questions, and each question's answers."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from autograder.reporting.text import line
from autograder.web.board import Question
from autograder.web.seat import Seat
from autograder.web.visit import Visit, to

MOST_ON_A_PAGE = 50
SHOW = ("todo", "marked", "all")


def home(request: Request) -> Response:
    """The questions and how far each is."""
    visit = Visit(request)
    visit.desk.board.refresh()
    questions = [_question(one) for one in visit.desk.board.questions()]
    return visit.page("home.html.j2", {"questions": questions, "students": len(visit.desk.board.seats)})


def question(request: Request) -> Response:
    """The answers to one question, some on each page."""
    visit = Visit(request)
    board = visit.desk.board
    board.refresh()
    exercise = request.path_params["exercise"]
    found = next((one for one in board.questions() if one.id == exercise), None)
    if found is None:
        return visit.lost("No answers to such a question wait for a mark.")
    show = request.query_params.get("show", "all")
    show = show if show in SHOW else "all"
    seats = [seat for seat in board.queue(exercise) if show == "all" or (show == "todo") == seat.to_mark(exercise)]
    rows, pages = paged(seats, visit.number("page", 1), f"/question/{exercise}?show={show}")
    view = {
        "question": _question(found),
        "show": show,
        "shows": [("all", "all"), ("todo", "to mark"), ("marked", "marked")],
        "rows": [_row(visit, seat, exercise) for seat in rows],
        "pages": pages,
    }
    return visit.page("question.html.j2", view)


def begin(request: Request) -> Response:
    """The first answer to a question that nobody has marked or has open."""
    visit = Visit(request)
    exercise = request.path_params["exercise"]
    visit.desk.board.refresh()
    seat = visit.desk.board.following(exercise, None, visit.id)
    return to(f"/mark/{exercise}/{seat.place.attempt}" if seat else f"/question/{exercise}")


def paged(items: list[Seat], page: int, address: str) -> tuple[list[Seat], dict[str, Any]]:
    """The items of a page (from 1), and the way to the others."""
    last = max(1, -(-len(items) // MOST_ON_A_PAGE))
    page = min(max(page, 1), last)
    start = (page - 1) * MOST_ON_A_PAGE
    shown = items[start : start + MOST_ON_A_PAGE]
    return shown, {
        "page": page,
        "last": last,
        "total": len(items),
        "from": start + 1 if items else 0,
        "to": start + len(shown),
        "before": f"{address}&page={page - 1}" if page > 1 else "",
        "after": f"{address}&page={page + 1}" if page < last else "",
    }


def _question(one: Question) -> dict[str, Any]:
    total = one.todo + one.marked
    return {
        "id": one.id,
        "title": line(one.title, 120),
        "todo": one.todo,
        "marked": one.marked,
        "total": total,
        "fraction": round(100 * one.marked / total, 1) if total else 0,
    }


def _row(visit: Visit, seat: Seat, exercise: str) -> dict[str, Any]:
    finding = seat.question(exercise)
    given = seat.given.get((exercise, finding.id)) if finding else None
    marked = given is not None and given.mark.points is not None
    return {
        "name": visit.name(seat),
        "href": f"/mark/{exercise}/{seat.place.attempt}",
        "points": f"{given.mark.points} of {finding.possible}" if given and finding and marked else "",
        "who": line(given.mark.who, 60) if given and marked else "",
        "comment": line(given.mark.comment, 120) if given and marked else "",
        "held": visit.desk.board.holder(seat.place.attempt, exercise, visit.id),
    }

"""The class, live: numbers, spread, a table to search and sort, checks by how many pass them."""

from __future__ import annotations

import statistics
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from autograder.model import Outcome
from autograder.reporting.svg import histogram
from autograder.reporting.text import clean, count, line
from autograder.reporting.views import WORDS, percent
from autograder.web.board import Board
from autograder.web.queue import paged
from autograder.web.seat import Seat
from autograder.web.visit import Visit

SORTS = ("name", "percent", "pending")
MOST_CHECKS = 200


def show(request: Request) -> Response:
    """The class page."""
    visit = Visit(request)
    board = visit.desk.board
    board.refresh()
    seats = list(board.seats.values())
    wanted = request.query_params.get("q", "").strip()[:100]
    sort = request.query_params.get("sort", "name")
    sort = sort if sort in SORTS else "name"
    rows = [seat for seat in seats if _fits(visit, seat, wanted)]
    rows.sort(key=lambda seat: visit.name(seat).casefold())
    if sort == "percent":
        rows.sort(key=_percent)
    elif sort == "pending":
        rows.sort(key=lambda seat: -seat.row.pending)
    shown, pages = paged(rows, visit.number("page", 1), f"/class?{urlencode({'q': wanted, 'sort': sort})}")
    percents = [_percent(seat) for seat in seats if seat.row.possible]
    pending = [seat for seat in seats if seat.row.pending]
    view = {
        "numbers": _numbers(percents, len(seats)),
        "pending": f"{count(sum(s.row.pending for s in pending), 'point')} of {count(len(pending), 'student')}"
        if pending
        else "",
        "histogram": histogram(percents),
        "rows": [_row(visit, seat) for seat in shown],
        "pages": pages,
        "q": wanted,
        "sort": sort,
        "sorts": [("name", "name"), ("percent", "percent, lowest first"), ("pending", "most to mark")],
        "checks": _checks(board, seats),
    }
    return visit.page("class.html.j2", view)


def _fits(visit: Visit, seat: Seat, wanted: str) -> bool:
    # Only what is shown is searched: a search by name would say whose pseudonym it is.
    return not wanted or wanted.casefold() in f"{visit.name(seat)} {seat.row.remark}".casefold()


def _percent(seat: Seat) -> float:
    return 100 * seat.row.counted / seat.row.possible if seat.row.possible else 0.0


def _numbers(percents: list[float], students: int) -> list[tuple[str, str]]:
    numbers = [("graded", str(students))]
    if percents:
        numbers.append(("median", f"{statistics.median(percents):.0f} %"))
        numbers.append(("mean", f"{statistics.fmean(percents):.0f} %"))
        numbers.append(("full marks so far", str(sum(p >= 100 for p in percents))))
    return numbers


def _row(visit: Visit, seat: Seat) -> dict[str, Any]:
    row = seat.row
    return {
        "name": visit.name(seat),
        "href": f"/student/{seat.place.attempt}",
        "points": row.counted,
        "possible": row.possible,
        "percent": percent(row.counted, row.possible),
        "pending": row.pending,
        "bonus": row.bonus,
        "void": row.void,
        "remark": row.remark,
    }


def _checks(board: Board, seats: list[Seat]) -> list[dict[str, Any]]:
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for seat in seats:
        if len(named) == len(board.outcomes):
            break
        named |= {(e.id, f.id): (e.title, f.claim) for e in seat.grade.exercises for f in e.checks}
    views = []
    for order, (key, outcomes) in enumerate(list(board.outcomes.items())[:MOST_CHECKS]):
        judged = sum(n for outcome, n in outcomes.items() if outcome not in (Outcome.VOID, Outcome.PENDING))
        if not judged or key not in named:
            continue
        rate = 100 * outcomes[Outcome.PASSED] / judged
        others = [f"{outcomes[o]} {WORDS[o]}" for o in Outcome if o is not Outcome.PASSED and outcomes[o]]
        views.append(
            {
                "order": (rate, order),
                "rate": round(rate, 1),
                "shown": f"{rate:.0f} %",
                "exercise": line(named[key][0], 100),
                "claim": clean(named[key][1], 300),
                "others": ", ".join(others),
            }
        )
    return sorted(views, key=lambda one: one["order"])

"""The app: which address shows what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from autograder.errors import AutograderError
from autograder.web import classroom, marking, people, queue
from autograder.web.desk import Desk
from autograder.web.security import Keys, middleware, signed
from autograder.web.visit import Visit, to


def make_app(desk: Desk, keys: Keys, *, who: str, names: bool = False, cookie: str = "autograder") -> Starlette:
    """The app for one desk. ``who``: who marks, until a session says otherwise."""
    routes = [
        Route("/enter", enter),
        Route("/favicon.ico", nothing),
        Route("/settings", _form(settings), methods=["POST"]),
        Route("/", queue.home),
        Route("/question/{exercise}", queue.question),
        Route("/mark/{exercise}", queue.begin),
        Route("/mark/{exercise}/{attempt:int}", marking.show, methods=["GET"]),
        Route("/mark/{exercise}/{attempt:int}", _form(marking.give), methods=["POST"]),
        Route("/class", classroom.show),
        Route("/student/{attempt:int}", people.show, methods=["GET"]),
        Route("/student/{attempt:int}", _form(people.override), methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {HTTPException: _refused, AutograderError: _ours}
    app = Starlette(routes=routes, middleware=middleware(keys, cookie), exception_handlers=handlers)
    app.state.desk, app.state.keys, app.state.who, app.state.names = desk, keys, who, names
    return app


def enter(request: Request) -> Response:
    """Begin a session, for who has the token; the token is in no address after that."""
    if not request.app.state.keys.fits(request.query_params.get("token", "")):
        return PlainTextResponse("This is not the token of this run. Open the address as printed.\n", status_code=403)
    request.session.clear()
    request.session["in"] = True
    return to("/")


def nothing(_: Request) -> Response:
    """No icon."""
    return Response(status_code=204)


def settings(visit: Visit, data: FormData) -> Response:
    """Who marks in this session, and whether names are shown."""
    who = str(data.get("who", "")).strip()
    if who:
        visit.request.session["who"] = who[:40]
    if "names" in data:
        visit.request.session["names"] = data["names"] == "yes"
    back = str(data.get("back", "/"))
    return to(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")


def _form(handle: Callable[[Visit, FormData], Response]) -> Callable[[Request], Any]:
    """A handler of a form: refuses what did not come from a form of this session."""

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=200) as data:
            form = signed(request, data)
            if not form.validate() and form.csrf_token.errors:
                return PlainTextResponse("This form is of another session: load its page again.\n", status_code=403)
            if form.errors:
                return PlainTextResponse("This comment is too long.\n", status_code=422)
            return await run_in_threadpool(handle, Visit(request), data)

    return endpoint


def _refused(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404 and request.session.get("in") is True:
        return Visit(request).lost("There is no such page.")
    return PlainTextResponse(f"{error.detail}\n", status_code=error.status_code)


def _ours(_: Request, error: AutograderError) -> Response:
    return PlainTextResponse(f"{error}\n{error.mend}\n", status_code=500)

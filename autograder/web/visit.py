"""One request: whose it is, what it may see, and the answer to it as a page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from autograder.reporting.text import clean, line
from autograder.reporting.webpage import web_page
from autograder.web.desk import Desk
from autograder.web.seat import Seat
from autograder.web.security import signed


class Visit:
    """A request with the session behind it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.desk: Desk = request.app.state.desk

    @property
    def who(self) -> str:
        """Who marks in this session."""
        return str(self.request.session.get("who") or self.request.app.state.who)

    @property
    def id(self) -> str:
        """A name for this session among those that are open."""
        return str(self.request.session.setdefault("id", secrets.token_hex(8)))

    @property
    def names(self) -> bool:
        """Whether names are shown instead of pseudonyms."""
        return bool(self.request.session.get("names", self.request.app.state.names))

    def name(self, seat: Seat) -> str:
        """What this session calls a student."""
        return line(seat.place.student, 120) or "(no name)" if self.names else seat.name

    def say(self, text: str) -> None:
        """Words for the next page of this session: few, since the whole session has to fit into a cookie."""
        self.request.session["said"] = clean(text, 150)

    def number(self, name: str, default: int = 0) -> int:
        """A number of the address, ``default`` where there is none."""
        text = self.request.query_params.get(name, "")
        return int(text) if text.isdigit() and len(text) < 10 else default

    def page(self, template: str, view: Mapping[str, Any], status: int = 200) -> Response:
        """The page, with what every page has."""
        shared = {
            "assignment": line(self.desk.title, 120),
            "who": line(self.who, 80),
            "names": self.names,
            "csrf": signed(self.request).csrf_token.current_token,
            "said": self.request.session.pop("said", ""),
            "here": self.request.url.path,
        }
        text, policy = web_page(template, shared | dict(view))
        return HTMLResponse(text, status_code=status, headers={"Content-Security-Policy": policy})

    def lost(self, message: str, status: int = 404) -> Response:
        """A page that says what is not there."""
        return self.page("lost.html.j2", {"message": message}, status)


def to(path: str) -> Response:
    """Another page, by a request that may be repeated."""
    return RedirectResponse(path, status_code=303)

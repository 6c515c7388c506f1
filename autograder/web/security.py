"""Who may speak to the app: this machine, by the token that was printed, from the app's own forms."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from wtforms import Form, StringField, TextAreaField
from wtforms.csrf.session import SessionCSRF
from wtforms.validators import Length

HOSTS = ["127.0.0.1", "localhost"]
OPEN = ("/enter", "/favicon.ico")  # what is answered without a session
MOST_COMMENT = 5000
MOST_BODY = 200_000  # bytes of a form
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
SHUT = """\
This page needs a session of its own.

Open the address that `autograder serve` printed in the terminal; it has the token in it.
If you have come by that address just now, from another site or a mail, load this page again.
"""


class Keys:
    """The secrets of one run of the app: nothing of it is worth anything in the next."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)
        self.session = secrets.token_hex(32)
        self.forms = secrets.token_bytes(32)

    def fits(self, token: str) -> bool:
        """Whether this is the token that was printed."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())


class SignedForm(Form):  # type: ignore[misc]  # WTForms has no types
    """What every form of the app sends: a token of the session, and the words of the one who marks."""

    comment = TextAreaField(validators=[Length(max=MOST_COMMENT)])
    why = StringField(validators=[Length(max=MOST_COMMENT)])

    class Meta:
        """The token of a form lives as long as the session: an answer may be read for an hour."""

        csrf = True
        csrf_class = SessionCSRF
        csrf_time_limit = None


def signed(request: Request, data: Any = None) -> SignedForm:
    """The form of a request's session, with what was sent if anything was."""
    keys: Keys = request.app.state.keys
    return SignedForm(data, meta={"csrf_context": request.session, "csrf_secret": keys.forms})


def middleware(keys: Keys, cookie: str) -> list[Middleware]:
    """From the outside in: the headers of every answer, the host's name, the session, the door."""
    session = {"secret_key": keys.session, "session_cookie": cookie, "same_site": "strict", "max_age": None}
    return [
        Middleware(Headers),
        Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
        Middleware(SessionMiddleware, **session),  # type: ignore[arg-type]  # a mapping of several types
        Middleware(Door),
    ]


class Headers:
    """Adds to every answer what a browser should hold it to; a page's own policy stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


class Door:
    """Lets in who has a session, and bodies that a form of ours can have."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 without a session, 413 to a body that is too long."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        length = request.headers.get("content-length", "")
        if request.session.get("in") is not True and request.url.path not in OPEN:
            await PlainTextResponse(SHUT, status_code=403)(scope, receive, send)
        elif request.method == "POST" and (not length.isdigit() or int(length) > MOST_BODY):
            await PlainTextResponse("This is too long for a form.\n", status_code=413)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

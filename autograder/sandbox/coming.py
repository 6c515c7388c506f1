"""Coming: what a submission will be asked soon, and what it has answered before it was asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.model import Reply
from autograder.sandbox.request import Request

MOST = 64  # requests that go out together


class Coming:
    """Requests for a submission's own pieces, in the order in which they are expected.

    One that is not asked for after all costs what running it costs, and its reply is thrown away.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Request] = {}
        self._answered: dict[str, Reply] = {}

    def expect(self, requests: Iterable[Request]) -> None:
        """Add these; stand-ins are for another process, so requests with stand-ins are left out."""
        self._waiting |= {request.digest: request for request in requests if not request.stand_ins}

    def answered(self, request: Request) -> Reply | None:
        """The reply that is here already, once."""
        return self._answered.pop(request.digest, None)

    def with_it(self, request: Request) -> list[Request]:
        """The request, and those that are expected after it: alone where it is not expected itself.

        What is expected before it was passed over, and will hardly be asked.
        """
        if request.digest not in self._waiting:
            return [request]
        waiting = list(self._waiting)
        for digest in waiting[: waiting.index(request.digest)]:
            del self._waiting[digest]
        return list(self._waiting.values())[:MOST]

    def keep(self, requests: Sequence[Request], replies: Sequence[Reply]) -> Reply:
        """Of the requests, the first ones were answered: the first reply, the others are kept."""
        for request, reply in zip(requests, replies, strict=False):
            self._waiting.pop(request.digest, None)
            self._answered[request.digest] = reply
        return self._answered.pop(requests[0].digest)

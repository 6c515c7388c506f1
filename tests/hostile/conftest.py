"""What hostile tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from hostile.table import Attack, record

_found: dict[str, str] = {}


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """``seen("text")``: what this test saw of its attack, for the table."""
    given = getattr(request.node, "callspec", None)
    attacks = [value for value in given.params.values() if isinstance(value, Attack)] if given else []
    attacks += getattr(request.function, "attacks", ())
    assert attacks, "the test names no attack"

    def write(text: str) -> None:
        _found.update({one.key: text for one in attacks})

    return write


@pytest.fixture(scope="session", autouse=True)
def _recorded() -> Iterator[None]:
    yield
    if os.environ.get("HOSTILE_RECORD"):
        record(_found)

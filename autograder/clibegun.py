"""Begun: a command whose sandboxes begin before anything slow is imported."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from autograder.exits import at_once, importing, leave
from autograder.sandbox.early import Early


def begun(level: str, count: int, call: Callable[[Any, Early], int]) -> None:
    """Run a command, given the module ``commands`` and ``count`` sandboxes: all bring torch at the same time."""

    def run() -> int:
        with Early(level, count) as early:
            with at_once(partial(early.keep, 0)), importing():
                from autograder import commands  # slow to import
            return call(commands, early)

    leave(run)

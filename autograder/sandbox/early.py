"""Early: zygotes begun before anything slow is imported here, for the workers to come.

Each needs a second to bring torch, and so does this process: they do it at the same time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from autograder.errors import AutograderError
from autograder.sandbox.started import Started

MOST = 4  # begun at the same moment; where there are more workers, the others begin their own


def likely(paths: Sequence[Path], jobs: int | None) -> int:
    """How many workers there will be at least, as far as a look at the paths says. jobs: as the call wants it."""
    found = len(paths)
    if found == 1:
        with suppress(OSError):
            found = sum(1 for entry in os.scandir(paths[0]) if entry.is_dir()) or 1
    return min(found, jobs or os.cpu_count() or 1)


class Early:
    """Up to ``count`` processes. Where none can be begun there are none, and who needs one is told why.

    This process may be forked: before a fork ``next`` sets one apart for the new process, which calls ``settle``;
    this one calls ``given``. Whoever has one set apart takes it.
    """

    def __init__(self, level: str = "none", count: int = 0) -> None:
        self._owner = os.getpid()
        self._waiting: list[Started] = []
        self._apart: Started | None = None
        self._away: list[Started] = []  # in forks of this process
        try:
            for _ in range(min(count, MOST)):
                self._waiting.append(Started(level))
        except (AutograderError, OSError):
            self.keep(0)
        except BaseException:  # stopped
            self.keep(0)
            raise

    def keep(self, count: int) -> None:
        """End those beyond ``count``."""
        while len(self._waiting) > count:
            self._waiting.pop().end()

    def next(self) -> None:
        """Set one apart, if there is one, for the process that is about to be forked."""
        self._apart = self._waiting.pop(0) if self._waiting else None

    def given(self) -> None:
        """The fork has it now."""
        if self._apart is not None:
            self._apart.release()
            self._away.append(self._apart)
            self._apart = None

    def settle(self) -> None:
        """In a fork: let go of those that are for others. Elsewhere: set one apart."""
        if os.getpid() == self._owner:
            self.next()
            return
        for other in self._waiting:
            other.release()
        self._waiting.clear()

    def take(self) -> Started | None:
        """The one that was set apart, once."""
        mine, self._apart = self._apart, None
        return mine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.keep(0)
        if mine := self.take():
            mine.end()
        for one in self._away:
            one.reap()

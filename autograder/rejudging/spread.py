"""Work on a gradebook spread over several processes, each with connections of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from autograder.crew import Told, crew
from autograder.errors import AutograderError
from autograder.gradebook.store import Gradebook

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
TRIES = 2  # of a piece whose process died


class Work(Protocol[T_co]):
    """What is done in one process."""

    def __call__(self, number: int) -> T_co:
        """Do one piece."""

    def finish(self) -> None:
        """After the last piece of this process."""


def spread(
    begin: Callable[[Gradebook], Work[T]],
    count: int,
    workers: int,
    book: Gradebook,
    name: Callable[[int], str],
) -> dict[int, T]:
    """What ``begin(book)`` gives for each of 0 to ``count - 1``. ``begin`` is called once in each process.

    With one worker, or little to do, everything is done in this process. ``name`` says in words what a piece is.
    Raises AutograderError where the process dies of a piece twice; an exception of the work stops everything.
    """
    if count <= 2 * workers:
        workers = 1
    found: dict[int, T] = {}
    tries = Counter[int]()

    def hand(_: str) -> _Hand[T]:
        mine = book.elsewhere()
        return _Hand(mine, begin(mine))

    def lost(number: int, how: str) -> bool:
        tries[number] += 1
        if tries[number] >= TRIES:
            raise AutograderError(
                f"the process that worked on {name(number)} died twice ({how})",
                mend="See that there is memory for all processes, or give -j 1.",
            )
        return True

    told = Told[T](lambda number: None, found.__setitem__, lost)
    crew(hand, range(count), workers, told, before_fork=book.rest)
    return found


@dataclass(frozen=True)
class _Hand(Generic[T]):
    """What works in one process."""

    book: Gradebook
    work: Work[T]

    def __call__(self, number: int) -> T:
        return self.work(number)

    def finish(self) -> None:
        self.work.finish()

    def close(self) -> None:
        self.book.close()

"""Work on several cores by forked processes, which begin with all that this process has loaded and worked out."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

_work: Callable[[int], Any] | None = None  # what a forked process finds


def forked(work: Callable[[], Callable[[int], T]], count: int, workers: int) -> Iterator[T]:
    """``work()(0)`` to ``work()(count - 1)``, in order. ``work`` is called once in each process.

    With one worker, or little to do, everything is done in this process.
    """
    global _work
    if workers <= 1 or count <= 2 * workers or "fork" not in multiprocessing.get_all_start_methods():
        here = work()
        yield from (here(index) for index in range(count))
        return
    _work = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads: none of ours holds a lock
        pool = multiprocessing.get_context("fork").Pool(workers, _begin, (work,))
    with pool:
        yield from pool.imap(_one, range(count), chunksize=max(1, min(8, count // (4 * workers))))


def _begin(work: Callable[[], Callable[[int], Any]]) -> None:
    global _work
    _work = work()


def _one(index: int) -> Any:
    assert _work is not None  # _begin has run
    return _work(index)

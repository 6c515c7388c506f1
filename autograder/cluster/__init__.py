"""Beyond one machine: a batch graded by the workers of a Dask cluster.

    pool (the instructor's process) ─ parcel ─▶ remote (each worker) ─▶ desk ─ grade, transcript ─▶ pool ─▶ gradebook

``pool.py`` says who does what and keeps the books, ``reach.py`` is the connection, ``parcel.py`` seals what travels,
``desk.py`` grades in a process beside the worker, ``proof.py`` shows that it computes as we do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from autograder.errors import ClusterError

if TYPE_CHECKING:  # a Dask worker imports this package, and nothing heavy with it
    from autograder.ledger import Done


def batch() -> Callable[..., list[Done]]:
    """``pool.run``. ClusterError where Dask is not installed."""
    try:
        from autograder.cluster.pool import run  # the extra is needed from here on only
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"grading on a cluster needs {error.name}", mend='install the extra: pip install "torchgrade[cluster]"'
        ) from None
    return run

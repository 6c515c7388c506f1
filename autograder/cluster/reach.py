"""Reach: the connection to a Dask scheduler: who works there, a piece of work for one of them, what came of it."""

from __future__ import annotations

import contextlib
import logging
import queue
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import dask
from distributed import Client, Future, Security, fire_and_forget, wait

from autograder.errors import ClusterError

CONNECT = 30.0  # seconds in which the scheduler has to answer
GOODBYE = 15.0  # seconds in which workers put their things away before we go; they do it all the same later
T = TypeVar("T")


@dataclass(frozen=True)
class Heard(Generic[T]):
    """What came of a piece of work. ``answer`` is None where its worker was lost; ``error``: what was raised there."""

    about: T
    answer: Any = None
    error: BaseException | None = None


class Reach(Generic[T]):
    """The scheduler at an address. Pieces are for one worker each, so that it is known which died over which."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._heard: queue.Queue[tuple[T, Future[Any]]] = queue.Queue()
        self._out: dict[str, Future[Any]] = {}

    def __enter__(self) -> Self:
        _certified(self._address)
        # what is sent is a course, or a submission: their size is no slip
        self._config = dask.config.set({"distributed.admin.large-graph-warning-threshold": "2 GB"})
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it would say, a ClusterError says
        try:
            # tls://: the files that Dask's own configuration names
            self._client = Client(self._address, timeout=CONNECT, set_as_default=False, name="autograder")
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            self._config.__exit__(None, None, None)
            raise ClusterError(
                f"no Dask scheduler answers at {self._address}: {error}",
                mend="give the address that `dask scheduler` prints, such as tcp://10.0.0.7:8786; for tls:// set "
                "Dask's own certificates, see docs/cluster.md",
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with contextlib.suppress(Exception):  # the scheduler may be what was lost
                self._client.cancel(list(self._out.values()), force=True)
            with contextlib.suppress(Exception):
                self._client.close(timeout=GOODBYE)
        finally:
            self._config.__exit__(None, None, None)

    @property
    def connected(self) -> bool:
        """False from the moment at which the scheduler is gone; ``workers`` waits for it a while."""
        return str(self._client.status) == "running"

    def workers(self) -> dict[str, int]:
        """Address of each worker that is there now -> its threads. ClusterError where the scheduler is lost."""
        try:
            return dict(self._client.nthreads())
        except Exception as error:  # of many kinds, by the moment at which it went
            raise ClusterError(
                f"the scheduler at {self._address} was lost and does not answer any more ({type(error).__name__})",
                mend="what was graded is kept: start scheduler and workers again, then give the same command",
            ) from None

    def send(self, worker: str, about: T, do: Callable[..., Any], *given: Any) -> str:
        """Have one worker do something; ``hear`` tells what came of it. Returns a name for ``forget``."""
        key = f"autograder-{do.__name__}-{uuid.uuid4().hex}"
        future = self._client.submit(
            do, *given, key=key, workers=[worker], allow_other_workers=False, pure=False, retries=0
        )
        self._out[key] = future
        future.add_done_callback(lambda done: self._heard.put((about, done)))
        return key

    def hear(self, seconds: float) -> Heard[T] | None:
        """The next piece that is done; None where there is none for so long. What was forgotten is never heard of."""
        try:
            about, future = self._heard.get(timeout=seconds)
        except queue.Empty:
            return None
        if self._out.pop(str(future.key), None) is None:
            return None
        try:
            if future.status == "finished":
                return Heard(about, answer=future.result())
            error = future.exception() if future.status == "error" else None
        except Exception:  # its worker was lost before the answer was fetched
            return Heard(about)
        finally:
            future.release()
        return Heard(about, error=error if error is not None and not _lost(error) else None)

    def forget(self, key: str) -> None:
        """A piece whose worker is gone."""
        future = self._out.pop(key, None)
        if future is not None:
            self._client.cancel([future], force=True)

    def bid(self, workers: list[str], do: Callable[..., Any], *given: Any) -> None:
        """Have workers do something last, also when we are gone by then."""
        futures = [
            self._client.submit(do, *given, workers=[one], allow_other_workers=False, pure=False) for one in workers
        ]
        fire_and_forget(futures)
        with contextlib.suppress(TimeoutError, OSError), self._client.as_current():
            wait(futures, timeout=GOODBYE)


def _certified(address: str) -> None:
    """Raise where tls:// is asked for and nothing says with which certificates: Dask itself would stumble later."""
    if not address.startswith("tls://"):
        return
    try:
        known = Security().get_connection_args("client").get("ssl_context")
        why = "" if known else "Dask's configuration names no certificates (distributed.comm.tls)"
    except (OSError, ValueError) as error:  # a file is not there, or is no certificate
        why = f"the certificates that Dask's configuration names cannot be read: {error}"
    if why:
        raise ClusterError(
            f"{address} cannot be reached: {why}", mend="docs/cluster.md says how they are made and named"
        )


def _lost(error: BaseException) -> bool:
    """Whether an error is Dask's own word for a worker that is not there any more."""
    return type(error).__name__ in ("KilledWorker", "NoValidWorkerError", "CancelledError", "FutureCancelledError")

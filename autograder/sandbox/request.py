"""Request, Session, Sandbox: the seam between judging and running."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

import numpy as np

from autograder.case import Case
from autograder.model import Limits, Reply, Submission


@dataclass(frozen=True)
class Request:
    """Run one probe on one case. Equal requests have equal digests, on every machine."""

    probe: str
    case: Case
    stand_ins: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def digest(self) -> str:
        """sha256 over everything that the student's side is given (the limits are not)."""
        case = self.case
        head = [self.probe, sorted(self.stand_ins), case.seed, dict(case.sizes), dict(case.values), case.dtype]
        digest = hashlib.sha256(json.dumps(head, sort_keys=True).encode())
        for name in sorted(case.arrays):
            array = np.ascontiguousarray(case.arrays[name])
            digest.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()


class Session(Protocol):
    """Answers requests for one submission."""

    @property
    def loaded(self) -> Reply:
        """What loading the files gave: ``defined`` (names) and ``failures``; with what was printed."""

    def ask(self, request: Request) -> Reply:
        """Run one request. Never raises for what the student's code does."""

    def close(self) -> None:
        """End the child, if there is one."""


@runtime_checkable
class Foreseeing(Session, Protocol):
    """A session that can have several requests answered together."""

    def ahead(self, requests: Sequence[Request]) -> None:
        """These will most likely be asked, in this order."""


def foretell(session: Session, requests: Sequence[Request]) -> None:
    """Tell a session what will most likely be asked, in this order, where it can make use of that."""
    if isinstance(session, Foreseeing):
        session.ahead(requests)


class Sandbox(Protocol):
    """One worker's means of running submissions, one at a time."""

    @property
    def level(self) -> str:
        """The isolation level in force: full, reduced or none."""

    @property
    def calibration(self) -> float:
        """CPU seconds of a fixed piece of work on this machine, by which limits are stretched; 0.0 if not measured."""

    def open(self, submission: Submission) -> Session:
        """Load a submission. Nothing that it does raises here."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

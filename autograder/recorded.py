"""A sandbox that keeps what was answered, and a session that answers from what was kept and runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from autograder.errors import NotRecorded
from autograder.model import Reply, Submission
from autograder.sandbox.request import Request, Sandbox, Session
from autograder.transcript import Recording, Replay, Transcript


@dataclass
class RecordingSandbox:
    """A worker's sandbox; ``transcript`` is what the last opened session has answered."""

    sandbox: Sandbox
    transcript: Transcript | None = None

    @property
    def level(self) -> str:
        """The isolation level in force."""
        return self.sandbox.level

    @property
    def calibration(self) -> float:
        """How fast this machine is."""
        return self.sandbox.calibration

    def open(self, submission: Submission) -> Session:
        """Load a submission and keep its answers."""
        recording = Recording(self.sandbox.open(submission))
        self.transcript = recording.transcript
        return recording

    def __enter__(self) -> Self:
        self.sandbox.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sandbox.__exit__(kind, error, trace)


@dataclass
class Replayed:
    """A session that answers from a transcript. What it cannot answer is in ``missed``, and raises NotRecorded."""

    replay: Replay
    missed: list[NotRecorded] = field(default_factory=list)

    @property
    def loaded(self) -> Reply:
        """What loading the files gave when they were run."""
        return self.replay.loaded

    def ask(self, request: Request) -> Reply:
        """The stored answer. Raises NotRecorded."""
        try:
            return self.replay.ask(request)
        except NotRecorded as missed:
            self.missed.append(missed)
            raise

    def close(self) -> None:
        """Nothing is held."""

"""Every exception that the engine raises on purpose.

AutograderError
├── AssignmentError      an assignment does not pair up; names file and line
├── IntakeError          a path that cannot be graded at all (a broken file of a student is a finding)
├── IsolationError       the asked level of isolation cannot be had; says what is missing and the mend
├── SandboxError         our side of the sandbox broke: a check becomes void, never a lost point
├── NeedsRun             stored observations do not answer a request: the submission must run again
├── NotRecorded          a transcript or a public key holds no reply to this very request
├── TranscriptError      stored replies, or a public key, cannot be read
├── GradebookError       the gradebook cannot be opened, or does not hold what was asked for
└── OutputError          the output folder belongs to another assignment, or cannot be written
"""

from __future__ import annotations

from typing import Any


class AutograderError(Exception):
    """Base of all. ``mend`` says what to do about it."""

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.mend = mend


class AssignmentError(AutograderError):
    """An assignment's files do not fit together."""


class IntakeError(AutograderError):
    """What was given cannot be taken as submissions."""


class IsolationError(AutograderError):
    """The asked level of isolation cannot be had here."""


class SandboxError(AutograderError):
    """The trusted side of the sandbox failed."""


class NeedsRun(AutograderError):  # noqa: N818  # a condition to act on, not a fault
    """Stored observations do not answer a request."""


class NotRecorded(AutograderError):  # noqa: N818  # a condition to act on, not a fault
    """A transcript holds no reply to ``request``."""

    def __init__(self, message: str, *, request: Any = None, mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.request = request


class TranscriptError(AutograderError):
    """Stored replies, or a public key, cannot be read."""


class GradebookError(AutograderError):
    """The gradebook cannot be used."""


class OutputError(AutograderError):
    """The output folder cannot be used."""

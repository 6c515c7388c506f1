"""Every exception that the engine raises on purpose.

AutograderError
├── AssignmentError      an assignment does not pair up; names file and line
│   ├── UnknownName      the call names an assignment, an exercise or a check that is not there
│   └── UnusableName     the call gives something a name or a title that it cannot have
├── IntakeError          a path that cannot be graded at all (a broken file of a student is a finding)
├── IsolationError       the asked level of isolation cannot be had; says what is missing and the mend
├── SandboxError         our side of the sandbox broke: a check becomes void, never a lost point
├── NotRecorded          a transcript or a public key holds no reply to this very request
├── TranscriptError      stored replies, or a public key, cannot be read
├── ExportError          a template or a column that an export needs is not there, or is another
├── ClusterError         the cluster cannot be reached, or none of its workers can be used
├── DataError            optional data cannot be fetched, or is not what was pinned
├── GradebookError       the gradebook cannot be opened, or does not hold what was asked for
└── OutputError          the output folder belongs to another assignment, or cannot be written
"""

from __future__ import annotations

import errno
from typing import Any, ClassVar

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # of an OSError: the disk, or what one may use of it


class AutograderError(Exception):
    """Base of all. ``mend`` says what to do about it, ``status`` is what the command line exits with."""

    status: ClassVar[int] = 1  # 2 where the call's words are off

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.mend = mend


class AssignmentError(AutograderError):
    """An assignment's files do not fit together."""


class UnusableName(AssignmentError):  # noqa: N818  # says what is wrong with the call, not with the engine
    """What the call names cannot have that name."""

    status = 2


class UnknownName(AssignmentError):  # noqa: N818  # says what is wrong with the call, not with the engine
    """What the call names is not there."""

    status = 2


class IntakeError(AutograderError):
    """What was given cannot be taken as submissions."""

    status = 2


class IsolationError(AutograderError):
    """The asked level of isolation cannot be had here."""


class SandboxError(AutograderError):
    """The trusted side of the sandbox failed."""


class NotRecorded(AutograderError):  # noqa: N818  # a condition to act on, not a fault
    """A transcript holds no reply to ``request``."""

    def __init__(self, message: str, *, request: Any = None, mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.request = request


class TranscriptError(AutograderError):
    """Stored replies, or a public key, cannot be read."""


class ExportError(AutograderError):
    """An export cannot be made of what was given."""


class ClusterError(AutograderError):
    """A cluster, or a worker of it, cannot be used."""


class DataError(AutograderError):
    """Optional data cannot be had."""


class GradebookError(AutograderError):
    """The gradebook cannot be used."""


class OutputError(AutograderError):
    """The output folder cannot be used."""

    status = 2

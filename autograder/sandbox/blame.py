"""Blame: an exception as plain data, with the student's own frames and no others.

Runs beside student code (and in the grader for the reference); imports ``subject`` and ``wire`` only.
"""

from __future__ import annotations

import errno
import linecache
from collections.abc import Container
from types import CodeType, FrameType, TracebackType
from typing import Any

from autograder.sandbox.wire import WireError
from autograder.subject import ContractError, MissingName

MOST_FRAMES = 20
MOST_MESSAGE = 2000
MOST_CODE = 300
_NO_MEMORY = ("not enough memory", "can't allocate memory", "Cannot allocate memory", "out of memory")


def crash(error: BaseException, files: Container[str]) -> dict[str, Any]:
    """``kind``, ``message``, ``exception`` and ``frames`` as in ``model.Crash``.

    ``files`` are the names under which the student's units were compiled: frames of other code stay here.
    """
    kind, message = _kind(error, _message(error))
    return {
        "kind": kind,
        "message": message,
        "exception": type(error).__name__[:100],
        "frames": frames(error.__traceback__, files),
    }


def frames(trace: TracebackType | None, files: Container[str]) -> list[dict[str, Any]]:
    """The student's frames, outermost first; of a deep recursion the first and the last ones."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename in files:
            found.append((code, trace.tb_lineno))
        trace = trace.tb_next
    return [_frame(code, line) for code, line in _both_ends(found)]


def stack(frame: FrameType | None, files: Container[str]) -> list[dict[str, Any]]:
    """Where a running program is, as frames: outermost first."""
    found = []
    while frame is not None:
        if frame.f_code.co_filename in files:
            found.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    return [_frame(code, line) for code, line in _both_ends(found[::-1])]


def _both_ends(found: list[tuple[CodeType, int]]) -> list[tuple[CodeType, int]]:
    if len(found) <= MOST_FRAMES:
        return found
    return found[: MOST_FRAMES // 4] + found[-(MOST_FRAMES - MOST_FRAMES // 4) :]


def _frame(code: CodeType, line: int | None) -> dict[str, Any]:
    return {
        "file": code.co_filename[:200],
        "line": line or 0,
        "function": code.co_qualname[:200],
        "code": linecache.getline(code.co_filename, line or 0).strip()[:MOST_CODE],
    }


def _kind(error: BaseException, message: str) -> tuple[str, str]:
    if isinstance(error, MissingName):
        return "missing", message
    if isinstance(error, ContractError | WireError):
        return "contract", message
    if isinstance(error, MemoryError) or any(words in message for words in _NO_MEMORY):
        return "memory", "the program asked for more memory than it may have"
    if isinstance(error, SystemExit):
        return "died", "the program ended itself with exit() or sys.exit()"
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return "limit", "a file grew larger than a submission may write"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "limit", "the files that the program wrote are more than a submission may keep"
    if isinstance(error, OSError) and error.errno == errno.EMFILE:
        return "limit", "the program opened more files than a submission may have open"
    if isinstance(error, PermissionError) and error.errno == errno.EPERM and error.filename is None:
        return (
            "exception",
            f"{message} (in here a program starts no other, opens no connection, sends no signal, prints no gigabytes)",
        )
    if isinstance(error, RuntimeError) and "can't start new thread" in message:
        return "limit", "the program started more threads than a submission may have"
    return "exception", message


def _message(error: BaseException) -> str:
    try:
        return str(error)[:MOST_MESSAGE]
    except BaseException:  # a student's own __str__ may do anything
        return "(its message could not be read)"

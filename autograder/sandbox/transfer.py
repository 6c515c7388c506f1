"""Transfer: submissions and replies in the form in which they cross, read with suspicion on this side."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.model import Crash, Frame, Observation, Reply, Submission
from autograder.sandbox.perform import VALUE
from autograder.sandbox.wire import WireError, decode

KINDS = ("exception", "contract", "missing", "memory", "limit", "died")  # what a child may say
MOST_FRAMES = 20


def files_of(submission: Submission) -> list[dict[str, Any]]:
    """The submission's files as plain dicts: nothing of the student's name or path goes along."""
    return [dataclasses.asdict(file) for file in submission.files]


def seed_of(submission: Submission) -> int:
    """The random state in which its files are loaded: the same whenever it is graded."""
    return int.from_bytes(hashlib.sha256(submission.digest.encode()).digest()[:6], "big")


def reply_of(
    frame: bytes, *, number: int, seconds: float = 0.0, output: str = "", truncated: int = 0, ours: bool = False
) -> Reply:
    """The reply in ``frame``. Whatever the bytes are, it is an Observation or a Crash.

    A reply to another request than ``number`` is of kind "protocol". ours: whether it comes from trusted
    code, which may say that the fault is ours ("engine"); a submission could excuse itself with that.
    """
    ran: dict[str, Any] = {"seconds": seconds, "output": output, "output_truncated": truncated}
    try:
        values = decode(frame)
        if values.pop("id", None) != number:
            raise WireError("it answers another request")
        kind = values.pop("kind", None)
        if kind == "observation":
            return Observation({name.removeprefix(VALUE): value for name, value in values.items()}, **ran)
        if kind not in KINDS and not (ours and kind == "engine"):
            raise WireError(f"its kind is {str(kind)[:40]!r}")
        frames = values.get("frames", [])
        if not isinstance(frames, list):
            raise WireError("its frames are no list")
        return Crash(
            kind=kind,
            message=text(values.get("message"), 2000),
            exception=text(values.get("exception"), 100),
            frames=tuple(frame_of(entry) for entry in frames[:MOST_FRAMES]),
            **ran,
        )
    except WireError as error:
        return Crash("protocol", f"what came back from your code's process was not a reply: {error}", **ran)


def frame_of(entry: Any) -> Frame:
    """One frame, every field of the right type and bounded."""
    if not isinstance(entry, Mapping):
        raise WireError("a frame is no object")
    line = entry.get("line")
    return Frame(
        file=text(entry.get("file"), 200),
        line=line if isinstance(line, int) and 0 <= line < 10**7 else 0,
        function=text(entry.get("function"), 200),
        code=text(entry.get("code"), 300),
    )


def place_of(frames: Sequence[Frame]) -> str:
    """Where a program was when it was stopped, to stand behind "stopped after 3 s"; empty where nobody knows."""
    if not frames:
        return ""
    last = frames[-1]
    place = f"{last.file}, line {last.line}"
    return f" at {place}" if last.function == "<module>" else f" in `{last.function}` ({place})"


def load_reply(reply: Reply) -> Reply:
    """The reply to loading with ``defined`` a list of str and ``failures`` a list of known dicts."""
    if isinstance(reply, Crash):
        return reply
    defined, failures = reply.values.get("defined"), reply.values.get("failures")
    if not isinstance(defined, list) or not isinstance(failures, list):
        return Crash("protocol", "what came back from loading the files was not a reply", output=reply.output)
    values = {
        "defined": [text(name, 200) for name in defined[:5000]],
        "failures": [failure_of(entry) for entry in failures[:200] if isinstance(entry, Mapping)],
    }
    return dataclasses.replace(reply, values=values)


def failure_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One failure of loading: ``file, line, exception, message, code``, ``kind``, ``missing``, ``recovered``.

    ``missing`` names the module of a ModuleNotFoundError. ``recovered``: the file stopped there, but its
    definitions were run one by one afterwards.
    """
    frame = frame_of(entry)
    return {
        "file": frame.file,
        "line": frame.line,
        "code": frame.code,
        "exception": text(entry.get("exception"), 100),
        "message": text(entry.get("message"), 2000),
        "kind": text(entry.get("kind"), 20),
        "missing": text(entry.get("missing"), 100),
        "recovered": entry.get("recovered") is True,
    }


def text(value: Any, most: int) -> str:
    """``value`` if it is text, cut; else nothing."""
    return value[:most] if isinstance(value, str) else ""

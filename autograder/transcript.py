"""Transcript: what a session has answered, stored, so that it can be judged again without running anything.

As bytes it is compressed and versioned: the same replies give the same bytes, in whatever order they came,
and any bytes give a transcript or one TranscriptError. Its values travel as on the wire; nothing is unpickled.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.errors import NotRecorded, TranscriptError
from autograder.model import Crash, Frame, Observation, Reply
from autograder.sandbox.perform import VALUE
from autograder.sandbox.request import Request, Session, foretell
from autograder.sandbox.transfer import KINDS, frame_of, text
from autograder.sandbox.wire import LENGTH, WireError, decode, encode, length, prefixed

MAGIC = b"autograder transcript\n"
VERSION = 1
MOST_BYTES = 512 * 2**20  # of all frames together, unpacked
_HEAD = 1 << 16  # bytes of a frame in which its digest is looked for
_DIGEST = re.compile(rb'\{\\"digest\\": \\"([0-9a-f]{64}|)\\"')
CRASHES = (*KINDS, "deadline", "protocol", "engine")


@dataclass(frozen=True, order=True)
class Label:
    """What a request was about, for people; its digest says it exactly."""

    probe: str
    case: str = ""
    stand_ins: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: Request) -> Label:
        """The label of a request."""
        return cls(request.probe, request.case.id, tuple(sorted(request.stand_ins)))

    def __str__(self) -> str:
        """``lstm_cell.parity, batch3-hidden4, with the grader's LSTMCell``."""
        parts = [part for part in (self.probe, self.case) if part]
        return ", ".join([*parts, f"with the grader's {' and '.join(self.stand_ins)}"] if self.stand_ins else parts)


@dataclass
class Transcript:
    """Replies of one submission (or of the reference), by the digest of their request."""

    loaded: Reply = field(default_factory=lambda: Observation({}))
    replies: dict[str, Reply] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)

    def add(self, request: Request, reply: Reply) -> None:
        """Keep what was answered to a request."""
        digest = request.digest
        self.replies[digest] = reply
        self.labels[digest] = Label.of(request)

    def answer(self, request: Request) -> Reply:
        """What was answered to this very request. Raises NotRecorded."""
        try:
            return self.replies[request.digest]
        except KeyError:
            raise NotRecorded(f"no reply is stored for {Label.of(request)}", request=request) from None

    def to_bytes(self, pains: int = 3) -> bytes:
        """The stored form. WireError for a value that no session gives.

        pains: of packing, up to 9, which takes several times as long and saves one byte in twenty.
        """
        packer = zlib.compressobj(pains)
        parts = [MAGIC, b"%d\n" % VERSION]
        frames = [_frame("", Label(""), self.loaded)]
        frames += [_frame(digest, self.labels[digest], self.replies[digest]) for digest in sorted(self.replies)]
        parts += [packer.compress(prefixed(frame)) for frame in frames]
        return b"".join([*parts, packer.flush()])

    @classmethod
    def from_bytes(cls, data: bytes, most: int = MOST_BYTES) -> Transcript:
        """What ``to_bytes`` gave. TranscriptError for all other bytes, and for more than ``most`` unpacked."""
        try:
            return cls._read(_unpacked(data, most))
        except WireError as error:
            raise TranscriptError(f"a stored transcript is damaged: {error}") from None

    @classmethod
    def lazily(cls, data: bytes, most: int = MOST_BYTES) -> Transcript:
        """The same as ``from_bytes``, but each reply is decoded when it is first asked for, and has no label.

        For judging a part of a submission. TranscriptError may come from ``answer`` then.
        """
        frames = list(_frames(_unpacked(data, most)))
        named = [_DIGEST.search(frame, 0, _HEAD) for frame in frames]
        digests = [match[1].decode() if match else None for match in named]
        if not digests or digests[0] != "" or None in digests or len({*digests}) < len(digests):
            return cls.from_bytes(data, most)
        by_digest = {str(digest): frame for digest, frame in zip(digests[1:], frames[1:], strict=True)}
        try:
            return cls(_entry(decode(frames[0]))[2], _Lazy(by_digest, data, most))
        except WireError as error:
            raise TranscriptError(f"a stored transcript is damaged: {error}") from None

    @classmethod
    def _read(cls, data: bytes) -> Transcript:
        found = cls()
        for number, frame in enumerate(_frames(data)):
            digest, label, reply = _entry(decode(frame))
            if (digest == "") is not (number == 0) or digest in found.replies:
                raise TranscriptError("a stored transcript is damaged: its replies are out of order")
            if digest:
                found.replies[digest], found.labels[digest] = reply, label
            else:
                found.loaded = reply
        return found


class _Lazy(dict[str, Reply]):
    """Replies that are decoded when they are first asked for.

    A frame is found by what it says at its beginning. What a submission called its values stands there too, so where
    a frame turns out to be another, or none is found, all are decoded.
    """

    def __init__(self, frames: Mapping[str, bytes], data: bytes, most: int) -> None:
        super().__init__()
        self._frames = frames
        self._whole = (data, most)

    def __missing__(self, digest: str) -> Reply:
        if digest in self._frames:
            try:
                found, _, reply = _entry(decode(self._frames[digest]))
            except WireError as error:
                raise TranscriptError(f"a stored transcript is damaged: {error}") from None
            if found == digest:
                self[digest] = reply
                return reply
        everything = Transcript.from_bytes(*self._whole).replies
        self.update(everything)
        return everything[digest]


def stopped_in(data: bytes, most: int = MOST_BYTES) -> set[str]:
    """Definitions that did not come to an end when they were called: what is first in the innermost frame's name.

    TranscriptError for what is no transcript.
    """
    found = set()
    for frame in _frames(_unpacked(data, most)):
        if b'\\"deadline\\"' not in frame:
            continue
        try:
            reply = _entry(decode(frame))[2]
        except WireError as error:
            raise TranscriptError(f"a stored transcript is damaged: {error}") from None
        if isinstance(reply, Crash) and reply.kind == "deadline":
            found.add(reply.frames[-1].function.split(".")[0] if reply.frames else "")
    return found


@dataclass
class Recording:
    """A session that keeps what it answers."""

    session: Session
    transcript: Transcript = field(default_factory=Transcript)

    @property
    def loaded(self) -> Reply:
        """What loading the files gave."""
        self.transcript.loaded = self.session.loaded
        return self.transcript.loaded

    def ahead(self, requests: Sequence[Request]) -> None:
        """Passed on; what is kept is what is asked."""
        foretell(self.session, requests)

    def ask(self, request: Request) -> Reply:
        """Ask, and keep the answer."""
        reply = self.session.ask(request)
        self.transcript.add(request, reply)
        return reply

    def close(self) -> None:
        """End the session; what it answered stays."""
        self.transcript.loaded = self.session.loaded
        self.session.close()


@dataclass(frozen=True)
class Replay:
    """A session that answers from a transcript and runs nothing."""

    transcript: Transcript

    @property
    def loaded(self) -> Reply:
        """What loading the files gave when it was recorded."""
        return self.transcript.loaded

    def ask(self, request: Request) -> Reply:
        """The stored answer. Raises NotRecorded where this very request was not asked before."""
        return self.transcript.answer(request)

    def close(self) -> None:
        """Nothing is held."""


# --- the stored form --------------------------------------------------------------------------------


def _frame(digest: str, label: Label, reply: Reply) -> bytes:
    head: dict[str, Any] = {"digest": digest, "probe": label.probe, "case": label.case}
    head |= {"stand_ins": list(label.stand_ins), "seconds": reply.seconds}
    head |= {"output": reply.output, "output_truncated": reply.output_truncated}
    if isinstance(reply, Observation):
        seen = {f"{VALUE}{name}": v for name, v in reply.values.items()}
        return encode(head | {"kind": "observation"} | seen, decoded=True)
    frames = [asdict(frame) for frame in reply.frames]
    return encode(head | {"kind": reply.kind, "message": reply.message, "exception": reply.exception, "frames": frames})


def _entry(values: Mapping[str, Any]) -> tuple[str, Label, Reply]:
    digest, probe, case, kind = (_text(values, name) for name in ("digest", "probe", "case", "kind"))
    label = Label(probe, case, tuple(text(name, 200) for name in _list(values, "stand_ins")))
    seconds, left = values.get("seconds"), values.get("output_truncated")
    if not isinstance(seconds, float | int) or type(left) is not int:
        raise TranscriptError("a stored transcript is damaged: a reply does not say what it took")
    output = _text(values, "output")
    if kind == "observation":
        seen = {name.removeprefix(VALUE): value for name, value in values.items() if name.startswith(VALUE)}
        return digest, label, Observation(seen, float(seconds), output, left)
    if kind not in CRASHES:
        raise TranscriptError("a stored transcript is damaged: a reply is of no known kind")
    frames: tuple[Frame, ...] = tuple(frame_of(frame) for frame in _list(values, "frames"))
    message, exception = _text(values, "message"), _text(values, "exception")
    return digest, label, Crash(kind, message, exception, frames, float(seconds), output, left)


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str):
        raise TranscriptError(f"a stored transcript is damaged: a reply has no {name}")
    return value


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    value = values.get(name)
    if not isinstance(value, list):
        raise TranscriptError(f"a stored transcript is damaged: a reply has no {name}")
    return value


def _unpacked(data: bytes, most: int) -> bytes:
    if not data.startswith(MAGIC):
        raise TranscriptError("this is no stored transcript")
    version, _, packed = data[len(MAGIC) :].partition(b"\n")
    if version != b"%d" % VERSION:
        raise TranscriptError(
            f"a stored transcript of version {version[:10].decode('ascii', 'replace')}; this program reads {VERSION}",
            mend="use the program that wrote it, or a newer one",
        )
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(packed, most)
    except zlib.error as error:
        raise TranscriptError(f"a stored transcript is damaged: {error}") from None
    if unpacker.unconsumed_tail:
        raise TranscriptError(f"a stored transcript of more than {most:,} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise TranscriptError("a stored transcript is damaged: it is cut off, or something follows it")
    return found


def _frames(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        head = data[start : start + LENGTH.size]
        if len(head) < LENGTH.size:
            raise TranscriptError("a stored transcript is damaged: it is cut off")
        start += LENGTH.size
        stop = start + length(head)
        if stop > len(data):
            raise TranscriptError("a stored transcript is damaged: it is cut off")
        yield data[start:stop]
        start = stop
    if not start:
        raise TranscriptError("a stored transcript is damaged: it is empty")

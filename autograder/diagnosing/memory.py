"""Memory: what known mistakes have answered, kept from run to run, so that the same is not worked out again.

Every mistake has a place of its own on a shelf (a gradebook's ``answers``), one for each number of an attempt. What
lies there says what it follows from: the engine, the probes, the stand-ins, the libraries, the processor's abilities
and the code itself. Where any of it is another today, or the bytes cannot be read, nothing of it is used; what is
worked out anew takes its place. Answers are kept by the digest of the whole question. A shelf that cannot be read or
written costs time and nothing else.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import torch

from autograder.assignment import Assignment
from autograder.errors import AutograderError
from autograder.model import Crash, Reply, Submission
from autograder.sandbox import bundle
from autograder.sandbox.request import Request
from autograder.sandbox.transfer import seed_of
from autograder.sandbox.trusted import TrustedSandbox, TrustedSession
from autograder.sandbox.wire import WireError
from autograder.transcript import Label, Transcript

MOST_BYTES = 1 << 20  # of one place, packed: a mistake of the sample course needs a hundredth
ENGINE = Path(__file__).resolve().parents[1]
_BASIS = 64  # characters of hex at the beginning of what is kept
Change = Callable[[str, bytes | None], bytes]


class Shelf(Protocol):
    """Where bytes are kept by name. Both may raise an AutograderError, which costs nothing but time."""

    def get(self, key: str) -> bytes | None:
        """What is kept under this name."""

    def change(
        self, keys: Iterable[str], to: Callable[[str, bytes | None], bytes], gone: Callable[[str], bool]
    ) -> None:
        """Replace what is kept under these names by ``to(name, bytes)``, and drop what is ``gone``: all at once."""


class Answers:
    """What one known mistake has answered, by the digest of the question: from the shelf, or worked out when asked."""

    def __init__(self, basis: str, kept: bytes | None) -> None:
        self._basis = basis
        self._kept = _read(basis, kept)
        self._new: dict[str, tuple[Label, Reply]] = {}

    @property
    def changed(self) -> bool:
        """Whether something was worked out that is not on the shelf."""
        return bool(self._new)

    def get(self, digest: str, label: Label, make: Callable[[], Reply]) -> Reply:
        """The answer to a question; digest: 64 characters of hex that follow from all of it, label: for people."""
        if digest in self._kept.replies:
            return self._kept.replies[digest]
        if digest not in self._new:
            self._new[digest] = label, make()
        return self._new[digest][1]

    def with_these(self, kept: bytes | None) -> bytes:
        """What was worked out, added to what is kept by now; alone where both are too much, else as it was."""
        for whole in (_read(self._basis, kept), Transcript()):
            try:
                data = self._added(whole)
            except WireError:
                break
            if len(data) <= MOST_BYTES:
                return data
        return kept or b""

    def stored(self) -> None:
        """What was worked out is on the shelf now."""
        for digest, (label, reply) in self._new.items():
            self._kept.replies[digest], self._kept.labels[digest] = reply, label
        self._new.clear()

    def _added(self, whole: Transcript) -> bytes:
        for digest, (label, reply) in self._new.items():
            if not (isinstance(reply, Crash) and reply.kind == "engine"):  # a fault of ours may be mended meanwhile
                whole.replies[digest], whole.labels[digest] = reply, label
        return self._basis.encode() + whole.to_bytes()


def _read(basis: str, data: bytes | None) -> Transcript:
    """What was kept, where it follows from the same; else nothing."""
    if data is None or data[:_BASIS] != basis.encode():
        return Transcript()
    try:
        return Transcript.from_bytes(data[_BASIS:])
    except AutograderError:
        return Transcript()


@dataclass
class Memory:
    """The answers of an assignment's known mistakes. Without a shelf they last as long as this process."""

    assignment: Assignment
    shelf: Shelf | None = None
    mistakes: frozenset[str] = frozenset()  # ids of all that there are, once they are known
    _places: dict[str, Answers] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def elsewhere(self, shelf: Shelf) -> Memory:
        """The same in a process that was forked from this one, with its own way to the shelf."""
        return Memory(self.assignment, shelf, self.mistakes, self._places)

    def of(self, mistake: str, submission: Submission, attempt: int) -> Answers:
        """The answers of a mistake (its id, and the submission that it is) in cases of attempts of this number."""
        key = f"{self._prefix}{_short(mistake)} {attempt}"
        with self._lock:
            if key not in self._places:
                self._places[key] = Answers(self._basis(submission), self._on_shelf(key))
            return self._places[key]

    def store(self) -> None:
        """Put what was worked out on the shelf; what is there of mistakes that are no more is dropped."""
        with self._lock:
            changed = {key: answers for key, answers in self._places.items() if answers.changed}
        if self.shelf is None or not changed:
            return
        prefix, known = self._prefix, set(map(_short, self.mistakes))

        def gone(key: str) -> bool:
            return key.startswith(prefix) and key.removeprefix(prefix).split(" ")[0] not in known

        try:
            self.shelf.change(changed, lambda key, kept: changed[key].with_these(kept), gone)
        except AutograderError:
            return  # it is worked out again next time
        for answers in changed.values():
            answers.stored()

    def _on_shelf(self, key: str) -> bytes | None:
        try:
            return self.shelf.get(key) if self.shelf is not None else None
        except AutograderError:
            return None

    @functools.cached_property
    def _prefix(self) -> str:
        return f"known {_short(self.assignment.id)} "

    def _basis(self, submission: Submission) -> str:
        return digest_of(self._shared, repr(submission.files), seed_of(submission))

    @functools.cached_property
    def _shared(self) -> str:
        """What the answers of all mistakes follow from, beside their own code."""
        assignment = self.assignment
        beside = assignment.stand_ins_file
        stubs = {name: list(defined) for name, defined in assignment.stubs.items()}
        return digest_of(environment(), _files(assignment.probes), _files(beside) if beside is not None else {}, stubs)


class Remembering:
    """A session of a known mistake that runs what was never asked before, and loads the code when it has to."""

    def __init__(self, sandbox: TrustedSandbox, submission: Submission, answers: Answers) -> None:
        self._sandbox, self._submission, self.answers = sandbox, submission, answers
        self._opened: TrustedSession | None = None
        self._asked: list[Request] = []  # and answered without the code

    @property
    def loaded(self) -> Reply:
        """What loading the files gave."""
        return self.answers.get(digest_of("loaded"), Label("loaded"), lambda: self._session.loaded)

    @property
    def code(self) -> Any:
        """The namespace of definitions."""
        return self._session.code

    def ask(self, request: Request) -> Reply:
        """The answer that is kept, or what running gives."""
        reply = self.answers.get(request.digest, Label.of(request), lambda: self._session.ask(request))
        if self._opened is None:
            self._asked.append(request)
        return reply

    def close(self) -> None:
        """Forget the loaded modules."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _session(self) -> TrustedSession:
        """The code, loaded and in the state in which it would be had it answered all that was asked: some keep one."""
        if self._opened is None:
            self._opened = self._sandbox.open(self._submission)
            for request in self._asked:
                self._opened.ask(request)
        return self._opened


@functools.cache
def environment() -> Mapping[str, Any]:
    """The engine's own code, the libraries, and what of the machine numbers depend on."""
    installed = {name: _version(name) for name in bundle.PACKAGES}
    machine = [platform.system(), platform.machine(), torch.backends.cpu.get_cpu_capability(), torch.get_num_threads()]
    return {
        "engine": _files(ENGINE),
        "python": platform.python_version(),
        "packages": installed,
        "machine": machine,
    }


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _files(path: Path) -> dict[str, str]:
    """The digests of a file, or of all files of a folder but compiled ones, by name."""
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {
        one.relative_to(path).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in found
        if one.is_file() and "__pycache__" not in one.parts
    }


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def digest_of(*parts: Any) -> str:
    """The digest of a question: 64 characters of hex that follow from these plain values."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

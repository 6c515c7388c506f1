"""TrustedSandbox: the sandbox's seam in this process, without isolation, for the reference and for tests."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import random
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

import numpy as np
import torch

from autograder.errors import AssignmentError
from autograder.model import Crash, Observation, Reply, Submission
from autograder.sandbox import compiler, transfer
from autograder.sandbox.loader import Loader
from autograder.sandbox.perform import case_values, fresh_state, perform
from autograder.sandbox.request import Request
from autograder.sandbox.wire import decode, encode

MOST_OUTPUT = 64 * 1024

# torch's default dtype, the random state and sys.modules belong to the process
_process = threading.RLock()


def alone() -> threading.RLock:
    """The lock that whoever changes torch's default dtype in this process has to hold."""
    return _process


class TrustedSandbox:
    """Runs trusted code only. Limits are not enforced; exceptions become Crash just as in a child.

    probes: the assignment's ``probes`` package (or a ``probes.py``), whose parts import one another
    relatively. stubs: module name of each stub -> the names that it defines. stand_ins: the file of stand-ins.
    """

    level = "none"
    calibration = 0.0

    def __init__(
        self, probes: Path, *, stubs: Mapping[str, Sequence[str]] | None = None, stand_ins: Path | None = None
    ) -> None:
        compiler.stand_in()
        self._probes = load_probes(probes)
        self._stubs = dict(stubs or {})
        self._stand_ins: Mapping[str, Any] = getattr(self._probes, "STAND_INS", {})
        if stand_ins is not None:
            self._stand_ins = load_stand_ins(stand_ins)

    def open(self, submission: Submission) -> TrustedSession:
        """Load a submission. Nothing that it does raises here."""
        return TrustedSession(self._probes, submission, self._stubs, self._stand_ins)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""


class TrustedSession:
    """One submission, loaded once for each set of stand-ins."""

    def __init__(
        self,
        probes: ModuleType,
        submission: Submission,
        stubs: Mapping[str, Sequence[str]],
        stand_ins: Mapping[str, Any],
    ) -> None:
        self._probes, self._stand_ins = probes, stand_ins
        self._files = transfer.files_of(submission)
        self._seed = transfer.seed_of(submission)
        self._stubs = stubs
        self._loaders: dict[tuple[str, ...], tuple[Loader, Reply]] = {}

    @property
    def loaded(self) -> Reply:
        """What loading the files gave: ``defined`` and ``failures``."""
        return self._load(())[1]

    @property
    def code(self) -> Any:
        """The namespace of definitions, as probes get it. Only trusted code is loaded here."""
        return self._load(())[0].code

    def ask(self, request: Request) -> Reply:
        """Run one request in this process, then put torch's default dtype and all random states back."""
        loader, loaded = self._load(tuple(sorted(request.stand_ins)))
        if isinstance(loaded, Crash):
            return loaded
        with _as_before(), loader.installed(), _printed() as output:
            start = time.process_time()
            frame = perform(self._probes.PROBES, loader.code, case_values(request.probe, request.case), loader.names)
            seconds = time.process_time() - start
        printed, left = _cut(output)
        return transfer.reply_of(frame, number=0, seconds=seconds, output=printed, truncated=left, ours=True)

    def close(self) -> None:
        """Forget the loaded modules."""
        self._loaders.clear()

    def _load(self, names: tuple[str, ...]) -> tuple[Loader, Reply]:
        if names not in self._loaders:
            given = self._stand_ins
            missing = [name for name in names if name not in given]
            loader = Loader(
                self._files, stubs=self._stubs, stand_ins={name: given[name] for name in names if name in given}
            )
            reply: Reply
            if missing:
                reply = Crash("engine", f"the probes have no stand-in {missing[0]!r}")
            else:
                with _as_before(), loader.installed(), _printed() as output:
                    fresh_state(self._seed)
                    start = time.process_time()
                    values = decode(encode(loader.load()))  # in the form in which a child's would arrive
                    seconds = time.process_time() - start
                printed, left = _cut(output)
                reply = transfer.load_reply(Observation(values, seconds, printed, left))
            self._loaders[names] = loader, reply
        return self._loaders[names]


def load_probes(path: Path) -> ModuleType:
    """The package at ``path``, under a name of its own, so that several assignments can be loaded.

    Raises AssignmentError where it cannot be imported or has no ``PROBES``.
    """
    file = path if path.suffix == ".py" else path / "__init__.py"
    if not file.is_file():
        raise AssignmentError(f"{file}: no such file; an assignment's probes are a package named probes")
    return _load(file, "_probes_", "", "PROBES", "the mapping of names to probe functions")


def load_stand_ins(file: Path) -> Mapping[str, Any]:
    """``STAND_INS`` of a file: name -> what takes the place of a piece of that name.

    Raises AssignmentError where it cannot be imported or has no ``STAND_INS``.
    """
    if not file.is_file():
        raise AssignmentError(f"{file}: no such file of stand-ins")
    # the end of the name tells whoever holds one what it is, here as beside a submission
    module = _load(file, "_pieces_", ".stand_ins", "STAND_INS", "the mapping of names to stand-ins")
    found: Mapping[str, Any] = module.STAND_INS
    return found


def _load(file: Path, begin: str, end: str, wanted: str, what: str) -> ModuleType:
    name = begin + hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:12] + end
    with _process:
        if name in sys.modules:
            return sys.modules[name]
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None  # the caller saw that it is a .py file
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise AssignmentError(f"{file}: cannot be imported: {type(error).__name__}: {error}") from error
        if not hasattr(module, wanted):
            del sys.modules[name]
            raise AssignmentError(f"{file} has no {wanted}, {what}")
        return module


@contextlib.contextmanager
def _as_before() -> Iterator[None]:
    """What a probe may change of the whole process is put back, and nobody else changes it meanwhile."""
    with _process:
        dtype, grad = torch.get_default_dtype(), torch.is_grad_enabled()
        states = random.getstate(), np.random.get_state(), torch.get_rng_state()
        try:
            yield
        finally:
            torch.set_default_dtype(dtype)
            torch.set_grad_enabled(grad)
            random.setstate(states[0])
            np.random.set_state(states[1])
            torch.set_rng_state(states[2])


@contextlib.contextmanager
def _printed() -> Iterator[io.StringIO]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield output


def _cut(output: Any) -> tuple[str, int]:
    printed = output.getvalue()
    return printed[:MOST_OUTPUT], max(len(printed) - MOST_OUTPUT, 0)

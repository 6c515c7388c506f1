"""The plain process for one's own code: the same replies as the trusted side gives, and nothing hangs it."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import made
import numpy as np
import pytest

from autograder.case import Case
from autograder.errors import SandboxError
from autograder.model import Crash, Limits, Observation, Submission
from autograder.sandbox.local import LocalProcess, LocalSandbox, LocalSession
from autograder.sandbox.request import Request
from autograder.sandbox.spawn import spawn
from autograder.sandbox.trusted import TrustedSandbox

pytestmark = pytest.mark.slow  # each starts a Python that brings torch

PROBES = """
import os, sys
import torch

def double(code, case):
    return {"y": code.double(torch.ones(2)), "where": os.listdir("."), "threads": torch.get_num_threads()}

def run(code, case):
    return {"said": code.run()}

PROBES = {"double": double, "run": run}
"""
SHORT = Limits(1.0, 1.0)


@pytest.fixture(scope="module")
def probes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "probes"
    folder.mkdir()
    (folder / "__init__.py").write_text(PROBES)
    return folder


@pytest.fixture
def sandbox(probes: Path) -> Iterator[LocalSandbox]:
    with LocalSandbox(probes, stubs={"work": ["double", "run"]}, load=Limits(2.0, 2.0)) as made_one:
        yield made_one


def submitted(text: str) -> Submission:
    return made.submission(work=textwrap.dedent(text))


def opened(sandbox: LocalSandbox, text: str) -> LocalSession:
    return sandbox.open(submitted(text))


def test_it_answers_as_the_trusted_side_does(sandbox: LocalSandbox, probes: Path) -> None:
    """One thread, an empty folder around it, what was printed beside the values."""
    submission = submitted("""
        print("hello")
        def double(x):
            print("doubling")
            return 2 * x
    """)
    session = sandbox.open(submission)
    theirs = TrustedSandbox(probes, stubs=sandbox.stubs).open(submission)

    reply, wanted = session.ask(Request("double", Case())), theirs.ask(Request("double", Case()))

    assert isinstance(reply, Observation)
    assert isinstance(wanted, Observation)
    assert np.array_equal(reply.values["y"], wanted.values["y"])
    assert reply.values["where"] == []
    assert reply.values["threads"] == 1
    assert (session.loaded.output, reply.output) == ("hello\n", "doubling\n")
    assert isinstance(session.loaded, Observation)
    assert session.loaded.values["defined"] == ["double"]


def test_a_crash_names_the_line_and_costs_nothing_else(sandbox: LocalSandbox) -> None:
    session = opened(sandbox, "def run():\n    return 1 / 0\n\n\ndef double(x):\n    return x\n")
    crash = session.ask(Request("run", Case()))
    assert isinstance(crash, Crash)
    assert (crash.exception, crash.frames[-1].line, crash.frames[-1].file) == ("ZeroDivisionError", 2, "work.py")
    assert isinstance(session.ask(Request("double", Case())), Observation)


def test_an_endless_loop_is_stopped_where_it_is(sandbox: LocalSandbox) -> None:
    session = opened(sandbox, "class A:\n    def go(self):\n        while True:\n            pass\n\n\n"
                     "def run():\n    A().go()\n\n\ndef double(x):\n    return x\n")  # fmt: skip
    crash = session.ask(Request("run", Case(), limits=SHORT))
    assert isinstance(crash, Crash)
    assert crash.kind == "deadline"
    assert re.fullmatch(r"stopped after 1 s( of computing)? in `A\.go` \(work\.py, line [34]\)(; .*)?", crash.message)
    assert isinstance(session.ask(Request("double", Case())), Observation)


def test_a_call_that_lets_no_other_thread_run_is_placed_too(sandbox: LocalSandbox) -> None:
    """Nothing of Python runs then, its clock neither: it is ended from outside."""
    session = opened(sandbox, "class A:\n    def go(self):\n        return sum(range(10**12))\n\n\n"
                     "def run():\n    A().go()\n\n\ndef double(x):\n    return x\n")  # fmt: skip
    crash = session.ask(Request("run", Case(), limits=Limits(0.5, 0.5)))
    assert isinstance(crash, Crash)
    assert crash.kind == "deadline"
    assert crash.message == "stopped after 0.5 s in `A.go` (work.py, line 3)"
    assert isinstance(session.ask(Request("double", Case())), Observation)


def test_waiting_for_nothing_is_stopped_too(sandbox: LocalSandbox) -> None:
    session = opened(sandbox, "import time\n\n\ndef run():\n    time.sleep(1000)\n")
    crash = session.ask(Request("run", Case(), limits=SHORT))
    assert isinstance(crash, Crash)
    assert (crash.kind, crash.frames[-1].line) == ("deadline", 5)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ("import os; os._exit(3)", "died", "exit status 3"),
        ("raise SystemExit(3)", "died", "ended itself"),
        ("import os, signal; os.kill(os.getpid(), 9)", "died", "signal 9"),
        ("input('how much? ')", "exception", "EOF"),
    ],
)
def test_what_ends_the_process_is_told(sandbox: LocalSandbox, body: str, kind: str, said: str) -> None:
    session = opened(sandbox, f"def run():\n    {body}\n\n\ndef double(x):\n    return x\n")
    crash = session.ask(Request("run", Case()))
    assert isinstance(crash, Crash)
    assert crash.kind == kind
    assert said in crash.message
    assert isinstance(session.ask(Request("double", Case())), Observation)


def test_printing_into_the_frames_descriptors_breaks_nothing(sandbox: LocalSandbox) -> None:
    session = opened(sandbox, """
        import os, sys
        def run():
            os.write(1, b"x" * 100)
            print("y" * 100_000)
            sys.stdout.flush()
            sys.stdout = None
            return "done"
        def double(x):
            print("again")
            return x
    """)  # fmt: skip
    reply = session.ask(Request("run", Case()))
    assert isinstance(reply, Observation)
    assert reply.values == {"said": "done"}
    assert len(reply.output) == 64 * 1024
    assert reply.output_truncated == 100_001 - 64 * 1024
    assert session.ask(Request("double", Case())).output == "again\n"


def test_a_file_that_hangs_is_loaded_without_the_line(sandbox: LocalSandbox) -> None:
    session = opened(sandbox, "def double(x):\n    return 2 * x\n\n\nwhile True:\n    pass\n")
    assert isinstance(session.loaded, Observation)
    (failure,) = session.loaded.values["failures"]
    assert (failure["kind"], failure["file"], failure["recovered"]) == ("deadline", "work.py", True)
    assert isinstance(session.ask(Request("double", Case())), Observation)


def test_stand_ins_are_not_there(sandbox: LocalSandbox) -> None:
    reply = opened(sandbox, "x = 1\n").ask(Request("double", Case(), ("LSTMCell",)))
    assert isinstance(reply, Crash)
    assert reply.kind == "engine"


def test_a_process_that_cannot_start_is_told_with_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    spawned = spawn()
    try:
        with pytest.raises(SandboxError, match=r"did not start: .*encodings"):
            LocalProcess(spawned).exchange({}, SHORT)
    finally:
        spawned.end()


def test_nothing_is_left_behind(probes: Path) -> None:
    with LocalSandbox(probes) as sandbox:
        session = sandbox.open(submitted("def run():\n    return 1\n"))
        process = session._process
        assert process is not None
        box, pid = process._spawned.folder, process._process.pid
    assert not box.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

"""Time limits in a real sandbox: on a busy machine nobody right is stopped, and who is stopped learns where."""

# ruff: noqa: E501  # a table reads better in lines

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from made import submission

from autograder import crashes
from autograder.case import Case
from autograder.causes import Causes
from autograder.exercise import Exercise
from autograder.model import Crash, Limits, Observation, Outcome, Reply
from autograder.sandbox.child import PLACE_AT
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.request import Request

PROBES = Path(__file__).parent / "data" / "probes_demo"
HEAD = "import os, threading, time\nimport torch\n"  # so that a body starts at line 3
BRIEF = Limits(0.4, 0.4)
HOGS = 4


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ZygoteSandbox]:
    with ZygoteSandbox(PROBES, "full", load=Limits(2.0, 2.0)) as made:
        yield made


def run(sandbox: ZygoteSandbox, source: str, limits: Limits = BRIEF) -> Reply:
    session = sandbox.open(submission(work=HEAD + textwrap.dedent(source)))
    reply = session.ask(Request("call", Case(values={"name": "run", "arguments": []}), limits=limits))
    session.close()
    return reply


@contextlib.contextmanager
def one_busy_processor(sandbox: ZygoteSandbox) -> Iterator[None]:
    """The sandbox has one processor, and shares it with programs that never rest."""
    pid, before = sandbox.keeper().pid, os.sched_getaffinity(0)
    one = {min(before)}
    busy = f"import os\nos.sched_setaffinity(0, {one})\nprint(flush=True)\nwhile True: pass"
    command = [sys.executable, "-S", "-c", busy]
    # each in a session of its own, as a sandbox is: a kernel may share processors out by session
    hogs = [subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) for _ in range(HOGS)]
    try:
        for hog in hogs:
            assert hog.stdout is not None
            hog.stdout.readline()
        os.sched_setaffinity(pid, one)
        yield
    finally:
        os.sched_setaffinity(pid, before)
        for hog in hogs:
            hog.kill()
            hog.communicate()


@pytest.mark.parametrize(
    ("source", "function", "line"),
    [
        ("def run():\n    while True:\n        pass\n", "run", (4, 5)),
        ("def run():\n    a = torch.ones(9000, 9000)\n    return a @ a @ a\n", "run", (4, 5)),
        ("class Cell:\n    def forward(self):\n        time.sleep(60)\ndef run():\n    Cell().forward()\n", "Cell.forward", (5,)),
        ("def run():\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()\n", "run", (6,)),
        (
            "def run():\n    while True:\n        try:\n            time.sleep(60)\n        except BaseException:\n            pass\n",
            "run",
            (6,),
        ),
        ("def steps():\n    while True:\n        yield 1\ndef run():\n    return sum(steps())\n", "steps", (4, 5)),
        (
            "class Net:\n    def __init__(self):\n        self.sizes = [n for n in iter(int, 1)]\ndef run():\n    Net()\n",
            "Net.__init__.<locals>.<listcomp>",
            (5,),
        ),
        ("import functools\n@functools.cache\ndef deep():\n    time.sleep(60)\ndef run():\n    deep()\n", "deep", (6,)),
        (
            "def run():\n    done = threading.Event()\n    def beside():\n        while True:\n            pass\n"
            "    threading.Thread(target=beside, daemon=True).start()\n    done.wait()\n",
            "run",
            (9,),
        ),
    ],
    ids=["loop", "one long call", "sleep", "lock", "catches everything", "generator", "init", "decorated", "thread"],
)  # fmt: skip
def test_who_is_stopped_learns_where(sandbox: ZygoteSandbox, source: str, function: str, line: tuple[int, ...]) -> None:
    reply = run(sandbox, source)
    assert isinstance(reply, Crash)
    assert reply.kind == "deadline"
    last = reply.frames[-1]
    assert (last.file, last.function) == ("work.py", function)
    assert last.line in line
    assert f" in `{function}` (work.py, line {last.line})" in reply.message
    assert last.code == (HEAD + textwrap.dedent(source)).splitlines()[last.line - 1].strip()


def test_a_file_that_does_not_end_when_it_is_imported_says_where(sandbox: ZygoteSandbox) -> None:
    session = sandbox.open(submission(work="def run():\n    return 1\n\n\nwait = __import__('time').sleep(60)\n"))
    loaded = session.loaded
    session.close()
    assert isinstance(loaded, Observation)
    (failure,) = loaded.values["failures"]
    assert failure["message"].startswith("stopped after 2 s at work.py, line 5; it was waiting, not computing")


def test_what_a_program_says_of_its_place_is_not_passed_on(sandbox: ZygoteSandbox) -> None:
    """It writes where the grader reads. Only lines of its own files are told, and what stands there is known to us."""
    reply = run(
        sandbox,
        """
        import json, signal, struct
        def run():
            signal.signal(signal.SIGRTMAX, signal.SIG_IGN)
            frames = [{"file": "../key.py", "line": 1, "function": "a", "code": "0.25"}]
            frames += [{"file": "work.py", "line": 5, "function": "x = 0.25", "code": "0.25"}]
            text = json.dumps(frames).encode()
            while True:
                os.pwrite(4, struct.pack("<Q", len(text)) + text, PLACE_AT)
        """.replace("PLACE_AT", str(PLACE_AT)),
    )
    assert isinstance(reply, Crash)
    assert [(f.file, f.line, f.function) for f in reply.frames] == [("work.py", 5, "run")]
    assert "0.25" not in reply.message + reply.frames[0].code


@pytest.mark.parametrize(
    ("body", "hint"),
    [("while True:\n        pass", crashes.NO_END), ("time.sleep(60)", crashes.NO_WAITING)],
    ids=["loop", "sleep"],
)
def test_who_is_stopped_is_told_what_to_look_for(sandbox: ZygoteSandbox, body: str, hint: str) -> None:
    """Not what the check hints at, which is about a wrong answer; and the place once, though a crash names one too."""
    reply = run(sandbox, f"def run():\n    {body}\n")
    assert isinstance(reply, Crash)
    verdict = crashes.crashed(reply, Exercise("run", title="Run"), None, {}, Causes())  # type: ignore[arg-type]
    assert (verdict.outcome, verdict.message, verdict.hint) == (Outcome.CRASHED, reply.message, hint)


COMPUTES = """
def run():
    end = time.process_time() + 0.5
    while time.process_time() < end:
        torch.ones(50, 50) @ torch.ones(50, 50)
    return "done"
"""


def test_a_busy_machine_fails_nobody(sandbox: ZygoteSandbox) -> None:
    """Beside four others it takes five times as long as it may by the clock, none of which is its own doing."""
    with one_busy_processor(sandbox):
        reply = run(sandbox, COMPUTES, Limits(0.9, 3.0))
    assert isinstance(reply, Observation), reply
    assert reply.values["result"] == "done"


@pytest.mark.parametrize(
    ("body", "limits", "says"),
    [
        ("sum(iter(lambda: 1, 2))", Limits(60.0, 0.4), "stopped after 0.4 s of computing in `run"),
        ("time.sleep(600)", Limits(0.6, 60.0), "stopped after 0.6 s in `run` (work.py, line 4); it was waiting, not computing"),
    ],
    ids=["loop in C", "sleep"],
)  # fmt: skip
def test_beside_others_too_what_does_not_end_is_stopped(
    sandbox: ZygoteSandbox, body: str, limits: Limits, says: str
) -> None:
    with one_busy_processor(sandbox):
        reply = run(sandbox, f"def run():\n    {body}\n", limits)
    assert isinstance(reply, Crash)
    assert reply.message.startswith(says)


def test_how_fast_the_machine_is_is_known_once_there_is_a_sandbox(sandbox: ZygoteSandbox) -> None:
    assert sandbox.calibration > 0
    assert 1.0 <= sandbox.keeper().measured() <= 8.0


def test_a_machine_too_busy_to_run_anybody_is_our_fault(
    sandbox: ZygoteSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound by the clock is lowered here; the check becomes void, and nobody loses a point."""
    impatient = {"again": None, "patience": 0.0, "grace": 1.0}
    monkeypatch.setattr("autograder.sandbox.budget.Budget.__init__.__kwdefaults__", impatient)
    with one_busy_processor(sandbox):
        reply = run(sandbox, COMPUTES.replace("0.5", "5"), Limits(4.0, 60.0))
    assert isinstance(reply, Crash)
    assert (reply.kind, reply.message.startswith("this machine was too busy")) == ("engine", True)

"""The process that all submissions come from stays as it was: nothing goes from one to the next."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from made import submission

from autograder import batch, pipeline
from autograder.case import Case
from autograder.control import Control
from autograder.errors import SandboxError
from autograder.gradebook.store import Gradebook
from autograder.model import Grade, Limits, Observation, Reply, Submission
from autograder.output import Output
from autograder.pipeline import Course
from autograder.sandbox.host import ZygoteSandbox, ZygoteSession
from autograder.sandbox.request import Request
from hostile.table import attack

PROBES = Path(__file__).parents[1] / "data" / "probes_demo"
Seen = Callable[[str], None]

LEAVE = """
    import builtins, gc, os, random, signal, sys, threading
    import numpy, torch
    def attack():
        random.seed(1); numpy.random.seed(1); torch.manual_seed(1)
        torch.set_default_dtype(torch.float64)
        torch.use_deterministic_algorithms(True)
        torch.nn.Linear.forward = lambda self, x: x * 0
        torch.allclose = lambda *a, **k: True
        builtins.left = sys.modules["left"] = "left"
        sys.path.insert(0, os.environ["HOME"])
        os.environ["LEFT"] = "left"
        os.chdir("/")
        os.umask(0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        gc.disable()
        home = os.environ["HOME"]
        os.makedirs(home + "/deep/er")
        open(home + "/torch.py", "w").write("raise SystemExit")
        os.symlink("/etc", home + "/link")
        os.mkfifo(home + "/pipe")
        try:
            os.chmod(home + "/deep", 0)
        except PermissionError:
            pass  # refused without namespaces
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        globals()["kept"] = [open("/dev/null") for _ in range(9)]
        return 1
"""
LOOK = """
    import builtins, gc, os, random, signal, sys, threading
    import numpy, torch
    def attack():
        return {
            "random": [random.random(), float(numpy.random.rand()), float(torch.rand(1))],
            "torch": [str(torch.get_default_dtype()), torch.are_deterministic_algorithms_enabled(),
                      float(torch.nn.Linear(2, 2)(torch.ones(2)).abs().sum()) > 0,
                      torch.allclose(torch.ones(1), torch.zeros(1))],
            "names": [hasattr(builtins, "left"), "left" in sys.modules, "LEFT" in os.environ, gc.isenabled()],
            "folder": [os.getcwd() == os.environ["HOME"], sorted(os.listdir(os.environ["HOME"]))],
            "path": sys.path[:3], "signal": str(signal.getsignal(signal.SIGTERM)), "threads": threading.active_count(),
            "descriptors": [n for n in range(64) if is_open(n)], "umask": os.umask(0o22),
        }
    def is_open(n):
        try:
            os.fstat(n)
            return True
        except OSError:
            return False
"""


@pytest.fixture(scope="module", params=["full", "reduced"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[ZygoteSandbox]:
    with ZygoteSandbox(PROBES, request.param, load=Limits(3.0, 5.0)) as made:
        yield made


def ask(
    sandbox: ZygoteSandbox, handed_in: Submission, after: Callable[[ZygoteSession], None] = lambda s: None
) -> Reply:
    session = sandbox.open(handed_in)
    try:
        return session.ask(Request("call", Case(values={"name": "attack", "arguments": []})))
    finally:
        after(session)
        session.close()


@attack(
    69, "something left behind", "changes torch, modules, environment, random state, signals, files, for the next one"
)
@attack(49, "answers kept on disk", "writes to the folder that the next submission is given")
def test_nothing_survives_a_submission(sandbox: ZygoteSandbox, seen: Seen) -> None:
    """A submission sees the same before and after another that changed all it could."""
    look = submission(work=LOOK)
    before = ask(sandbox, look).values
    assert "result" in before

    left = ask(sandbox, submission(work=LEAVE))

    after = ask(sandbox, look).values
    assert isinstance(left, Observation), left
    assert after == before
    assert after["result"]["folder"] == [True, []]
    assert sandbox.keeper().sound()
    seen("the next one saw what the one before saw, random numbers and descriptors too")


@attack("N43", "spoke out of turn", "sends bytes to the grader that no question asked for")
def test_a_zygote_is_not_used_again_after_a_forged_reply(sandbox: ZygoteSandbox, seen: Seen) -> None:
    before = sandbox.keeper().pid
    reply = ask(sandbox, submission(work="import os\ndef attack():\n    os.write(3, b'x' * 4096)\n"))
    after = sandbox.keeper().pid
    assert getattr(reply, "kind", "") == "protocol"
    assert after != before
    assert not Path(f"/proc/{before}").exists()
    seen("its child and the process that made it were ended, the next submission had new ones")


def test_a_zygote_that_is_not_as_before_is_replaced(sandbox: ZygoteSandbox) -> None:
    """A child that nobody reaped is a sign; here it is made by asking for one behind the session's back."""
    before = sandbox.keeper().pid

    def extra(session: ZygoteSession) -> None:
        with tempfile.TemporaryFile() as file:
            _, _, pidfd = sandbox.keeper().fork(file.fileno(), file.fileno(), file.fileno(), memory=2**30, cpu=9)
            os.close(pidfd)

    reply = ask(sandbox, submission(work="def attack():\n    return 1\n"), extra)
    assert reply.values["result"] == 1
    assert sandbox.keeper().pid != before


# --- the control ----------------------------------------------------------------------------------


def test_a_sound_worker_answers_the_control_as_this_process_does(course: Course, sandbox: ZygoteSandbox) -> None:
    control = Control(course)
    assert len(control.expected) > 64
    control(sandbox)
    ask(sandbox, submission(work=LEAVE))
    control(sandbox)


class Drifting:
    """A sandbox whose answers change after some submissions, as those of a tampered one would."""

    level = "full"
    calibration = 0.0

    def __init__(self, inner: ZygoteSandbox, sound: int) -> None:
        self.inner, self.sound = inner, sound

    def open(self, handed_in: Submission) -> Any:
        self.sound -= 1
        if self.sound >= 0:
            return self.inner.open(handed_in)
        text = handed_in.files[0].units[0].source.replace("manual_seed(5)", "manual_seed(6)")
        return self.inner.open(submission(control=text))

    def __enter__(self) -> Drifting:
        return self

    def __exit__(self, *_: object) -> None:
        """The inner one is closed by its owner."""


def test_a_drift_stops_the_batch_and_takes_the_doubtful_grades_back(
    course: Course, sandbox: ZygoteSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Grades from before the last good control stay; the others are graded again by the same command."""
    monkeypatch.setattr(pipeline, "grade", lambda submission, course, sandbox: _grade(submission))
    output = Output.open(tmp_path / "out", "rnn")
    book = Gradebook.open(output.gradebook)
    book.assignment("rnn")
    entries = [_Entry(f"student{n}") for n in range(5)]

    with pytest.raises(SandboxError, match="a worker answers a control submission otherwise") as stopped:
        batch.run(
            entries,
            course,
            book,
            output.folders(entry.student for entry in entries),
            lambda: Drifting(sandbox, 1),
            lambda grade, folder, notebooks: (folder / "grade.json").write_text("{}"),  # type: ignore[arg-type,return-value]
            level="full",
            workers=1,
            control=Control(course),
            every=2,
        )
    kept = [
        entry.student for entry in entries if (output.folders([entry.student])[entry.student] / "grade.json").exists()
    ]
    assert kept == ["student0", "student1"]
    assert [one.student for one in book.current("rnn") if book.grade(one.id)] == kept
    assert "run the same command again" in stopped.value.mend
    book.close()


class _Entry:
    sources = ()

    def __init__(self, student: str) -> None:
        self.student = student

    def read(self) -> Submission:
        return submission(self.student, work="x = 1")


def _grade(handed_in: Submission) -> Grade:
    return Grade("rnn", handed_in.student, handed_in.digest, "2026-01-01T00:00:00+00:00", "full", ())

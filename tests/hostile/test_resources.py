"""Submissions that take all there is: each is stopped at a bound that is named, and its neighbours go on."""

# ruff: noqa: E501  # a table reads better in lines

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from made import submission

from autograder.case import Case
from autograder.model import Crash, Limits, Observation, Reply
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.request import Request
from hostile.harness import ROOT
from hostile.table import NOT_APPLICABLE, Attack, attack, register

PROBES = Path(__file__).parents[1] / "data" / "probes_demo"
Seen = Callable[[str], None]

NOT_APPLICABLE |= {
    83: "no language model reads submissions",
    86: "workers are threads of one program with a sandbox each; no result travels between machines",
    88: "grading runs nothing of a repository's own workflow",
}


@dataclasses.dataclass(frozen=True)
class Bomb:
    """A body of a function, and what must come of it: kinds of crash and a part of the message."""

    attack: Attack
    body: str
    kinds: tuple[str, ...]
    says: str
    limits: Limits = dataclasses.field(default_factory=lambda: Limits(10.0, 20.0))

    def __str__(self) -> str:
        return str(self.attack)


BRIEF = Limits(0.6, 20.0)
CPU = Limits(60.0, 0.6)
LOOP = "class LSTMCell:\n    def forward(self):\n        while True:\n            pass\nLSTMCell().forward()"
LONG = "import torch\nclass LSTMCell:\n    def forward(self, a):\n        return a @ a @ a\n"
LONG += "LSTMCell().forward(torch.ones(6000, 6000))"
NO = "in here a program starts no other"


def bomb(
    number: int | str, name: str, tries: str, body: str, kinds: str, says: str, limits: Limits | None = None
) -> Bomb:
    made = register(number, name, tries, "any" if limits else "reduced")
    return Bomb(made, body, tuple(kinds.split()), says, limits or Limits(10.0, 20.0))


BOMBS = [
    bomb(64, "fork bomb", "os.fork() without end", "import os\nwhile True:\n    os.fork()", "exception", NO),
    bomb(64, "many processes", "starts programs", "import subprocess\nsubprocess.run(['/bin/true'])", "exception", NO),
    bomb(64, "thread bomb", "threads without end", "import threading\nwhile True:\n    threading.Thread(target=threading.Event().wait, daemon=True).start()", "limit memory", "more"),
    bomb(65, "memory bomb", "lists of bytes without end", "kept = []\nwhile True:\n    kept.append(bytearray(2**24))", "memory", "asked for more memory than it may have"),
    bomb(65, "tensor bomb", "one tensor of 64 GB", "import torch\nreturn torch.ones(2**34)", "memory", "asked for more memory"),
    bomb(65, "mapped memory", "anonymous and shared mappings", "import mmap\nkept = []\nwhile True:\n    kept.append(mmap.mmap(-1, 2**28))", "memory", "asked for more memory"),
    bomb(65, "memory file", "memfd_create, which no limit counts", "import os\nos.memfd_create('x')", "exception", NO),
    bomb(66, "large file", "one file without end", "with open(os.environ['HOME'] + '/f', 'wb') as f:\n    while True:\n        f.write(bytes(2**20))", "limit", "a file grew larger than a submission may write"),
    bomb(66, "sparse file", "a file of a terabyte that takes no room", "with open(os.environ['HOME'] + '/f', 'wb') as f:\n    f.truncate(2**40)", "limit", "a file grew larger"),
    bomb(67, "descriptors", "opens files without end", "kept = []\nwhile True:\n    kept.append(open('/dev/null'))", "limit", "opened more files than a submission may have open"),
    bomb(67, "pipes", "pipes without end, each full", "kept = []\nwhile True:\n    kept.append(os.pipe())", "limit", "opened more files"),
    bomb(67, "raw output", "a gigabyte written past print", "while True:\n    os.write(1, bytes(10**6))", "exception", ""),
    bomb(68, "endless loop", "computes for ever", LOOP, "deadline", "stopped after 0.6 s in `attack.<locals>.LSTMCell.forward` (work.py, line", BRIEF),
    bomb(68, "endless loop, by CPU time", "computes past its CPU time", LOOP, "deadline", "stopped after 0.6 s of computing in `attack.<locals>.LSTMCell.forward` (work.py, line", CPU),
    bomb(68, "one long call", "stays in compiled code, where Python cannot look", LONG, "deadline", "stopped after 0.6 s in `attack.LSTMCell.forward` (work.py, line 8)", BRIEF),
    bomb(68, "one long call, by CPU time", "stays in compiled code past its CPU time", LONG, "deadline", "of computing in `attack.LSTMCell.forward` (work.py, line 8)", CPU),
    bomb(68, "deaf sleeper", "ignores every signal and exception, then sleeps", "import signal, time\nfor n in range(1, 32):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n    except OSError:\n        pass\ntime.sleep(60)", "deadline", "stopped after 0.6 s", BRIEF),
    bomb(68, "stopped by itself", "SIGSTOP to itself, so that it never answers", "import signal\nos.kill(os.getpid(), signal.SIGSTOP)", "deadline", "stopped after 0.6 s", BRIEF),
    bomb(68, "deadlock", "waits for a lock that it holds", "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", "deadline", "stopped after 0.6 s in `attack` (work.py, line", BRIEF),
    bomb(69, "daemon", "double fork and setsid, to outlive its turn", "if os.fork() == 0:\n    os.setsid()\n    os.fork()", "exception", NO),
    bomb(70, "kill everybody", "signals to every process it can name", "os.kill(-1, 9)", "exception", NO),
    bomb(70, "kill its parent", "SIGKILL to the process that forked it", "os.kill(os.getppid(), 9)", "exception", NO),
    bomb(70, "kill its group", "SIGKILL to its process group", "os.killpg(0, 9)", "exception", NO),
    bomb(72, "deep recursion", "recurses until the stack is gone", "def f(n):\n    return f(n + 1)\nimport sys\nsys.setrecursionlimit(10**9)\nf(0)", "died exception memory deadline", "", BRIEF),
    bomb(90, "corrupts its own process", "writes to address 0", "import ctypes\nctypes.memset(0, 1, 8)", "died", "SIGSEGV"),
]  # fmt: skip


@pytest.fixture(scope="module", params=["full", "reduced"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[ZygoteSandbox]:
    with ZygoteSandbox(PROBES, request.param, load=Limits(3.0, 5.0), memory=384 * 2**20) as made:
        yield made


def ask(session: Any, name: str, limits: Limits = Limits()) -> Reply:  # noqa: B008
    return session.ask(Request("call", Case(values={"name": name, "arguments": []}), limits=limits))


def work(body: str) -> Any:
    return submission(work=f"import os\ndef fine():\n    return 7\ndef attack():\n{textwrap.indent(body, '    ')}\n")


@pytest.mark.parametrize("attack", BOMBS, ids=str)
def test_it_is_stopped_and_the_bound_is_named(sandbox: ZygoteSandbox, attack: Bomb, bomb_seen: Seen) -> None:
    """A call before and after works, in the same submission and in the next one's."""
    zygote = sandbox.keeper().pid
    session = sandbox.open(work(attack.body))
    before, reply, after = ask(session, "fine"), ask(session, "attack", attack.limits), ask(session, "fine")
    session.close()

    assert [before.values["result"], after.values["result"]] == [7, 7]
    assert isinstance(reply, Crash), reply
    assert reply.kind in attack.kinds, reply
    assert attack.says in reply.message
    assert not reply.output or len(reply.output) <= 64 * 1024
    next_one = sandbox.open(work("return 1"))
    assert ask(next_one, "attack").values["result"] == 1
    next_one.close()
    assert sandbox.keeper().pid == zygote  # none of this made a new one necessary
    assert sandbox.keeper().sound()
    bomb_seen(reply.message.splitlines()[0][:160])


@pytest.fixture
def bomb_seen(request: pytest.FixtureRequest, record_seen: Callable[[Attack, str], None]) -> Seen:
    """``bomb_seen(text)`` for the bomb of this test."""
    return lambda text: record_seen(request.node.callspec.params["attack"].attack, text)


@attack(66, "many small files", "fills the folder with files and folders", "full")
def test_the_folder_is_bounded_as_a_whole(seen: Seen) -> None:
    body = "for n in range(10**6):\n    os.makedirs(f'{os.environ[\"HOME\"]}/d{n}')\n"
    body += "    open(f'{os.environ[\"HOME\"]}/d{n}/f', 'wb').write(bytes(2**20))"
    with ZygoteSandbox(PROBES, "full") as sandbox:
        session = sandbox.open(work(body))
        reply = ask(session, "attack")
        session.close()
        session = sandbox.open(work("return os.listdir(os.environ['HOME'])"))
        left = ask(session, "attack")
        session.close()
    assert isinstance(reply, Crash)
    assert (reply.kind, "more than a submission may keep" in reply.message) == ("limit", True)
    assert left.values["result"] == []
    seen(reply.message)


@attack(67, "printing without end", "print in a loop, without a line break, with escapes")
def test_what_is_printed_is_cut_and_counted(sandbox: ZygoteSandbox, seen: Seen) -> None:
    session = sandbox.open(work("print('\\x1b]0;owned\\x07' * 10**6, end='')\nreturn 1"))
    reply = ask(session, "attack")
    session.close()
    assert isinstance(reply, Observation)
    assert len(reply.output) <= 64 * 1024
    assert reply.output_truncated == 10 * 10**6 - 64 * 1024
    seen(f"kept {len(reply.output):,} bytes, {reply.output_truncated:,} counted and dropped")


@attack(73, "core dump", "crashes so that the kernel writes its memory to disk", "reduced")
@attack(75, "kernel surface", "calls that a program for exercises never needs: io_uring, bpf, keyctl, userfaultfd, mount, ptrace", "reduced")  # fmt: skip
def test_kernel_calls_are_refused_and_no_core_is_written(sandbox: ZygoteSandbox, seen: Seen) -> None:
    numbers = {"ptrace": 101, "mount": 165, "keyctl": 250, "unshare": 272, "bpf": 321, "userfaultfd": 323}
    numbers |= {"perf_event_open": 298, "io_uring_setup": 425, "x32 getpid": 0x40000000 + 39, "memfd_secret": 447}
    body = "import ctypes, resource\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    body += f"got = [libc.syscall(n, 0, 0, 0, 0, 0) for n in {list(numbers.values())}]\n"
    body += "return [got, list(resource.getrlimit(resource.RLIMIT_CORE))]"
    session = sandbox.open(work(body))
    got, core = ask(session, "attack").values["result"]
    session.close()
    assert dict(zip(numbers, got, strict=True)) == dict.fromkeys(numbers, -1)
    assert core == [0, 0]
    seen("each refused; the limit for core files is 0")


@attack(74, "more threads", "raises torch's number of threads to take its neighbours' processors")
def test_threads_are_one_and_cpu_time_counts_them_all(sandbox: ZygoteSandbox, seen: Seen) -> None:
    body = "import torch\nfirst = torch.get_num_threads()\ntorch.set_num_threads(8)\na = torch.ones(1500, 1500)\n"
    body += "for n in range(1000):\n    a = a @ a\nreturn first"
    session = sandbox.open(work("import torch\nreturn torch.get_num_threads()"))
    assert ask(session, "attack").values["result"] == 1
    session.close()
    session = sandbox.open(work(body))
    reply = ask(session, "attack", Limits(60.0, 1.0))
    session.close()
    assert isinstance(reply, Crash)
    assert "1 s of computing" in reply.message
    seen("begins with one; " + reply.message)


@attack(69, "thread after its reply", "a thread that goes on computing when the answer is out")
def test_nothing_runs_on_when_the_next_submission_is_there(sandbox: ZygoteSandbox, seen: Seen) -> None:
    body = "import threading, time\ndef on():\n    n = 0\n    while True:\n        n += 1\n        "
    body += "open(os.environ['HOME'] + '/beat', 'w').write(str(n))\n"
    body += "threading.Thread(target=on, daemon=True).start()\nreturn 1"
    session = sandbox.open(work(body))
    assert ask(session, "attack").values["result"] == 1
    session.close()
    session = sandbox.open(work("import time\ntime.sleep(0.2)\nreturn os.listdir(os.environ['HOME'])"))
    assert ask(session, "attack").values["result"] == []
    session.close()
    seen("ended with its process; the folder was empty for the next one")


@attack(76, "devices", "looks for a GPU, its memory and any other device")
def test_no_device_is_there_but_two(sandbox: ZygoteSandbox, seen: Seen) -> None:
    body = "import glob, torch\nopened = []\nfor path in glob.glob('/dev/**', recursive=True) + ['/dev/nvidia0', '/dev/dri']:\n"
    body += (
        "    try:\n        os.close(os.open(path, os.O_RDWR)); opened.append(path)\n    except OSError:\n        pass\n"
    )
    body += "return [sorted(opened), torch.cuda.is_available()]"
    session = sandbox.open(work(body))
    reply = ask(session, "attack")
    session.close()
    opened, cuda = reply.values["result"]
    assert set(opened) <= {"/dev/null"}
    assert not cuda
    seen("none can be opened for writing but /dev/null; torch sees no GPU")


@attack(61, "work done while loading", "computes answers ahead, or for ever, when it is imported", "any")
def test_loading_has_limits_of_its_own_and_says_where(sandbox: ZygoteSandbox, seen: Seen) -> None:
    """Three seconds here; what comes before the loop and after it can still be asked."""
    ahead = "def fine():\n    return 7\ntable = {}\nwhile True:\n    table[len(table) % 9] = 1\n"
    session = sandbox.open(submission(ahead=ahead))
    loaded, reply = session.loaded, ask(session, "fine")
    session.close()
    assert isinstance(loaded, Observation)
    (failure,) = (f for f in loaded.values["failures"] if f["kind"] == "deadline")
    assert failure["message"].startswith("stopped after 3 s")
    assert (failure["file"], failure["line"] in (4, 5)) == ("ahead.py", True)
    assert reply.values["result"] == 7
    seen(f"{failure['message']}; the functions of the file can still be asked")


@attack(72, "source bombs", "a chain of 100,000 attributes, 200,000 minus signs, a number of 10^6 digits")
def test_source_that_breaks_a_parser_stays_in_the_child(sandbox: ZygoteSandbox, seen: Seen) -> None:
    bombs = {"chain": "x = a" + ".b" * 100_000, "minus": "x = " + "-" * 200_000 + "1", "digits": "x = " + "9" * 10**6}
    session = sandbox.open(submission(fine_file="def fine():\n    return 7\n", **bombs))
    loaded, reply = session.loaded, ask(session, "fine")
    session.close()
    assert isinstance(loaded, Observation)
    assert reply.values["result"] == 7
    failed = {failure["file"] for failure in loaded.values["failures"]}
    assert failed >= {"minus.py"}
    seen(f"{len(failed)} files reported, the others loaded")


NOTEBOOKS = {
    "definitions": [("code", "\n".join(f"def f{n}(): return {n}" for n in range(20_000)))],
    "the same definitions twice": [("code", "\n".join(f"def f{n}(): return {n}" for n in range(10_000)))] * 2,
    "cells": [("code", f"class LSTMCell:\n    x = {n}") for n in range(5_000)],
    "statements that wait for one another": [
        ("code", "\n".join(f"a{n} = a{n + 1}" for n in range(1_990)) + "\na1990 = 1")
    ],
    "text that may be code": [("markdown", "class LSTMCell: pass\n" + "x=(" * 50)] * 5_000,
    "magics": [("code", "%%bash\n" + "rm\n" * 100_000), ("code", "!" * 100_000), ("raw", "%" * 100_000)],
    "brackets": [("code", "x = " + "(" * 5_000 + ")" * 5_000)] * 50,
}
READ = """
import resource, sys
from pathlib import Path
from autograder import assignment, intake
exercises = assignment.load(Path(sys.argv[1]), "rnn").exercises
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + 2**29, taken + 2**29))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
for path in sys.argv[2:]:
    read = intake.receive([Path(path)], exercises, mode="single").entries[0].read()
    assert not [p for p in read.problems if p.ours], read.problems
    assert sum(len(file.units) for file in read.files) <= 2000
print("read")
"""


@attack("N50", "notebooks that are slow to read", "cells, definitions, waits and retyped text in numbers that no homework has, to hold up the grader itself")  # fmt: skip
def test_no_notebook_takes_the_grader_much_time_or_memory(tmp_path: Path, seen: Seen) -> None:
    """All of them under one bound of CPU time and memory that one quadratic step would exceed."""
    paths = []
    for name, cells in NOTEBOOKS.items():
        made = [{"cell_type": kind, "source": text, "outputs": [], "metadata": {}} for kind, text in cells]
        paths.append(tmp_path / f"{name.replace(' ', '_')}.ipynb")
        paths[-1].write_text(json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    done = subprocess.run(
        [sys.executable, "-c", READ, str(ROOT), *map(str, paths)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.stdout == "read\n", done.stderr[-2000:]
    seen(f"{len(paths)} notebooks read, within a bound of CPU time and of memory; one quadratic step was found so")


@attack("N42", "one bad neighbour", "takes memory, processor and disk while others are graded")
def test_others_are_served_while_one_misbehaves(seen: Seen) -> None:
    """Two workers: one runs nothing but bombs, the other's answers are as on an empty machine."""
    chosen = [b for b in BOMBS if b.attack.name in ("memory bomb", "endless loop", "large file", "thread bomb")]
    replies: list[Reply] = []
    done = threading.Event()

    def misbehave() -> None:
        with ZygoteSandbox(PROBES, "full", memory=384 * 2**20) as sandbox:
            for one in chosen:
                session = sandbox.open(work(one.body))
                ask(session, "attack", one.limits)
                session.close()
        done.set()

    thread = threading.Thread(target=misbehave)
    thread.start()
    with ZygoteSandbox(PROBES, "full") as sandbox:
        while not done.is_set() or not replies:
            session = sandbox.open(work("import torch\nreturn float(torch.ones(300, 300).sum())"))
            replies.append(ask(session, "attack"))
            session.close()
    thread.join()
    assert {reply.values["result"] for reply in replies} == {90000.0}
    seen(f"{len(replies)} neighbours' answers, all right")

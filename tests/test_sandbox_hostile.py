"""Submissions that crash, hang, flood, lie and pry: each costs itself and nothing else."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made import submission

from autograder.case import Case
from autograder.errors import IsolationError
from autograder.model import Crash, Limits, Observation, Reply, Submission
from autograder.sandbox import folders, policy
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.request import Request

PROBES = Path(__file__).parent / "data" / "probes_demo"
STUBS = {"double": ("double",)}
BRIEF = Limits(0.5, 5.0)
CANARY = "canary-7f3a"


@pytest.fixture(scope="module", params=["full", "reduced"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[ZygoteSandbox]:
    with ZygoteSandbox(PROBES, request.param, stubs=STUBS, load=Limits(2.0, 5.0), memory=512 * 2**20) as made:
        yield made


def asked(name: str = "attack", *arguments: Any, limits: Limits = Limits()) -> Request:  # noqa: B008
    return Request("call", Case(values={"name": name, "arguments": list(arguments)}), limits=limits)


def attack(sandbox: ZygoteSandbox, body: str, limits: Limits = Limits()) -> Reply:  # noqa: B008
    """What a call of a function with this body gives; a normal request before and after it works.

    At level reduced the three are asked together, at level full one after the other.
    """
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    session = sandbox.open(submission(work=f"def fine(x):\n    return x\n\ndef attack():\n{lines}\n"))
    requests = [asked("fine", 1), asked(limits=limits), asked("fine", 2)]
    if sandbox.level == "reduced":
        session.ahead(requests)
    replies = [session.ask(request) for request in requests]
    session.close()
    assert [reply.values["result"] for reply in replies[::2]] == [1, 2]
    return replies[1]


def crash(sandbox: ZygoteSandbox, body: str, limits: Limits = Limits()) -> Crash:  # noqa: B008
    reply = attack(sandbox, body, limits)
    assert isinstance(reply, Crash), reply
    return reply


# --- crashes and limits ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("import os; os._exit(0)", "exit status 0"),
        ("import os; os._exit(3)", "exit status 3"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.abort()", "SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    ],
)
def test_a_process_that_ends_is_named_and_the_next_request_works(sandbox: ZygoteSandbox, body: str, says: str) -> None:
    reply = crash(sandbox, body)
    assert reply.kind == "died"
    assert says in reply.message


@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n    pass",
        "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass",
        "import signal, time\nfor n in range(1, 32):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n"
        "    except OSError:\n        pass\ntime.sleep(60)",
        "import threading\nthreading.Event().wait()",
    ],
)
def test_an_endless_call_is_stopped(sandbox: ZygoteSandbox, loop: str) -> None:
    reply = crash(sandbox, loop, BRIEF)
    assert reply.kind == "deadline"
    assert reply.message.startswith("stopped after 0.5 s")


def test_a_deadline_says_where_the_student_was(sandbox: ZygoteSandbox) -> None:
    body = "import time\nclass Loop:\n    def forward(self):\n        time.sleep(60)\nLoop().forward()"
    reply = crash(sandbox, body, BRIEF)
    place = "in `attack.<locals>.Loop.forward` (work.py, line 8)"
    assert reply.message.startswith(f"stopped after 0.5 s {place}; it was waiting, not computing")
    assert [frame.function for frame in reply.frames] == ["attack", "attack.<locals>.Loop.forward"]
    assert reply.frames[1].code == "time.sleep(60)"


def test_cpu_time_is_limited_too(sandbox: ZygoteSandbox) -> None:
    reply = crash(sandbox, "while True:\n    pass", Limits(30.0, 0.5))
    assert (reply.kind, reply.message.startswith("stopped after 0.5 s of computing")) == ("deadline", True)


@pytest.mark.parametrize(
    "body",
    [
        "import torch; return torch.ones(2**31)",
        "kept = []\nwhile True:\n    kept.append(bytearray(2**24))",
        "import torch\nkept = []\nwhile True:\n    kept.append(torch.ones(2**22))",
    ],
)
def test_memory_is_limited(sandbox: ZygoteSandbox, body: str) -> None:
    assert crash(sandbox, body).kind == "memory"


def test_a_result_that_is_too_large_is_refused_by_its_shape(sandbox: ZygoteSandbox) -> None:
    reply = crash(sandbox, "import torch; return torch.zeros(1).expand(10**12)")
    assert (reply.kind, "far more than the task needs" in reply.message) == ("contract", True)


def test_results_that_are_too_large_together_are_refused_and_no_later_one_is_asked_for(sandbox: ZygoteSandbox) -> None:
    code = "import torch\n\n\ndef large(n):\n    return torch.zeros(n, dtype=torch.float64)\n"
    session = sandbox.open(submission(work=code))
    requests = [asked("large", 5_000_000 + n) for n in range(8)] + [asked("large", 1)]
    session.ahead(requests)
    replies = [session.ask(request) for request in requests]
    again = session.ask(asked("large", 2))
    session.close()
    assert [isinstance(reply, Observation) for reply in replies] == [True] * 6 + [False] * 3
    assert all(isinstance(reply, Crash) and reply.kind == "limit" for reply in (*replies[6:], again))
    assert isinstance(replies[6], Crash)
    assert "256 MiB: far more than the task needs" in replies[6].message


def test_printing_ten_megabytes_is_bounded_and_no_error(sandbox: ZygoteSandbox) -> None:
    code = """
        def fine(x):
            return x

        def attack():
            for n in range(100_000):
                print("x" * 99)
        """
    session = sandbox.open(submission(work=code))
    requests = [asked("fine", 1), asked(), asked("fine", 2)]
    if sandbox.level == "reduced":
        session.ahead(requests)
    replies = [session.ask(request) for request in requests]
    session.close()
    assert [isinstance(reply, Observation) for reply in replies] == [True] * 3
    assert [len(reply.output) for reply in replies] == [0, 64 * 1024, 0]
    assert [reply.output_truncated for reply in replies] == [0, 10_000_000 - 64 * 1024, 0]


def test_a_flood_past_the_print_function_is_bounded(sandbox: ZygoteSandbox) -> None:
    reply = crash(sandbox, "import os\nwhile True:\n    os.write(1, b'x' * 100_000)")
    assert reply.exception == "PermissionError"
    assert len(reply.output) == 64 * 1024


def test_a_file_flood_is_bounded(sandbox: ZygoteSandbox) -> None:
    reply = crash(
        sandbox,
        "import os\nwith open(os.environ['HOME'] + '/f', 'wb') as f:\n    while True:\n        f.write(bytes(2**20))",
    )
    assert reply.kind == "limit"


def test_a_thread_bomb_ends(sandbox: ZygoteSandbox) -> None:
    reply = crash(
        sandbox,
        "import threading\nwhile True:\n    threading.Thread(target=threading.Event().wait, daemon=True).start()",
    )
    assert reply.kind in ("limit", "memory")


# --- forged replies -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bytes_sent",
    [
        "struct.pack('<Q', 2**40)",
        "struct.pack('<Q', 4) + b'abcd'",
        "b'x' * 5000",
        "wire.prefixed(wire.encode({'id': 99, 'kind': 'observation', ':result': 1}))",
        "wire.prefixed(wire.encode({'id': 3, 'kind': 'passed'}))",
        "wire.prefixed(wire.encode({'id': 3, 'kind': 'died', 'frames': [1]}))",
    ],
)
def test_forged_bytes_on_the_socket_are_a_protocol_crash(sandbox: ZygoteSandbox, bytes_sent: str) -> None:
    reply = crash(sandbox, f"import os, struct\nfrom autograder.sandbox import wire\nos.write(3, {bytes_sent})")
    assert reply.kind == "protocol"


def test_closing_the_socket_is_a_crash(sandbox: ZygoteSandbox) -> None:
    assert crash(sandbox, "import os, time\nos.close(3)\ntime.sleep(60)").kind == "protocol"


def test_a_forged_reply_in_good_form_is_only_a_wrong_answer(sandbox: ZygoteSandbox) -> None:
    body = "import os\nfrom autograder.sandbox import wire\n"
    body += "os.write(3, wire.prefixed(wire.encode({'id': 3, 'kind': 'observation', ':result': 'full marks'})))"
    session = sandbox.open(
        submission(work="def fine():\n    return 1\ndef attack():\n    " + body.replace("\n", "\n    "))
    )
    replies = [session.ask(asked("fine")), session.ask(asked()), session.ask(asked("fine")), session.ask(asked("fine"))]
    session.close()
    assert replies[1].values["result"] == "full marks"
    assert replies[2].kind == "protocol"  # the true reply came second and answers nothing
    assert replies[3].values["result"] == 1


# --- prying ---------------------------------------------------------------------------------------

REFUSED = {
    "a file of the system": "open('/etc/passwd').read()",
    "a file of the grader": "open(PATH).read()",
    "writing outside": "open('/usr/lib/x', 'w')",
    "writing beside Python": "open(os.path.dirname(os.__file__) + '/x', 'w')",
    "the memory of another process": "open('/proc/%d/mem' % os.getppid(), 'rb').read(1)",
    "processes": "os.listdir('/proc')",
    "the bundle": "open(sys.modules['autograder.case'].__file__).read()",
    "a socket": "socket.socket()",
    "a unix socket": "socket.socket(socket.AF_UNIX)",
    "a socket pair": "socket.socketpair()",
    "fork": "os.fork()",
    "a program": "subprocess.run(['/bin/true'])",
    "a pool": "multiprocessing.get_context('fork').Process(target=print).start()",
    "its parent": "os.kill(os.getppid(), 9)",
    "everybody": "os.kill(-1, 9)",
    "its group": "os.killpg(0, 9)",
    "more memory": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "a memory file": "os.memfd_create('x')",
    "another priority": "os.nice(-5)",
    "a process's handle": "os.pidfd_open(os.getppid())",
}


@pytest.mark.parametrize("what", REFUSED)
def test_is_refused(sandbox: ZygoteSandbox, tmp_path: Path, what: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    imports = "import os, sys, socket, subprocess, multiprocessing, resource"
    reply = crash(sandbox, f"{imports}\nPATH = {str(secret)!r}\nreturn str({REFUSED[what]})")
    assert reply.kind == "exception"
    assert reply.exception in ("PermissionError", "FileNotFoundError", "ValueError", "OSError")
    assert CANARY not in reply.message


def test_system_calls_without_python_are_refused_too(sandbox: ZygoteSandbox) -> None:
    calls = {
        "ptrace": 101,
        "mount": 165,
        "unshare": 272,
        "bpf": 321,
        "io_uring_setup": 425,
        "x32 getpid": 0x40000000 + 39,
    }
    body = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    body += f"return [libc.syscall(n, 0, 0, 0, 0, 0) for n in {list(calls.values())}]"
    reply = attack(sandbox, body)
    assert reply.values["result"] == [-1] * len(calls)


def test_the_environment_and_the_descriptors_hold_nothing_of_the_grader(
    sandbox: ZygoteSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTOGRADER_SECRET", CANARY)
    body = "import os\nfds = []\nfor n in range(64):\n    try:\n        os.fstat(n)\n        fds.append(n)\n"
    body += "    except OSError:\n        pass\n"
    reply = attack(sandbox, body + "return [dict(os.environ), fds]")
    environment, descriptors = reply.values["result"]
    assert CANARY not in str(environment)
    assert set(environment) <= {*policy._environment("/box"), "PWD", "LC_CTYPE", "TORCHINDUCTOR_CACHE_DIR"}
    assert descriptors == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "module",
    [
        "autograder.model",
        "autograder.errors",
        "autograder.grading",
        "pytest",
        "click",
        "made",
        "probes",
        "probes.stand_ins",
    ],
)
def test_neither_the_engine_nor_tools_of_ours_can_be_imported(sandbox: ZygoteSandbox, module: str) -> None:
    assert crash(sandbox, f"import {module}").exception == "ModuleNotFoundError"


def test_two_sessions_after_one_another_share_nothing(sandbox: ZygoteSandbox) -> None:
    leave = """
        import builtins, os, torch
        def attack():
            builtins.left = torch.left = True
            torch.nn.Linear.forward = None
            home = os.environ["HOME"]
            os.makedirs(home + "/deep/er")
            os.symlink("/etc", home + "/link")
            open(home + "/deep/er/file", "w").write("x")
            return os.listdir(home) and 1
        """
    look = """
        import builtins, os, torch
        def attack():
            torch.nn.Linear(1, 1)(torch.ones(1))
            return [hasattr(builtins, "left"), hasattr(torch, "left"), os.listdir(os.environ["HOME"])]
        """
    replies = []
    for text in (leave, look):
        session = sandbox.open(submission(work=text))
        replies.append(session.ask(asked()).values["result"])
        session.close()
    assert replies == [1, [False, False, []]]


def test_the_libraries_of_the_handout_work(sandbox: ZygoteSandbox) -> None:
    code = """
        import matplotlib.pyplot as plt
        import pandas as pd
        import os, shutil, tempfile, torch
        from sklearn.linear_model import LinearRegression
        def attack():
            plt.plot([1, 2])
            plt.savefig("figure.png")
            plt.show()
            torch.save({"w": torch.ones(3)}, os.environ["HOME"] + "/w.pt")
            with tempfile.TemporaryDirectory() as folder:
                assert os.path.isdir(folder)
            loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 2)), batch_size=4)
            slope = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0]).coef_[0]
            size = os.path.getsize("figure.png")
            return [size > 1000, len(pd.DataFrame({"a": [1]})), len(list(loader)), int(slope + 0.5)]
        """
    session = sandbox.open(submission(work=code))
    reply = session.ask(asked())
    session.close()
    assert isinstance(reply, Observation), reply
    assert reply.values["result"] == [True, 1, 2, 2]


@pytest.mark.parametrize("module", ["tqdm", "tqdm.auto", "tqdm.notebook"])
def test_progress_bars_of_every_kind_go_round_and_draw_nothing(sandbox: ZygoteSandbox, module: str) -> None:
    """A notebook's needs Jupyter's widgets where the student sits, and a bar starts a thread there."""
    code = f"""
        import threading
        from {module} import tqdm
        def attack():
            seen = []
            with tqdm(range(3), desc="epoch", leave=False) as bar:
                for number in bar:
                    seen.append(number)
                    bar.set_postfix(loss=0.5)
            return [seen, threading.active_count()]
        """
    session = sandbox.open(submission(work=code))
    reply = session.ask(asked())
    session.close()
    assert isinstance(reply, Observation), reply
    assert reply.values["result"] == [[0, 1, 2], 1]
    assert reply.output == ""


# --- loading --------------------------------------------------------------------------------------


def load(sandbox: ZygoteSandbox, handed_in: Submission) -> tuple[Reply, Reply]:
    session = sandbox.open(handed_in)
    replies = session.loaded, session.ask(asked("fine", 4))
    session.close()
    return replies


@pytest.mark.parametrize(
    ("top", "kind"),
    [
        ("while True:\n    pass", "deadline"),
        ("import os\nos._exit(0)", "died"),
        ("import ctypes\nctypes.string_at(0)", "died"),
    ],
)
@pytest.mark.parametrize("module", ["work", "nb_work"])
def test_top_level_code_that_never_ends_or_dies_costs_no_definition(
    sandbox: ZygoteSandbox, module: str, top: str, kind: str
) -> None:
    loaded, reply = load(
        sandbox, submission(**{module: f"def fine(x):\n    return x\n\n{top}\n\ndef later():\n    return 1\n"})
    )
    assert isinstance(loaded, Observation)
    assert loaded.values["defined"] == ["fine", "later"]
    (failure,) = loaded.values["failures"]
    assert (failure["kind"], failure["recovered"]) == (kind, module == "work")
    assert failure["file"].startswith(module)
    assert reply.values == {"result": 4}


def test_a_hang_at_top_level_names_its_line(sandbox: ZygoteSandbox) -> None:
    loaded, _ = load(sandbox, submission(work="def fine(x):\n    return x\n\nwhile True:\n    pass\n"))
    (failure,) = loaded.values["failures"]
    assert failure["line"] in (4, 5)
    assert failure["message"].startswith("stopped after 2 s at work.py, line ")


def test_files_that_cannot_be_loaded_at_all_are_a_crash_for_every_request(sandbox: ZygoteSandbox) -> None:
    evil = "import os\nclass Meta(type):\n    def __init__(cls, *a):\n        os._exit(7)\n"
    evil += "".join(f"class C{n}(metaclass=Meta):\n    pass\n" for n in range(9))
    loaded, reply = load(sandbox, submission(work=evil))
    assert isinstance(loaded, Crash)
    assert (loaded.kind, reply.kind) == ("died", "died")


def test_a_source_bomb_stays_in_the_child(sandbox: ZygoteSandbox) -> None:
    bomb = submission(fine_file="def fine(x):\n    return x\n", bomb="x = " + "-" * 200_000 + "1\n")
    loaded, reply = load(sandbox, bomb)
    assert isinstance(loaded, Observation)
    assert loaded.values["failures"][0]["file"] == "bomb.py"
    assert reply.values == {"result": 4}


# --- the zygote's own life ------------------------------------------------------------------------


def test_a_zygote_that_dies_is_replaced(sandbox: ZygoteSandbox) -> None:
    session = sandbox.open(submission(work="def fine(x):\n    return x\n"))
    os.kill(sandbox.keeper().pid, signal.SIGKILL)
    replies = [session.ask(asked("fine", n)) for n in range(2)]
    session.close()
    assert isinstance(replies[1], Observation), replies
    assert load(sandbox, submission(work="def fine(x):\n    return x\n"))[1].values == {"result": 4}


def test_after_so_many_submissions_a_new_zygote_serves_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    descriptors = len(os.listdir("/proc/self/fd"))
    pids = []
    with ZygoteSandbox(PROBES, "none", recycle=2) as made:
        for _ in range(3):
            session = made.open(submission(work="def fine(x):\n    return x\n"))
            pids.append(made.keeper().pid)
    assert pids[0] == pids[1] != pids[2]
    assert session.ask(asked("fine", 1)).kind == "engine"
    assert list(tmp_path.iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_the_folder_of_a_grader_that_was_killed_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = ["autograder-sandbox-999999999-a", f"autograder-sandbox-{os.getpid()}-b"]
    for name in (*names, "another-folder"):
        (tmp_path / name / "bundle").mkdir(parents=True)
    with ZygoteSandbox(PROBES, "none") as made:
        in_use = made.keeper()._started.folder
        folders.sweep()
        assert {path.name for path in tmp_path.iterdir()} == {in_use.name, "another-folder"}


def test_sandboxes_of_several_threads_do_not_meet() -> None:
    results: dict[int, Any] = {}

    def work(number: int) -> None:
        with ZygoteSandbox(PROBES, "none") as made:
            for turn in range(5):
                results[number, turn] = load(made, submission(work=f"def fine(x):\n    return x + {number}\n"))[
                    1
                ].values

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {(number, turn): {"result": 4 + number} for number in range(2) for turn in range(5)}


def test_a_missing_bwrap_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(IsolationError, match="bwrap") as caught:
        ZygoteSandbox(PROBES).keeper()
    assert "apt install bubblewrap" in caught.value.mend


@pytest.mark.parametrize(
    ("said", "missing", "mend"),
    [
        ("setting up uid map: Permission denied", "user namespaces", "AppArmor"),
        ("loopback: Failed RTM_NEWADDR: Operation not permitted", "user namespaces", "AppArmor"),
        ("Creating new namespace failed: No space left on device", "no further user namespaces", "max_user_namespaces"),
        ("No permissions to create new namespace", "allows no user namespaces", "seccomp profile"),
        ("Can't find source path /x: Permission denied", "cannot be read by this user", "/usr/bin/python3"),
    ],
)
def test_a_bwrap_that_fails_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, missing: str, mend: str
) -> None:
    """What is missing, what to do, and bwrap's own words; nothing is graded at a weaker level instead."""
    fake = tmp_path / "bwrap"
    fake.write_text(f'#!/bin/sh\necho "bwrap: {said}" >&2\nexit 1\n')
    fake.chmod(0o755)
    monkeypatch.setattr(policy, "find_bwrap", lambda: fake)
    with pytest.raises(IsolationError, match=missing) as caught:
        ZygoteSandbox(PROBES).keeper()
    assert mend in caught.value.mend
    assert said in str(caught.value)

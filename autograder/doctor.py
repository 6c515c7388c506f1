"""Doctor: which isolation level this machine gives, found by attacking it, and the versions that matter.

Every attack is a submission like any other, run in a real sandbox. Pure functions that return records;
the command line prints them.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.case import Case
from autograder.errors import AutograderError, IsolationError
from autograder.model import Limits, Observation, Reply, SourceFile, Submission, Unit
from autograder.sandbox.host import ZygoteSandbox, ZygoteSession
from autograder.sandbox.policy import find_bwrap
from autograder.sandbox.request import Request

_PROBES = "PROBES = {'try': lambda code, case: {'result': getattr(code, case.values['name'])()}}\nSTAND_INS = {}\n"
_BRIEF = Limits(1.0, 5.0)
_ENDLESS = Limits(0.3, 5.0)  # for those that are sure to reach it

_CODE = """
import os, socket, subprocess, sys
CANARY = {canary!r}
def works(): return "yes"
def canary(): return open(CANARY).read()
def system_file(): return open("/etc/passwd").read()[:20]
def list_processes(): return os.listdir("/proc")
def grader_memory(): return str(open("/proc/%d/mem" % os.getppid(), "rb").fileno())
def write_outside():
    open(CANARY, "w").write("overwritten")
    return "written"
def inet(): return str(socket.create_connection(("127.0.0.1", 9), 0.2))
def udp(): return str(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
def unix(): return str(socket.socket(socket.AF_UNIX))
def fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    return "process %d" % child
def program(): return str(subprocess.run([sys.executable or "/bin/true", "-c", "0"]))
def kill_parent():
    os.kill(os.getppid(), 0)
    return "it could be signalled"
def kill_all():
    os.kill(-1, 0)
    return "they could be signalled"
def ptrace():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    return "accepted" if libc.ptrace(16, os.getppid(), 0, 0) == 0 else fail(ctypes.get_errno())
def namespaces():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    return "made" if libc.unshare(0x10000000) == 0 else fail(ctypes.get_errno())
def fail(number): raise OSError(number, os.strerror(number))
def environment(): return str([v for v in os.environ.values() if CANARY in v] or fail(2))
def engine():
    import autograder.grading
    return "imported"
def memory():
    kept = []
    while True:
        kept.append(bytearray(2**24))
def disk():
    with open(os.environ["HOME"] + "/file", "wb") as file:
        while True:
            file.write(bytes(2**20))
def flood():
    while True:
        os.write(1, bytes(100_000))
def endless():
    while True:
        pass
def deaf():
    import time
    while True:
        try:
            time.sleep(9)
        except BaseException:
            pass
def end(): os._exit(0)
def forge():
    os.write(3, b"\\xff" * 64)
    return "sent"
"""

_REFUSED, _STOPPED = "refused", "stopped"
# what is tried, the function that tries it, what should come of it, and the levels that promise it
_ATTACKS = (
    ("run an ordinary function", "works", "yes", ("full", "reduced", "none")),
    ("read a secret file of the grader", "canary", _REFUSED, ("full", "reduced")),
    ("read /etc/passwd", "system_file", _REFUSED, ("full", "reduced")),
    ("overwrite a file of the grader", "write_outside", _REFUSED, ("full", "reduced")),
    ("list the processes", "list_processes", _REFUSED, ("full", "reduced")),
    ("open the memory of another process", "grader_memory", _REFUSED, ("full", "reduced")),
    ("find a secret in the environment", "environment", _REFUSED, ("full", "reduced", "none")),
    ("import the grader", "engine", _REFUSED, ("full", "reduced", "none")),
    ("connect over TCP", "inet", _REFUSED, ("full", "reduced")),
    ("open a UDP socket", "udp", _REFUSED, ("full", "reduced")),
    ("open a Unix socket", "unix", _REFUSED, ("full", "reduced")),
    ("fork", "fork", _REFUSED, ("full", "reduced")),
    ("start a program", "program", _REFUSED, ("full", "reduced")),
    ("signal its parent", "kill_parent", _REFUSED, ("full", "reduced")),
    ("signal every process", "kill_all", _REFUSED, ("full", "reduced")),
    ("trace its parent", "ptrace", _REFUSED, ("full", "reduced")),
    ("make namespaces of its own", "namespaces", _REFUSED, ("full", "reduced")),
    ("take all memory", "memory", "memory", ("full", "reduced", "none")),
    ("fill the disk", "disk", _REFUSED, ("full", "reduced", "none")),
    ("print without end", "flood", _REFUSED, ("full", "reduced", "none")),
    ("compute without end", "endless", _STOPPED, ("full", "reduced", "none")),
    ("sleep without end and ignore exceptions", "deaf", _STOPPED, ("full", "reduced", "none")),
    ("end its process as if all were well", "end", "died", ("full", "reduced", "none")),
    ("forge a reply", "forge", "noticed", ("full", "reduced", "none")),
    ("run an ordinary function after all that", "works", "yes", ("full", "reduced", "none")),
)
_DENIALS = ("PermissionError", "FileNotFoundError", "OSError", "ModuleNotFoundError")
_MEANING = {
    "exception": _REFUSED,
    "limit": _REFUSED,
    "deadline": _STOPPED,
    "memory": "memory",
    "died": "died",
    "protocol": "noticed",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One attack: what was tried, what should have come of it, what came, and whether that is as promised.

    ``mend`` says what to do where it is not.
    """

    tried: str
    expected: str
    seen: str
    ok: bool
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One version or property of this machine; ``mend`` says what to do where it is missing."""

    name: str
    value: str
    mend: str = ""


def examine(level: str = "full") -> list[Trial]:
    """Attack a sandbox of that level; takes about 10 s. Where it does not start, one Trial says why."""
    with tempfile.TemporaryDirectory(prefix="autograder-doctor-") as folder:
        probes, canary = Path(folder) / "probes.py", Path(folder) / "canary"
        probes.write_text(_PROBES)
        canary.write_text("canary")
        try:
            with ZygoteSandbox(probes, level, memory=256 * 2**20) as sandbox:
                session = sandbox.open(_submission(str(canary)))
                return [_attack(session, level, *entry) for entry in _ATTACKS]
        except AutograderError as error:
            return [Trial(f"start a sandbox at level {level}", "it starts", str(error), False, error.mend)]


def best_level() -> str:
    """The strongest level that can be started here and keeps its promises: full, reduced or none."""
    return examine_best()[0]


def examine_best() -> tuple[str, list[Trial], list[Trial]]:
    """The strongest level that this machine gives, its trials, and the failed ones of the levels above it."""
    missing: list[Trial] = []
    for level in ("full", "reduced"):
        trials = examine(level)
        if all(trial.ok for trial in trials):
            return level, trials, missing
        missing += [replace(trial, tried=f"{level}: {trial.tried}") for trial in trials if not trial.ok]
    return "none", examine("none"), missing


def facts() -> list[Fact]:
    """Versions and properties that decide what can be had."""
    found = [
        Fact("Python", f"{platform.python_version()} ({sys.executable})"),
        Fact("torch", _version("torch")),
        Fact("numpy", _version("numpy")),
        Fact("system", f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} processors"),
        _bwrap(),
        _landlock(),
        _seccomp(),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        found.append(Fact("user", "root", "an ordinary user is the safer choice for grading"))
    return found


def _attack(session: ZygoteSession, level: str, tried: str, name: str, expected: str, levels: tuple[str, ...]) -> Trial:
    if level not in levels:  # it would succeed, on this very machine
        return Trial(tried, "not promised at this level", "not tried", True)
    limits = _ENDLESS if expected == _STOPPED else _BRIEF
    outcome, seen = _outcome(session.ask(Request("try", Case(values={"name": name}), limits=limits)))
    ok = outcome == expected
    return Trial(tried, expected, seen, ok, "" if ok else _mend(level))


def _mend(level: str) -> str:
    """What to do where an attack went through that the level promises to stop."""
    weaker = {"full": "name --isolation reduced, or ", "reduced": "name --isolation none for code that you trust, or "}
    return (
        f"do not grade at level {level} here: {weaker.get(level, '')}use another machine; "
        "where nothing below is missing this is a hole: docs/isolation.md says how to report it"
    )


def _outcome(reply: Reply) -> tuple[str, str]:
    if isinstance(reply, Observation):
        result = str(reply.values.get("result"))
        return result, result if len(result) < 60 else result[:59] + "…"
    if reply.kind == "exception" and reply.exception not in _DENIALS:
        return reply.exception, f"it broke: {reply.exception}: {reply.message[:100]}"
    words = f"{reply.exception}: {reply.message}" if reply.exception else reply.message
    return _MEANING.get(reply.kind, reply.kind), f"{_MEANING.get(reply.kind, reply.kind)} ({words[:100]})"


def _submission(canary: str) -> Submission:
    source = _CODE.replace("{canary!r}", repr(canary))
    file = SourceFile("attacks", "attacks.py", (Unit(source, "attacks.py"),), ())
    return Submission(student="doctor", digest="sha256:doctor", files=(file,))


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _bwrap() -> Fact:
    try:
        path = find_bwrap()
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
        return Fact("bubblewrap", f"{said.split()[-1] if said.split() else 'unknown'} ({path})")
    except IsolationError as error:
        return Fact("bubblewrap", "missing", error.mend)
    except (OSError, subprocess.SubprocessError) as error:
        return Fact("bubblewrap", f"cannot be run: {error}", "apt install bubblewrap")


def _landlock() -> Fact:
    try:
        import landlockpy

        abi = landlockpy.abi_version()
    except (ImportError, OSError) as error:
        return Fact("Landlock", f"cannot be asked: {error}", "pip install landlockpy")
    if abi == 0:
        return Fact("Landlock", "missing", "Linux 5.13 or later with Landlock among its security modules")
    return Fact("Landlock", f"ABI {abi}", "" if abi >= 6 else "ABI 6 (Linux 6.12) also closes signals")


def _seccomp() -> Fact:
    try:
        import seccompy

        there = seccompy.supported()
    except (ImportError, OSError) as error:
        return Fact("seccomp", f"cannot be asked: {error}", "pip install seccompy")
    return Fact("seccomp", "there" if there else "missing", "" if there else "a kernel with CONFIG_SECCOMP_FILTER")

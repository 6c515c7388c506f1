"""Chaos: a class is graded while what grades it is killed at random moments, and compared with a quiet run.

    scripts/chaos [KILLS] [SEED]

The command runs as its user runs it. At random moments a victim gets a signal: the first process of the command, a
worker, a zygote (or the bubblewrap around it), the child that runs a student's code. Where the command ends by it, the
same command is started again, at times at once and at times after a look at what was left. Every round goes on until
the command has ended by itself; then everything must be as the quiet run left it.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import ctypes
import functools
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import IsolationError
from autograder.gradebook.store import Gradebook
from autograder.model import Grade
from autograder.output import Output
from autograder.sandbox.host import ZygoteSandbox

ROOT = Path(__file__).resolve().parent.parent
SECRET = bytes(range(32))  # so that all runs meet the same hidden cases
STUDENTS = 48
PATIENCE = 30.0  # seconds in which the processes of a command that was killed must be gone
MOST_KILLS = 30  # of one round
TRIES = MOST_KILLS + 6  # commands of one round, killed or not
VICTIMS = {
    "grader": signal.SIGKILL,
    "worker": signal.SIGKILL,
    "zygote": signal.SIGKILL,
    "child": signal.SIGKILL,
    "Ctrl-C": signal.SIGINT,
    "SIGTERM": signal.SIGTERM,
}
DEADLY = ("grader", "Ctrl-C", "SIGTERM")  # for the command itself
STATUS = {"grader": -signal.SIGKILL, "Ctrl-C": 130, "SIGTERM": 143}
_SUBREAPER = 36


# --- what is graded -----------------------------------------------------------------------------


def make_class(folder: Path, students: int = STUDENTS) -> list[str]:
    """Small submissions, no two alike: right ones, known mistakes, one that crashes, one that kills its process."""
    right, wrong = (sorted(ROOT.glob(f"solutions/rnn/{kind}/lstm_cell/*.py")) for kind in ("variants", "mistakes"))
    names = [f"student{number:02}" for number in range(students)]
    for number, name in enumerate(names):
        source = wrong[number * 3 % len(wrong)] if number % 8 == 7 else right[number % len(right)]
        (folder / name).mkdir(parents=True)
        text = source.read_text(encoding="utf-8")
        (folder / name / f"{source.parent.name}.py").write_text(f"{text}\n# {name}\n", encoding="utf-8")
    (folder / names[1] / "gru_cell.py").write_text("raise RuntimeError('not today')\n", encoding="utf-8")
    dies = "import os, signal\nfrom torch import nn\n\n\nclass GRUCell(nn.Module):\n    def __init__(self, *sizes):\n"
    dies += "        os.kill(os.getpid(), signal.SIGKILL)\n"
    (folder / names[2] / "gru_cell.py").write_text(dies, encoding="utf-8")
    return names


# --- processes ----------------------------------------------------------------------------------


@contextlib.contextmanager
def orphans_are_ours() -> Iterator[None]:
    """What outlives a killed command becomes a child of this process, so that nothing can hide."""
    libc = ctypes.CDLL(None)
    libc.prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        libc.prctl(_SUBREAPER, 0, 0, 0, 0)


def parents() -> dict[int, int]:
    """Process -> its parent, of all that live."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if fields[0] not in "ZX":
                    found[int(entry.name)] = int(fields[1])
    return found


def below(root: int, parent: dict[int, int]) -> list[int]:
    """Everything that descends from ``root``, nearest first."""
    found, level = [], [root]
    while level:
        level = [pid for pid, its in parent.items() if its in level]
        found += level
    return found


def command_line(pid: int) -> str:
    """What the process was started as; empty where it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


@functools.cache
def strongest() -> str:
    """The strongest level that starts here. Whether it keeps its promises other tests ask."""
    for level in ("full", "reduced"):
        sandbox = ZygoteSandbox(ROOT / "assignments/rnn/grading/probes", level)
        try:
            sandbox.keeper()
        except IsolationError:
            continue
        sandbox.stop()
        return level
    return "none"


def listens(pid: int) -> bool:
    """Whether it does something of its own at SIGTERM: not while Python starts, nor in its last moment."""
    try:
        caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return False
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def victims(main: int) -> dict[str, list[int]]:
    """Who could be hit now, by kind."""
    parent = parents()
    family = below(main, parent)
    workers = [pid for pid in family if parent[pid] == main and command_line(pid) == command_line(main)]
    inner = [pid for pid in family if "zygote.py" in command_line(pid) and "bwrap" not in command_line(pid)]
    children = [pid for pid in inner if parent[pid] in inner]
    around = [pid for pid in family if pid not in (*workers, *children) and "zygote.py" in command_line(pid)]
    told = [main] if listens(main) else []
    return {"worker": workers, "child": children, "zygote": around, "grader": [main], "Ctrl-C": told, "SIGTERM": told}


def strangers(known: set[int]) -> list[str]:
    """Processes below this one that no command of ours has any more; those that have ended are taken note of."""
    for pid in below(os.getpid(), parents()) + _ended():
        if pid not in known:
            with contextlib.suppress(ChildProcessError, OSError):
                os.waitpid(pid, os.WNOHANG)
    return [f"{pid} {command_line(pid)[:80]}" for pid in below(os.getpid(), parents()) if pid not in known]


def _ended() -> list[int]:
    """Children of this process that have ended and wait for being asked about."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if fields[0] == "Z" and int(fields[1]) == os.getpid():
                    found.append(int(entry.name))
    return found


# --- the command --------------------------------------------------------------------------------


@dataclass
class Setting:
    """One class, and where commands that grade it put their things."""

    work: Path
    students: list[str]
    level: str
    jobs: int = 2

    @property
    def temporary(self) -> Path:
        """TMPDIR of the commands."""
        return self.work / "tmp"

    def fresh(self, name: str) -> Path:
        """An output folder that has its secret and nothing else."""
        out = self.work / name
        with Gradebook.open(Output.open(out, "rnn").gradebook) as book:
            book.secret(adopt=SECRET)
        return out

    def start(self, out: Path, said: Path | None = None) -> subprocess.Popen[bytes]:
        """The command, in a session of its own; what it says is added to ``said``, OUT.log where None."""
        command = [sys.executable, "-c", "from autograder.cli import main; main()", "grade", str(self.work / "class")]
        command += ["-o", str(out)]
        command += ["-j", str(self.jobs), "--isolation", self.level, "--course", str(ROOT)]
        with open(said or f"{out}.log", "ab") as log:
            environment = {**os.environ, "TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def finish(self, out: Path, said: Path | None = None) -> int:
        """Run the command to its end."""
        return self.start(out, said).wait()


# --- what must hold -----------------------------------------------------------------------------

Judged = dict[str, Any]


def judged(grade: Grade) -> Judged:
    """A grade without what differs from run to run: times."""
    checks = [
        (exercise.id, one.id, one.outcome.value, one.points, one.possible, one.message, one.hint)
        for exercise in grade.exercises
        for one in exercise.checks
    ]
    return {"points": grade.points, "possible": grade.possible, "void": grade.void, "checks": checks}


def difference(one: Judged, other: Judged) -> str:
    """The first check of two grades that is not the same in both."""
    return next((f"{a} is not {b}" for a, b in zip(one["checks"], other["checks"], strict=True) if a != b), "points")


def table(path: Path) -> list[list[str]]:
    """grades.csv without what differs from run to run."""
    with open(path, encoding="utf-8", newline="") as file:
        return [[cell for cell in row if not re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", cell)] for row in csv.reader(file)]


@dataclass
class Expected:
    """What the quiet run gave."""

    grades: dict[str, Judged]
    table: list[list[str]]
    seconds: float


@dataclass
class Seen:
    """What was done and what was seen."""

    kills: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)  # the command went on by itself and ended well
    commands: int = 0
    rounds: int = 0
    looks: int = 0
    void: int = 0  # grades that were void through a kill, until the command was run again
    broken: list[str] = field(default_factory=list)


def stored(out: Path, scratch: Path) -> tuple[list[str], dict[str, list[Judged]], dict[str, int]]:
    """(faults, every grade by student, attempts by student), read in a copy, so that what lies there is not touched."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for path in out.glob("gradebook.db*"):
        shutil.copy(path, scratch / path.name)
    with contextlib.closing(sqlite3.connect(scratch / "gradebook.db")) as plain:
        answer = [row[0] for row in plain.execute("PRAGMA integrity_check")]
        loose = list(plain.execute("PRAGMA foreign_key_check"))
    faults = [f"integrity_check: {line}" for line in answer if line != "ok"] + [f"loose row: {row}" for row in loose]
    grades: dict[str, list[Judged]] = {}
    attempts: Counter[str] = Counter()
    with Gradebook.open(scratch / "gradebook.db") as book:
        for one in book.attempts("rnn"):
            attempts[one.student] += 1
            grades[one.student] = [judged(book.document(grade.id)) for grade in book.history(one.id)]
    return faults, grades, dict(attempts)


def look(out: Path, scratch: Path, expected: Expected, *, finished: bool) -> list[str]:
    """What does not hold in an output folder that nobody writes to at the moment."""
    faults, grades, attempts = stored(out, scratch)
    faults += [f"{student} has {count} attempts" for student, count in attempts.items() if count != 1]
    for student, given in grades.items():
        sound = [one for one in given if not one["void"]]
        faults += [
            f"{student}: another grade than in the quiet run" for one in sound if one != expected.grades[student]
        ]
        if len(sound) > 1:
            faults.append(f"{student} was graded {len(sound)} times")
        if finished and (not given or given[-1]["void"]):
            faults.append(f"{student} has no grade in the end, or a void one")
    for path in out.glob("*/grade.json"):
        with contextlib.suppress(KeyError):  # of a void grade
            json.loads(path.read_text(encoding="utf-8"))["points"]
    for path in [*out.glob("*/*.html"), *out.glob("*.html")]:
        if not path.read_text(encoding="utf-8").rstrip().endswith("</html>"):
            faults.append(f"{path.relative_to(out)} is not whole")
    for path in out.glob("*/results.json"):
        json.loads(path.read_text(encoding="utf-8"))
    if (out / "grades.csv").exists() and {len(row) for row in table(out / "grades.csv")} - {len(expected.table[0])}:
        faults.append("grades.csv is not whole")
    return faults


def ended_well(out: Path, setting: Setting, expected: Expected, scratch: Path) -> list[str]:
    """What does not hold after the command has ended by itself."""
    faults = look(out, scratch, expected, finished=True)
    if sorted(table(out / "grades.csv")) != sorted(expected.table):
        faults.append("grades.csv differs from the quiet run's")
    page = (out / "index.html").read_text(encoding="utf-8")
    faults += [f"index.html does not list {name}" for name in setting.students if name not in page]
    for name in setting.students:
        points = json.loads((out / name / "grade.json").read_text(encoding="utf-8"))["points"]
        if points != expected.grades[name]["points"]:
            faults.append(f"{name}/grade.json says {points} points")
    left = [str(path.relative_to(out)) for path in out.rglob(".*") if path.name != ".autograder" and path.is_file()]
    faults += [f"left behind: {name}" for name in left if not name.endswith("/lock")]
    faults += [
        f"left behind in TMPDIR: {path.name}"
        for path in setting.temporary.iterdir()
        if not path.name.startswith("torchinductor")
    ]
    return faults


# --- the rounds ---------------------------------------------------------------------------------


def prepare(work: Path, students: int = STUDENTS) -> tuple[Setting, Expected]:
    """A class in ``work``, graded once in quiet."""
    setting = Setting(work, make_class(work / "class", students), strongest())
    setting.temporary.mkdir()
    out = setting.fresh("quiet")
    began = time.monotonic()
    status = setting.finish(out)
    seconds = time.monotonic() - began
    if status != 0:
        raise RuntimeError(f"the quiet run ended with status {status}:\n{Path(f'{out}.log').read_text()}")
    faults, grades, _ = stored(out, work / "look")
    assert not faults
    assert sorted(grades) == setting.students
    return setting, Expected({name: given[-1] for name, given in grades.items()}, table(out / "grades.csv"), seconds)


class Round:
    """One output folder, from nothing to a class that is graded."""

    def __init__(self, setting: Setting, expected: Expected, seen: Seen, dice: random.Random) -> None:
        self.setting, self.expected, self.seen, self.dice = setting, expected, seen, dice
        self.scratch = setting.work / "look"
        self.known = set(below(os.getpid(), parents()))  # sandboxes of other tests
        seen.rounds += 1
        self.out = setting.fresh(f"round{seen.rounds}")

    def run(self, plan: list[str]) -> None:
        """Hit the victims of ``plan`` in this order, then let the command end; an incomplete one is run again."""
        before = len(self.seen.broken)
        for _ in range(TRIES):
            if self._command(plan):
                break
        else:
            self._broken([f"the command did not end well in {TRIES} tries"])
        if len(self.seen.broken) == before:
            shutil.rmtree(self.out)

    def _command(self, plan: list[str]) -> bool:
        """One command; whether it ended by itself with everything graded."""
        process = self.setting.start(self.out)
        self.seen.commands += 1
        try:
            return self._until_it_ends(process, plan)
        finally:
            process.kill()  # where this program itself was stopped
            process.wait()

    def _until_it_ends(self, process: subprocess.Popen[bytes], plan: list[str]) -> bool:
        hit: list[str] = []
        span = self.expected.seconds / 2
        while plan and process.poll() is None:
            self._wait(process, self.dice.uniform(0, span))
            span = self.expected.seconds / 16  # once it was hit and goes on
            kind = plan[0]
            if not self._strike(process, kind):
                break  # it ended before there was such a victim
            hit.append(plan.pop(0))
            if kind in DEADLY:
                break
        status = process.wait()
        if hit and hit[-1] in DEADLY:
            self._after(hit, status)
            return False
        if status == 1 and hit:  # void checks stay until the command is given again
            self.seen.void += 1
            return False
        self._gone()
        faults = [] if status == 0 else [f"the command ended with status {status} after {hit}"]
        self._broken(faults or ended_well(self.out, self.setting, self.expected, self.scratch))
        self.seen.looks += 1
        self.seen.survived.update(hit)
        return True

    def _wait(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)

    def _strike(self, process: subprocess.Popen[bytes], kind: str) -> bool:
        """Kill one of that kind as soon as there is one. False where the command ended before."""
        while process.poll() is None:
            if found := victims(process.pid)[kind]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.dice.choice(found), VICTIMS[kind])
                    self.seen.kills[kind] += 1
                    return True
            time.sleep(0.002)
        return False

    def _after(self, hit: list[str], status: int) -> None:
        kind = hit[-1]
        ended = {0, 1} if hit[:-1] else {0}  # the signal came when all was done; 1 says that an earlier hit left a void
        if status not in {STATUS[kind], *ended}:
            self._broken([f"{kind}: the command ended with status {status} after {hit}"])
        if kind != "grader" and "Traceback" in Path(f"{self.out}.log").read_text(errors="replace"):
            self._broken([f"{kind}: a traceback was printed"])
        if kind == "grader" and self.dice.random() < 0.5:
            return  # the next command begins at once, beside what is left of this one
        self._gone()
        self._broken(look(self.out, self.scratch, self.expected, finished=False))
        self.seen.looks += 1

    def _gone(self) -> None:
        end = time.monotonic() + PATIENCE
        while left := strangers(self.known):
            if time.monotonic() > end:
                self._broken([f"still there: {one}" for one in left])
                return
            time.sleep(0.05)

    def _broken(self, faults: list[str]) -> None:
        self.seen.broken += [f"{self.out.name}: {fault}" for fault in faults]


def run(setting: Setting, expected: Expected, kills: int, seed: int) -> Iterator[Seen]:
    """Rounds until as many kills are done; what was seen so far, after each."""
    dice = random.Random(seed)
    seen = Seen()
    while seen.kills.total() < kills:
        left = kills - seen.kills.total()
        often = [1 if kind in DEADLY else 3 for kind in VICTIMS]
        plan = dice.choices(list(VICTIMS), often, k=min(dice.randint(MOST_KILLS // 3, MOST_KILLS), left))
        Round(setting, expected, seen, dice).run(plan)
        yield seen


def main() -> int:
    """Kill, compare, print the table. Exit status 1 where anything did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--minutes", type=float, default=120.0, help="begin no round after that long")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, orphans_are_ours():
        setting, expected = prepare(Path(folder))
        print(f"{len(setting.students)} students, level {setting.level}; a quiet run takes {expected.seconds:.1f} s")
        seen = Seen()
        for seen in run(setting, expected, asked.kills, asked.seed):
            done = f"round {seen.rounds}: {seen.kills.total()} kills, {seen.commands} commands"
            print(f"{done}, {len(seen.broken)} faults, {(time.monotonic() - began) / 60:.1f} min", flush=True)
            if time.monotonic() - began > 60 * asked.minutes:
                break
        if seen.broken:
            for log in sorted(setting.work.glob("round*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-6000:]}")
    report(seen)
    return 1 if seen.broken else 0


def report(seen: Seen) -> None:
    """The table of kills, and what did not hold."""
    print(f"\n{'victim':<10}{'kills':>8}{'command went on':>18}")
    for kind in VICTIMS:
        went = "" if kind in DEADLY else str(seen.survived[kind])
        print(f"{kind:<10}{seen.kills[kind]:>8}{went:>18}")
    print(f"{'all':<10}{seen.kills.total():>8}")
    print(f"\n{seen.rounds} classes, {seen.commands} commands, {seen.looks} looks at what was stored and written")
    print(f"commands that ended with void checks, to be given again: {seen.void}")
    print(f"faults: {len(seen.broken)}")
    for fault in seen.broken[:40]:
        print(f"  {fault}")


if __name__ == "__main__":
    sys.exit(main())

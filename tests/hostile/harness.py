"""The harness of hostile tests: a course with canaries, a real sandbox, and what must be left after each attack."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import assignment as assignments
from autograder import intake, pipeline
from autograder.errors import IsolationError
from autograder.grading import Grading
from autograder.model import ExerciseGrade, Finding, Outcome, Reply, Submission
from autograder.pipeline import Course
from autograder.reporting import html
from autograder.sandbox.host import ZygoteSandbox, ZygoteSession
from autograder.seeds import Seeds
from hostile.watch import Watch

ROOT = Path(__file__).resolve().parents[2]
_TOKEN = hashlib.sha256(b"hostile").hexdigest()[:16]  # always the same: it decides the seeds of the hidden cases


def canary(place: str) -> str:
    """A string that occurs nowhere but in ``place``, one of the things that no submission may see."""
    return f"kestrel-{place}-{_TOKEN}"


# control characters and marks of direction: data in a page or a line of JSON shows them as something else
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]")
PLACES = ("reference", "mistakes", "hidden", "labels", "secret", "gradebook", "environment")
CANARIES = tuple(canary(place) for place in PLACES)
# for submissions, which must be able to look for canaries without holding one
PATTERN = '"kes" + "trel-[a-z]+-[0-9a-f]{16}"'


def planted_course(folder: Path) -> Path:
    """A copy of the shipped course with a canary in each hidden part."""
    shutil.copytree(ROOT / "assignments", folder / "assignments")
    ignored = shutil.ignore_patterns("variants", "__pycache__")
    shutil.copytree(ROOT / "solutions" / "rnn", folder / "solutions" / "rnn", ignore=ignored)
    hidden = folder / "solutions" / "rnn"
    for source in sorted((hidden / "source").glob("*.py")):
        _append(source, f"\n_REFERENCE = {canary('reference')!r}  # {canary('reference')}\n")
    for source in sorted((hidden / "mistakes").rglob("*.py")):
        _append(source, f"\n_MISTAKE = {canary('mistakes')!r}\n")
    _append(hidden / "hidden" / "cases.py", f"\n_HIDDEN = {canary('hidden')!r}\n")
    _append(hidden / "hidden" / "data.py", f"\n_LABELS = {canary('labels')!r}\n")
    (folder / "gradebook").write_text(canary("gradebook"), encoding="utf-8")
    return folder


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@dataclass(frozen=True)
class Result:
    """The grades of the exercises that were asked for, by id."""

    exercises: Mapping[str, ExerciseGrade]
    loaded: Reply

    def finding(self, exercise: str, check: str) -> Finding:
        """One finding."""
        return next(f for f in self.exercises[exercise].checks if f.id == check)

    def won(self, exercise: str) -> set[str]:
        """Ids of the checks that passed."""
        return {f.id for f in self.exercises[exercise].checks if f.outcome is Outcome.PASSED}

    def lost(self, exercise: str) -> set[str]:
        """Ids of the checks that did not."""
        return {f.id for f in self.exercises[exercise].checks} - self.won(exercise)

    def summary(self) -> str:
        """Points, what was lost, and the first message, in a line."""
        parts = []
        for grade in self.exercises.values():
            wrong = [f for f in grade.checks if f.outcome is not Outcome.PASSED]
            lost = ", ".join(f.id for f in wrong if f.outcome is not Outcome.SKIPPED)
            why = f"; {lost}: {wrong[0].message}" if wrong else ""
            parts.append(f"{grade.title} {grade.points} of {grade.possible}{why}")
        text = " / ".join(parts)
        return text if len(text) <= 240 else text[:239] + "…"

    def text(self) -> str:
        """Everything that a report could show of it."""
        return repr(self.exercises) + repr(self.loaded)


@dataclass
class Arena:
    """One sandbox and one class, for many attacks."""

    course: Course
    sandbox: ZygoteSandbox
    folder: Path
    watch: Watch
    _honest_grade: ExerciseGrade | None = None

    def submission(self, files: Mapping[str, str], student: str = "mallory") -> Submission:
        """Files by name, received as from a folder."""
        place = Path(tempfile.mkdtemp(dir=self.folder))
        for name, text in files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        received = intake.receive([place], self.course.assignment.exercises, mode="single")
        return received.entries[0].read()

    @contextmanager
    def opened(self, submission: Submission) -> Iterator[tuple[ZygoteSession, Grading]]:
        """Its session, with a judge for it."""
        session = self.sandbox.open(submission)
        try:
            yield (
                session,
                Grading(self.course.assignment, submission, session, self.course.reference, self.course.seeds),
            )
        finally:
            session.close()

    def judge(self, submission: Submission, exercises: Sequence[str]) -> Result:
        """The exercises of that submission, judged and explained as ``autograder grade`` does it."""
        chosen = {e.id: e for e in self.course.assignment.exercises if e.id in exercises}
        assert set(chosen) == set(exercises)
        with self.opened(submission) as (session, grading):
            grades = {}
            for name in exercises:
                grade = grading.exercise(chosen[name])
                grades[name] = pipeline.explained(self.course.diagnosis, grading, chosen[name], grade)
            assert not self.course.diagnosis.faults, self.course.diagnosis.faults
            return Result(grades, session.loaded)

    def attack(self, files: Mapping[str, str] | str, *exercises: str) -> Result:
        """An attack's grades, after the promises that every attack must leave standing were looked at.

        Nothing is void (no attack can pass for a fault of ours), its reports hold no canary, no process or
        file stays, and the next honest submission gets the findings that it had before any attack. What
        crosses, memory, descriptors and files are looked at by the watch, at the end of each child.
        """
        exercises = exercises or ("lstm_cell",)
        files = {"lstm_cell.py": files} if isinstance(files, str) else files
        if self._honest_grade is None:
            self.control()
        before = self.around()
        submission = self.submission(files)
        result = self.judge(submission, exercises)
        assert self.around() == before
        self.reports(submission, result)
        void = [f for e in result.exercises.values() for f in e.checks if f.outcome is Outcome.VOID]
        assert not void, void
        self.control()
        assert not self.watch.hits
        return result

    def reports(self, submission: Submission, result: Result) -> None:
        """Everything that would be written of it, page and JSON, holds no canary."""
        grades = tuple(result.exercises.values())
        grade = pipeline.assemble(submission, self.course, self.sandbox.level, grades, result.loaded, 1.0, 1.0)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            html.write_student(grade, Path(folder))
            for path in Path(folder).iterdir():
                text = path.read_text(encoding="utf-8")
                self.watch.see(path.name, text)
                if path.suffix == ".html":
                    assert not FORBIDDEN.search(text), path
                    assert "<script>alert" not in text, path
                else:
                    json.loads(text)  # where such characters are data
        self.watch.see("a finding", result.text())

    def control(self) -> None:
        """An honest submission gets what it always gets, to the last word of its messages."""
        grade = self.judge(self._honest(), ("lstm_cell",)).exercises["lstm_cell"]
        grade = replace(grade, checks=tuple(replace(finding, seconds=0.0) for finding in grade.checks))
        if self._honest_grade is None:
            self._honest_grade = grade
            assert {f.id for f in grade.checks if f.outcome is Outcome.PASSED} == CONTROL_WON
        assert grade == self._honest_grade

    def _honest(self) -> Submission:
        return self.submission({"lstm_cell.py": CONTROL}, "hedwig")

    def around(self) -> tuple[list[str], list[int], list[str], int]:
        """What an attack may not change: temporary files, children of the zygote, the folder that
        submissions write to, descriptors of the grader."""
        zygote = self.sandbox.keeper().pid
        names = [p.name for p in leftovers(self.folder)]
        temporary = sorted(name.rpartition("-")[0] for name in names)  # the zygote may have been replaced
        return temporary, descendants(zygote), self.box(zygote), len(os.listdir("/proc/self/fd"))

    def box(self, zygote: int) -> list[str]:
        """What lies in the folder that submissions write to."""
        box = Path(f"/proc/{zygote}/root/box")
        try:
            return sorted(os.listdir(box))
        except OSError:
            return []  # not root, or no namespaces


CONTROL = """
import torch
from torch import nn
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.x, self.h = nn.Linear(input_size, 4 * hidden_size), nn.Linear(hidden_size, 4 * hidden_size)
    def forward(self, x, states=None):
        h, c = states if states is not None else (x.new_zeros(len(x), self.hidden_size),) * 2
        i, f, g, o = (self.x(x) + self.h(h)).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g  # without its tanh
        return o.sigmoid() * c.tanh(), c
"""
CONTROL_WON = {"shapes", "parameters", "states", "from_scratch"}


def leftovers(work: Path) -> list[Path]:
    """Temporary files beside ``work``, without what torch makes in this process."""
    made = Path(tempfile.gettempdir()).iterdir()
    return [path for path in made if path != work and not path.name.startswith("torchinductor")]


def sandbox_folders() -> list[str]:
    """Folders of this process's zygotes."""
    return [path.name for path in Path(tempfile.gettempdir()).glob(f"autograder-sandbox-{os.getpid()}-*")]


def descendants(pid: int) -> list[int]:
    """Processes that descend from ``pid``."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            parents[int(entry)] = int(stat.rpartition(")")[2].split()[1])
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return sorted(found)


def make_sandbox(course: Course) -> ZygoteSandbox:
    """A started sandbox of the strongest level that this machine gives, or of HOSTILE_LEVEL."""
    assignment = course.assignment
    for level in os.environ.get("HOSTILE_LEVEL", "full reduced").split():
        try:
            sandbox = ZygoteSandbox(
                assignment.probes, level, stubs=assignment.stubs, stand_ins=assignment.stand_ins_file
            )
            return sandbox.__enter__()
        except IsolationError:
            continue
    raise AssertionError("this machine gives neither full nor reduced isolation")


def make_course(folder: Path) -> Course:
    """The course with its canaries, loaded as the grader does it."""
    seeds = Seeds(canary("secret").encode())
    return pipeline.prepare(assignments.load(planted_course(folder), "rnn"), seeds)

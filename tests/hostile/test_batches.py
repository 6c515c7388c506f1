"""A whole class with attackers in it: everybody else's grades are what they would be without them."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder import batch
from autograder.control import Control
from autograder.gradebook.store import Gradebook
from autograder.ledger import Done
from autograder.model import ExerciseGrade, Grade, Outcome, Reply, Submission
from autograder.output import Output
from autograder.pipeline import Course
from autograder.reporting import html
from autograder.sandbox.host import ZygoteSandbox, ZygoteSession
from autograder.sandbox.request import Request
from hostile.cells import EVERY, cell
from hostile.harness import Arena
from hostile.table import attack

Seen = Callable[[str], None]


class Entry:
    """One student's place in the class."""

    sources = ()

    def __init__(self, submission: Submission) -> None:
        self.student, self._submission = submission.student, submission

    def read(self) -> Submission:
        return self._submission


@dataclasses.dataclass
class Class:
    """A class that is graded into one folder, as often as it is asked for."""

    arena: Arena
    folder: Path
    course: Course
    workers: int = 1
    level: str = ""
    sandbox: Callable[[ZygoteSandbox], Any] | None = None  # of each worker; None: all share the arena's

    def grade(self, work: Mapping[str, str]) -> dict[str, Done]:
        """Grade the students' LSTM cells; what was graded before is found again."""
        output = Output.open(self.folder, self.course.assignment.id)
        level = self.level or self.arena.sandbox.level
        entries = [Entry(self.arena.submission({"lstm_cell.py": text}, who)) for who, text in work.items()]
        entries = [Entry(dataclasses.replace(e.read(), student=who)) for e, who in zip(entries, work, strict=True)]
        with Gradebook.open(output.gradebook) as book:
            book.assignment(self.course.assignment.id)
            done = batch.run(
                entries,
                self.course,
                book,
                output.folders(work),
                lambda: self.sandbox(self._made(level)) if self.sandbox else Shared(self.arena.sandbox, level),
                html.write_student,
                level=level,
                workers=self.workers,
                control=Control(self.course),
            )
        return {one.student: one for one in done}

    def _made(self, level: str) -> ZygoteSandbox:
        course = self.course.assignment
        return ZygoteSandbox(course.probes, level, stubs=course.stubs, stand_ins=course.stand_ins_file)


class Shared:
    """The arena's sandbox for a class: starting one for each run would take most of the time."""

    def __init__(self, inner: ZygoteSandbox, level: str) -> None:
        self.open, self.level, self.calibration = inner.open, level, inner.calibration

    def __enter__(self) -> Shared:
        return self

    def __exit__(self, *error: object) -> None:
        """The inner one is closed by its owner."""


@pytest.fixture
def many(arena: Arena, tmp_path: Path) -> Class:
    return Class(arena, tmp_path / "out", arena.course)


def read(done: Done) -> Grade:
    return Grade.from_json(json.loads((done.folder / "grade.json").read_text(encoding="utf-8")))


def lstm(done: Done) -> ExerciseGrade:
    """The findings of the one exercise that was handed in, without times."""
    found = next(e for e in read(done).exercises if e.id == "lstm_cell")
    return dataclasses.replace(found, checks=tuple(dataclasses.replace(f, seconds=0.0) for f in found.checks))


RIGHT = cell(right=True)
BOMBS = {  # student -> what forward does, and how the finding begins
    "memory": ("kept = []\nwhile True:\n    kept.append(bytearray(2**24))", "the program asked for more memory"),
    "processor": ("while True:\n    pass", "stopped after 3 s of computing"),
    "clock": ("import time\ntime.sleep(600)", "stopped after 6 s"),
    "processes": ("import os\nwhile True:\n    os.fork()", "PermissionError: [Errno 1] Operation not permitted"),
    "threads": (
        "import threading\nwhile True:\n    threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "the program started more threads",
    ),
    "descriptors": ("kept = []\nwhile True:\n    kept.append(open('/dev/null'))", "the program opened more files"),
    "disk": (
        "import os\nwith open(os.environ['HOME'] + '/f', 'wb') as f:\n    while True:\n        f.write(bytes(2**20))",
        "a file grew larger than a submission may write",
    ),
    "output": ("import os\nwhile True:\n    os.write(1, bytes(10**6))", "PermissionError: [Errno 1] Operation"),
}


@pytest.mark.slow
@attack("N42", "bombs in a class", "memory, processor, clock, processes, threads, descriptors, disk and output exhausted, on two workers", "reduced")  # fmt: skip  # noqa: E501
def test_each_bomb_is_named_with_its_place_and_its_neighbours_are_graded_as_ever(many: Class, seen: Seen) -> None:
    """The bound and the student's own line are in the finding; two workers, so that bombs and others overlap."""
    alone = lstm(many.grade({"right0": RIGHT})["right0"])
    assert {f.id for f in alone.checks if f.outcome is Outcome.PASSED} == EVERY
    work = {name: cell(step=body) for name, (body, _) in BOMBS.items()}
    for number in range(len(BOMBS)):
        work[f"right{number + 1}"] = RIGHT + f"# {number}\n"
    mixed = dict(sorted(work.items(), key=lambda pair: (pair[0][-1], pair[0])))

    done = dataclasses.replace(many, workers=2, sandbox=lambda made: made).grade(mixed)

    for name, (body, says) in BOMBS.items():
        first = lstm(done[name]).checks[0]
        assert (first.outcome, first.message.startswith(says)) == (Outcome.CRASHED, True), (name, first)
        lines = work[name].splitlines()
        inside = range(lines.index("    def forward(self, x, states=None):") + 2, len(lines) + 1)
        assert "`LSTMCell.forward`" in first.message, first
        assert first.message.count("LSTMCell.forward") == 1, first
        place = first.message.rpartition("line ")[2].partition(")")[0]
        assert place.isdigit(), first
        assert int(place) in inside, (first, body)
        assert not lstm(done[name]).points
    right = [one for name, one in done.items() if name.startswith("right")]
    assert [lstm(one) for one in right] == [alone] * len(BOMBS)
    seen(
        "; ".join(f"{name}: {lstm(done[name]).checks[0].message.splitlines()[0][:110]}" for name in ("memory", "clock"))
    )


@attack(85, "an earlier grade that is not one's own", "the same content under another name, a grade put into the folder, another course, level or secret")  # fmt: skip  # noqa: E501
def test_an_earlier_grade_is_taken_up_only_where_it_is_the_same_in_everything(many: Class, seen: Seen) -> None:
    work = {"ada": RIGHT, "eve": RIGHT, "bob": cell()}
    first = many.grade(work)
    assert [one.again for one in first.values()] == [False] * 3, "equal content is graded for each student"
    assert [read(one).student for one in first.values()] == list(work)
    again = many.grade(work)
    assert [one.again for one in again.values()] == [True] * 3
    assert {name: one.points for name, one in again.items()} == {name: one.points for name, one in first.items()}

    honest = (first["bob"].folder / "grade.json").read_text(encoding="utf-8")
    assert first["bob"].points < first["ada"].points
    (first["bob"].folder / "grade.json").write_bytes((first["ada"].folder / "grade.json").read_bytes())
    (first["bob"].folder / "report.html").write_text("100 of 100", encoding="utf-8")
    many.grade(work)
    assert (first["bob"].folder / "grade.json").read_text(encoding="utf-8") == honest
    assert "100 of 100" not in (first["bob"].folder / "report.html").read_text(encoding="utf-8")

    assignment = copy.copy(many.course.assignment)
    vars(assignment)["digest"] = "sha256:another"  # a property that is computed once
    seeds = dataclasses.replace(many.course.seeds, secret=b"another")
    others = {
        "assignment": dataclasses.replace(many, course=dataclasses.replace(many.course, assignment=assignment)),
        "seeds": dataclasses.replace(many, course=dataclasses.replace(many.course, seeds=seeds)),
        "level": dataclasses.replace(many, level="reduced" if many.arena.sandbox.level == "full" else "none"),
    }
    for what, other in others.items():
        assert [one.again for one in other.grade({"ada": RIGHT}).values()] == [False], what
    changed = many.grade({"ada": cell()})["ada"]
    assert not changed.again
    assert changed.points == first["bob"].points
    seen("found again only with the same student, content, assignment, level and seeds; files of others are replaced")


class Unlucky:
    """A sandbox whose zygotes die when one student's cell is first asked, as they would on a machine without memory."""

    def __init__(self, inner: ZygoteSandbox) -> None:
        self.inner, self.level, self.calibration = inner, inner.level, inner.calibration

    def open(self, handed_in: Submission) -> Any:
        session = self.inner.open(handed_in)
        return _Session(self.inner, session) if handed_in.student == "unlucky" else session

    def __enter__(self) -> Unlucky:
        self.inner.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.inner.__exit__(*error)


class _Session:
    def __init__(self, sandbox: ZygoteSandbox, inner: ZygoteSession) -> None:
        self.sandbox, self.inner, self.loaded = sandbox, inner, inner.loaded

    def ask(self, request: Request) -> Reply:
        if request.probe != "lstm_cell.shapes":
            return self.inner.ask(request)
        exchange = self.inner._exchange

        def struck(names: Any, ward: Any, asked: Any) -> list[Reply]:
            os.kill(self.sandbox.keeper().pid, signal.SIGKILL)
            assert ward._gone(30.0)
            return exchange(names, ward, asked)

        with pytest.MonkeyPatch.context() as patch:  # the next one too, which is asked once more
            patch.setattr(self.inner, "_exchange", struck)
            return self.inner.ask(request)

    def close(self) -> None:
        self.inner.close()


@attack(87, "a fault of ours, made a grade", "the zygote is killed while it is asked, as by a neighbour that took the memory")  # fmt: skip  # noqa: E501
def test_a_fault_of_ours_costs_no_point_and_is_never_kept(many: Class, seen: Seen) -> None:
    work = {"before": RIGHT, "unlucky": RIGHT, "after": RIGHT}
    done = dataclasses.replace(many, sandbox=Unlucky).grade(work)
    unlucky = lstm(done["unlucky"])
    assert done["unlucky"].void > 0
    assert {f.outcome for f in unlucky.checks} == {Outcome.VOID}, unlucky
    assert (unlucky.points, unlucky.possible) == (0, 0), "neither won nor lost"
    assert lstm(done["before"]) == lstm(done["after"])
    assert {f.id for f in lstm(done["after"]).checks if f.outcome is Outcome.PASSED} == EVERY

    later = many.grade(work)
    assert [later[name].again for name in work] == [True, False, True]
    assert lstm(later["unlucky"]) == lstm(done["after"])
    seen(
        "void, nothing possible and nothing lost; its neighbours as ever; the same command graded it again, and only it"
    )


@attack("N48", "the control's own text", "hands in the control submission, under its name and digest, with another answer after it")  # fmt: skip  # noqa: E501
def test_a_submission_that_looks_like_the_control_is_one_like_any_other(many: Class, seen: Seen) -> None:
    control = Control(many.course)
    text = control._submission.files[0].units[0].source
    done = many.grade({"control": text, "hedwig": text + RIGHT})
    assert [lstm(one).points > 0 for one in done.values()] == [False, True]
    many.arena.control()
    control(many.arena.sandbox)
    seen("graded as what it is; the control is known by the place where it is made, not by its text")

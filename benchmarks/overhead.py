"""Overhead: CPU of the whole way of a submission, less that of the same probes and checks in one warm process.

    python benchmarks/overhead.py [COUNT]              without the exercises that train
    python benchmarks/overhead.py [COUNT] --training   with them: their seconds are the student's own on both sides

Both are measured in turn in one run, so that their difference and their ratio hold on a busy machine too. The grader's
CPU is split by stage; what the sandbox's processes use (the zygote, and the child that runs the student's code) is
counted beside it, and what they use beyond the same probes in the warm process is the price of fork, lock-down and
frames on their side.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import os
import resource
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder import assignment, intake, pipeline
from autograder.doctor import best_level
from autograder.gradebook.store import Gradebook
from autograder.grading import Grading
from autograder.ledger import Ledger, Task
from autograder.model import Reply, Submission
from autograder.reporting import html
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.request import Request, foretell
from autograder.sandbox.trusted import TrustedSandbox
from autograder.seeds import Seeds
from autograder.worker import Worker

ROOT = Path(__file__).resolve().parent.parent
TRAINING = ("trained_accuracy", "improved_classifier")
STAGES = ("intake", "open and close", "frames", "judging", "store", "report")


def of_this_process() -> float:
    """CPU seconds of the grader."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def with_children(pid: int) -> float:
    """CPU seconds of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


class Meter:
    """CPU seconds of this process by stage; a stage inside another is taken out of that one."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inner = [0.0]

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """CPU seconds of what happens inside, without stages inside that."""
        start = of_this_process()
        self._inner.append(0.0)
        yield
        took = of_this_process() - start
        self.spent[name] += took - self._inner.pop()  # type: ignore[assignment]  # a Counter may hold seconds
        self._inner[-1] += took


class Metered:
    """A session whose answers are counted as one stage."""

    def __init__(self, session: Any, meter: Meter, name: str) -> None:
        self._session, self._meter, self._name = session, meter, name

    @property
    def loaded(self) -> Reply:
        """What loading the files gave."""
        loaded: Reply = self._session.loaded
        return loaded

    def ahead(self, requests: Sequence[Request]) -> None:
        """Passed on."""
        foretell(self._session, requests)

    def ask(self, request: Request) -> Reply:
        """One answer."""
        with self._meter.stage(self._name):
            reply: Reply = self._session.ask(request)
            return reply

    def close(self) -> None:
        """End it."""
        with self._meter.stage("open and close"):
            self._session.close()


class MeteredSandbox:
    """A sandbox whose sessions are metered."""

    def __init__(self, sandbox: Any, meter: Meter) -> None:
        self._sandbox, self._meter = sandbox, meter
        self.level = sandbox.level

    @property
    def calibration(self) -> Any:
        """The inner one's."""
        return self._sandbox.calibration

    def open(self, submission: Submission) -> Metered:
        """A session that is metered."""
        with self._meter.stage("open and close"):
            return Metered(self._sandbox.open(submission), self._meter, "frames")

    def __enter__(self) -> MeteredSandbox:
        self._sandbox.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._sandbox.__exit__(*error)


def warm(course: pipeline.Course, submission: Submission, meter: Meter) -> None:
    """The floor: load, probes and checks in this process."""
    rnn = course.assignment
    trusted = TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file)
    with meter.stage("probes"):
        session = trusted.open(submission)
        assert session.loaded is not None  # which runs its files
    judged = Grading(rnn, submission, Metered(session, meter, "probes"), course.reference, course.seeds)
    with meter.stage("judging"):
        for exercise in rnn.exercises:
            judged.exercise(exercise)


def whole(ledger: Ledger, worker: Worker, entry: Any, number: int, meter: Meter) -> None:
    """Everything that `autograder grade` does for one submission."""
    with meter.stage("intake"):
        submission = dataclasses.replace(entry.read(), digest=f"sha256:{number}", student=f"s{number}")
        entry = Again(f"s{number}", submission)
    with meter.stage("store"):
        task: Task = ledger.take(entry)
        assert ledger.found(task) is None  # nobody has graded it
    with meter.stage("judging"):
        graded = worker.grade(submission, 1)
    with meter.stage("store"):
        ledger.keep(task, graded)


@dataclasses.dataclass(frozen=True)
class Again:
    """The same work under another name."""

    student: str
    submission: Submission
    sources: tuple[Any, ...] = ()

    def read(self) -> Submission:
        """It was read before."""
        return self.submission


def main(count: int, training: bool) -> None:
    """Print the table."""
    rnn = assignment.load(ROOT, "rnn")
    kept = tuple(e for e in rnn.exercises if training or e.id not in TRAINING)
    rnn = dataclasses.replace(rnn, exercises=kept)
    course = pipeline.prepare(rnn, Seeds(b"benchmark"))
    entry = intake.receive([ROOT / "examples/class/bartek"], rnn.exercises, mode="single").entries[0]
    level = best_level()
    meter, floor = Meter(), Meter()
    with (
        tempfile.TemporaryDirectory() as out,
        Gradebook.open(Path(out) / "gradebook.db") as book,
        ZygoteSandbox(rnn.probes, level=level, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file) as sandbox,
    ):
        book.assignment(rnn.id)
        folders = {f"s{number}": Path(out) / f"s{number}" for number in range(-1, count)}

        def write(*given: Any) -> None:
            with meter.stage("report"):
                html.write_student(*given)

        ledger = Ledger(rnn, course.seeds, book, folders, write, level)
        worker = Worker(course, lambda: MeteredSandbox(sandbox, meter))
        warm(course, entry.read(), floor)  # the reference's answers are remembered from here on
        whole(ledger, worker, entry, -1, meter)
        gc.collect()
        gc.freeze()  # as a batch does
        meter.spent.clear()
        floor.spent.clear()
        zygote = sandbox.keeper().pid
        inside = 0.0
        for number in range(count):
            warm(course, dataclasses.replace(entry.read(), digest=f"sha256:{number}"), floor)
            start = with_children(zygote)
            whole(ledger, worker, entry, number, meter)
            inside += with_children(zygote) - start
        worker.close()

    def milliseconds(seconds: float) -> str:
        return f"{1000 * seconds / count:7.1f} ms"

    print(f"{count} submissions, {len(kept)} exercises{'' if training else ' without training'}, level {level}")
    print("CPU of one submission\n\none warm process")
    print(f"  probes                           {milliseconds(floor.spent['probes'])}")
    print(f"  judging                          {milliseconds(floor.spent['judging'])}")
    print("the whole way, the grader's process")
    for stage in STAGES:
        print(f"  {stage:32} {milliseconds(meter.spent[stage])}")
    print("the whole way, the sandbox's processes")
    print(f"  zygote and child                 {milliseconds(inside)}")
    base, total = sum(floor.spent.values()), sum(meter.spent.values()) + inside
    print(f"\noverhead                           {milliseconds(total - base)}, {100 * (total - base) / base:.1f} %")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=10)
    parser.add_argument("--training", action="store_true")
    options = parser.parse_args()
    main(options.count, options.training)

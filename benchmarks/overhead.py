"""Overhead: CPU of the whole pipeline for a submission, less that of the same probes in one warm process.

Run: python benchmarks/overhead.py [COUNT]. One run gives both figures, so that their difference and ratio
hold on a busy machine too. Training is left out: it is the student's own computing on both sides.
"""

from __future__ import annotations

import dataclasses
import os
import resource
import sys
import tempfile
from pathlib import Path

from autograder import assignment, intake, pipeline
from autograder.doctor import best_level
from autograder.exercise import Exercise
from autograder.grading import Grading
from autograder.model import Submission
from autograder.reporting import html
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.request import Session
from autograder.sandbox.trusted import TrustedSandbox
from autograder.seeds import Seeds

ROOT = Path(__file__).resolve().parent.parent
TRAINING = ("trained_accuracy", "improved_classifier")


def of_this_process() -> float:
    """CPU seconds of the grader."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def with_children(pid: int) -> float:
    """CPU seconds of a process and of the children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def judged(course: pipeline.Course, submission: Submission, session: Session, exercises: list[Exercise]) -> None:
    """All checks but those that train."""
    grading = Grading(course.assignment, submission, session, course.reference, course.seeds)
    for exercise in exercises:
        grading.exercise(exercise)


def main(count: int) -> None:
    """Print the table."""
    rnn = assignment.load(ROOT, "rnn")
    course = pipeline.prepare(rnn, Seeds(b"benchmark"))
    quick = [e for e in rnn.exercises if e.id not in TRAINING]
    entry = intake.receive([ROOT / "examples/class/bartek"], rnn.exercises, mode="single").entries[0]
    first = entry.read()
    trusted = TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file)
    judged(course, first, trusted.open(first), quick)  # the reference's answers are remembered from here on

    start = of_this_process()
    for number in range(count):
        again = dataclasses.replace(first, digest=f"sha256:{number}")
        session = trusted.open(again)
        judged(course, again, session, quick)
        session.close()
    floor = (of_this_process() - start) / count

    level = best_level()
    trimmed = dataclasses.replace(course, assignment=dataclasses.replace(rnn, exercises=tuple(quick)))
    with (
        ZygoteSandbox(rnn.probes, level=level, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file) as sandbox,
        tempfile.TemporaryDirectory() as out,
    ):
        pipeline.grade(dataclasses.replace(first, digest="sha256:warm"), trimmed, sandbox)
        zygote = sandbox.keeper().pid
        start = of_this_process() + with_children(zygote)
        for number in range(count):
            again = dataclasses.replace(entry.read(), digest=f"sha256:{number}", student=f"s{number}")
            grade = pipeline.grade(again, trimmed, sandbox)
            folder = Path(out) / grade.student
            folder.mkdir()
            html.write_student(grade, folder)
        whole = (of_this_process() + with_children(zygote) - start) / count

    print(f"{count} submissions, {len(quick)} exercises without training, isolation {level}, {os.cpu_count()} cores")
    print(f"the same probes and checks in one warm process   {floor * 1000:7.0f} ms of CPU a submission")
    print(f"intake, sandbox, checks, reports                 {whole * 1000:7.0f} ms of CPU a submission")
    print(f"overhead                                         {(whole - floor) * 1000:7.0f} ms of CPU a submission")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)

"""What several tests share: the shipped assignment, its reference, a way to judge one piece of code."""

from __future__ import annotations

import dataclasses
import signal
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autograder import assignment as assignments
from autograder import intake, pipeline
from autograder.assignment import Assignment
from autograder.grading import Grading
from autograder.model import ExerciseGrade, Submission
from autograder.pipeline import Course
from autograder.sandbox.trusted import TrustedSandbox
from autograder.seeds import Seeds

ROOT = Path(__file__).resolve().parent.parent

torch.set_num_threads(1)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job has it, which tests would inherit
    signal.signal(signal.SIGINT, signal.default_int_handler)

Judge = Callable[..., ExerciseGrade]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first: where files are shared among processes, the others fill what time is left."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or "hostile" in item.path.name}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def rnn() -> Assignment:
    """The shipped assignment."""
    return assignments.load(ROOT, "rnn")


@pytest.fixture(scope="session")
def course(rnn: Assignment) -> Course:
    """The assignment with its reference loaded in this process, and the seeds of a made-up class."""
    return pipeline.prepare(rnn, Seeds(b"a secret of the tests"))


@pytest.fixture(scope="session")
def reference(rnn: Assignment) -> Submission:
    """The reference, read as a submission."""
    return intake.receive([rnn.reference], rnn.exercises, mode="single").entries[0].read()


@pytest.fixture(scope="session")
def judge(rnn: Assignment, course: Course, reference: Submission, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """``judge("lstm_cell", code)``: that code graded as the exercise; all other pieces are the reference's.

    explained: with the known mistake's name. In this process, without a sandbox: the code of the tests is our own.
    """
    sandbox = TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file)

    def run(exercise: str, code: str | Path, *, alone: bool = False, explained: bool = False) -> ExerciseGrade:
        chosen = next(e for e in rnn.exercises if e.id == exercise)
        if isinstance(code, str):
            file = tmp_path_factory.mktemp("work") / f"my_{exercise}.py"
            file.write_text(textwrap.dedent(code), encoding="utf-8")
            code = file
        mine = intake.receive([code], rnn.exercises, mode="single").entries[0].read()
        names = set(chosen.names)
        others = [f for f in reference.files if not set(f.defines) <= names] if not alone else []
        own = tuple(dataclasses.replace(f, module=f"mine_{f.module}") for f in mine.files)
        kept = tuple(_without(file, names) for file in others)
        session = sandbox.open(dataclasses.replace(mine, files=own + kept))
        try:
            judged = Grading(rnn, mine, session, course.reference, course.seeds)
            grade = judged.exercise(chosen)
            return course.diagnosis.explain(judged, chosen, grade) if explained else grade
        finally:
            session.close()

    return run


def _without(file, names):  # type: ignore[no-untyped-def]  # a SourceFile, and the same without some names
    """The reference's file, its definitions of ``names`` renamed away so that the student's count."""
    source = "".join(unit.source for unit in file.units)
    for name in names & set(file.defines):
        source = source.replace(f"class {name}(", f"class _Reference{name}(").replace(
            f"def {name}(", f"def _reference_{name}("
        )
    unit = dataclasses.replace(file.units[0], source=source)
    return dataclasses.replace(file, units=(unit,), defines=tuple(n for n in file.defines if n not in names))

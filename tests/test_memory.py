"""What known mistakes have answered is kept, follows from everything that it must, and changes no diagnosis."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import pipeline
from autograder.assignment import Assignment
from autograder.case import Case
from autograder.diagnosing import known, memory
from autograder.diagnosing.memory import Answers, Memory, Remembering, digest_of
from autograder.errors import GradebookError
from autograder.gradebook.store import Gradebook
from autograder.grading import Grading
from autograder.model import Crash, ExerciseGrade, Observation, Reply, SourceFile, Submission, Unit
from autograder.sandbox.request import Request
from autograder.sandbox.trusted import TrustedSandbox, TrustedSession
from autograder.seeds import Seeds
from autograder.transcript import Label

EXERCISES = ("vanilla_rnn", "build_vocab")  # with weights and without; in both one that keeps a state
BASIS = "0" * 64


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "gradebook.db") as opened:
        yield opened


def keep(answers: Answers, question: str, reply: Reply) -> Reply:
    return answers.get(digest_of(question), Label(question), lambda: reply)


def unasked() -> Reply:
    pytest.fail("it was worked out again")


class Broken:
    """A shelf on a disk that is full, or of a server that has gone."""

    def get(self, key: str) -> bytes | None:
        raise GradebookError("the gradebook cannot be used")

    def change(self, keys: Iterable[str], to: object, gone: object) -> None:
        raise GradebookError("the gradebook cannot be used: disk full")


# --- the diagnosis ------------------------------------------------------------------------------


def diagnosed(rnn: Assignment, shelf: memory.Shelf | None, exercises: Iterable[str]) -> list[ExerciseGrade]:
    """Every known mistake of some exercises, handed in, judged and explained; then what was learnt is stored."""
    course = pipeline.prepare(rnn, Seeds(b"a secret"), shelf)
    sandbox = TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file)
    found = []
    for exercise in (one for one in rnn.exercises if one.id in exercises):
        for mistake in known.mistakes(rnn)[exercise.id]:
            submission = mistake.submission(course.diagnosis.submission)
            judged = Grading(rnn, submission, sandbox.open(submission), course.reference, course.seeds)
            grade = course.diagnosis.explain(judged, exercise, judged.exercise(exercise))
            checks = (dataclasses.replace(check, seconds=0.0) for check in grade.checks)
            found.append(dataclasses.replace(grade, checks=tuple(checks)))
    assert not course.diagnosis.faults
    course.diagnosis.memory.store()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_diagnosis_is_the_same_with_and_without_what_was_kept(
    rnn: Assignment, book: Gradebook, monkeypatch: pytest.MonkeyPatch, exercise: str
) -> None:
    asked: list[str] = []
    ask = TrustedSession.ask
    monkeypatch.setattr(TrustedSession, "ask", lambda self, it: (asked.append(it.probe), ask(self, it))[1])

    without = diagnosed(rnn, None, [exercise])
    cold, asked[:] = len(asked), []
    first = diagnosed(rnn, book.answers, [exercise])
    asked.clear()
    second = diagnosed(rnn, book.answers, [exercise])

    assert first == without
    assert second == without
    assert len(asked) < 0.7 * cold  # what was handed in is run, what is compared with it is not
    assert all(any(check.mistake for check in grade.checks) for grade in without)


@pytest.mark.slow
def test_a_shelf_that_cannot_be_used_costs_nothing(rnn: Assignment) -> None:
    assert diagnosed(rnn, Broken(), ["count_parameters"]) == diagnosed(rnn, None, ["count_parameters"])


# --- what it follows from -----------------------------------------------------------------------


def of(assignment: Assignment, book: Gradebook, text: str = "x = 1\n", attempt: int = 1) -> Memory:
    """What a process knows that has asked one question, where it was not answered before."""
    found = Memory(assignment, book.answers, frozenset({"a/b"}))
    keep(found.of("a/b", code(text), attempt), "question", Observation({"text": text}))
    return found


def code(text: str) -> Submission:
    file = SourceFile("a.py", "a", (Unit(text, "a.py", 1),), ("x",))
    return Submission("nobody", digest="sha256:0", files=(file,))


def test_what_was_kept_is_found_by_another_process(rnn: Assignment, book: Gradebook) -> None:
    of(rnn, book).store()

    answers = Memory(rnn, book.answers).of("a/b", code("x = 1\n"), 1)

    assert answers.get(digest_of("question"), Label("question"), unasked) == Observation({"text": "x = 1\n"})
    assert not answers.changed


@pytest.mark.parametrize(
    "what", ["nothing", "the code", "the attempt", "the probes", "the stand-ins", "the stubs", "the machine"]
)
def test_where_anything_is_another_nothing_of_it_is_used(
    rnn: Assignment, book: Gradebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    of(rnn, book).store()
    other: Any = SimpleNamespace(id=rnn.id, probes=rnn.probes, stand_ins_file=rnn.stand_ins_file, stubs=rnn.stubs)
    text, attempt = "x = 1\n", 1
    if what == "the code":
        text = "x = 2\n"
    elif what == "the attempt":
        attempt = 2
    elif what == "the probes":
        shutil.copytree(rnn.probes, tmp_path / "probes")
        (tmp_path / "probes/words.txt").write_text("one more file\n")
        other.probes = tmp_path / "probes"
    elif what == "the stand-ins":
        other.stand_ins_file = None
    elif what == "the stubs":
        other.stubs = {**rnn.stubs, "another": ("x",)}
    elif what == "the machine":
        facts = memory.environment()
        monkeypatch.setattr(memory, "environment", lambda: {**facts, "machine": ["another"]})

    answers = Memory(other, book.answers).of("a/b", code(text), attempt)
    found = keep(answers, "question", Observation({"text": "anew"}))

    assert found == Observation({"text": "x = 1\n" if what == "nothing" else "anew"})
    assert answers.changed is (what != "nothing")


def test_it_follows_from_the_engine_and_the_libraries() -> None:
    facts = memory.environment()

    assert {"sandbox/perform.py", "diagnosing/lookalike.py", "aligning/alignment.py"} <= set(facts["engine"])
    assert facts["packages"]["torch"]


def test_two_processes_that_learn_different_things_lose_neither(rnn: Assignment, book: Gradebook) -> None:
    one, two = Memory(rnn, book.answers, frozenset({"a/b"})), Memory(rnn, book.answers, frozenset({"a/b"}))
    for which, question in ((one, "first"), (two, "second")):
        keep(which.of("a/b", code("x"), 1), question, Observation({"said": question}))

    one.store()
    two.store()

    answers = Memory(rnn, book.answers).of("a/b", code("x"), 1)
    for question in ("first", "second"):
        assert answers.get(digest_of(question), Label(question), unasked) == Observation({"said": question})


def test_what_belongs_to_a_mistake_that_is_no_more_is_dropped(rnn: Assignment, book: Gradebook) -> None:
    gone = Memory(rnn, book.answers, frozenset({"a/b", "a/gone"}))
    keep(gone.of("a/gone", code("x"), 1), "question", Observation({}))
    gone.store()
    book.answers.keep("version sha256:1", b"something else")

    of(rnn, book).store()

    assert keep(Memory(rnn, book.answers).of("a/gone", code("x"), 1), "question", Observation({"n": 1})).values
    assert keep(Memory(rnn, book.answers).of("a/b", code("x = 1\n"), 1), "question", Observation({})).values
    assert book.answers.get("version sha256:1") == b"something else"


# --- one place ----------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 500))
def test_any_bytes_are_what_was_kept_or_nothing(noise: bytes, cut: int) -> None:
    answers = Answers(BASIS, None)
    keep(answers, "question", Observation({"x": np.arange(3.0)}))
    whole = answers.with_these(None)

    for data in (noise, BASIS.encode() + noise, whole[:cut] + noise):
        found = keep(Answers(BASIS, data), "question", Observation({"anew": True}))
        assert found == Observation({"anew": True}) or data == whole


def test_a_fault_of_ours_is_not_kept() -> None:
    answers = Answers(BASIS, None)
    keep(answers, "question", Crash("engine", "the stand-in is not there"))

    again = Answers(BASIS, answers.with_these(None))

    assert keep(again, "question", Observation({})) == Observation({})


def test_a_place_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_BYTES", 3000)
    kept: bytes | None = None
    for turn in range(20):
        answers = Answers(BASIS, kept)
        keep(answers, f"question {turn}", Observation({"x": np.random.default_rng(turn).random(100)}))
        kept = answers.with_these(kept)
        assert len(kept) <= 3000
        assert Answers(BASIS, kept).get(digest_of(f"question {turn}"), Label(""), unasked)
    answers = Answers(BASIS, kept)
    keep(answers, "too much", Observation({"x": np.random.default_rng(0).random(1000)}))
    assert answers.with_these(kept) == kept


def test_code_that_keeps_a_state_is_in_it_when_it_has_to_run_after_all(
    rnn: Assignment, reference: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    ask = TrustedSession.ask
    monkeypatch.setattr(TrustedSession, "ask", lambda self, it: (ran.append(it.case.seed), ask(self, it))[1])
    sandbox = TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file)
    sizes = {"batch": 2, "input_size": 3, "hidden_size": 4}
    one, two, three = (Request("lstm_cell.shapes", Case(id="case", seed=number, sizes=sizes)) for number in (1, 2, 3))
    first = Remembering(sandbox, reference, Answers(BASIS, None))
    seen = [first.ask(one), first.ask(two)]

    second = Remembering(sandbox, reference, Answers(BASIS, first.answers.with_these(None)))
    ran.clear()
    assert [second.ask(one), second.ask(two)] == seen
    assert ran == []
    second.ask(three)

    assert ran == [1, 2, 3]

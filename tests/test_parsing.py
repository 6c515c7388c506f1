"""Submissions are read by several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder import intake, pipeline
from autograder.assignment import Assignment
from autograder.model import Outcome, Problem, Submission
from autograder.pipeline import Course
from autograder.sandbox.trusted import TrustedSandbox

ROOT = Path(__file__).resolve().parent.parent


def test_threads_that_read_at_once_do_not_spoil_one_anothers_trees(rnn: Assignment) -> None:
    """Python 3.11 builds trees with one counter for all threads; unguarded, some reads end in a SystemError."""
    received = intake.receive([ROOT / "examples/class"], rnn.exercises, mode="class")
    entries = [entry for entry in received.entries for _ in range(8)]

    with ThreadPoolExecutor(4) as pool:
        submissions = list(pool.map(lambda entry: entry.read(), entries))

    assert not [p.message for s in submissions for p in s.problems if "fault of the grader" in p.message]
    assert len({s.digest for s in submissions}) == len(received.entries)


def test_a_submission_that_we_could_not_read_is_void_and_costs_no_point(course: Course) -> None:
    problem = Problem("ada", "could not be read, by a fault of the grader: SystemError", fatal=True, ours=True)
    submission = Submission("ada", "sha256:0", (), problems=(problem,))

    grade = pipeline.grade(
        submission, course, TrustedSandbox(course.assignment.probes, stand_ins=course.assignment.stand_ins_file)
    )

    assert {finding.outcome for e in grade.exercises for finding in e.checks} == {Outcome.VOID}
    assert grade.possible == grade.points == 0

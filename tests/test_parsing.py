"""Submissions are read by several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder import intake
from autograder.assignment import Assignment

ROOT = Path(__file__).resolve().parent.parent


def test_threads_that_read_at_once_do_not_spoil_one_anothers_trees(rnn: Assignment) -> None:
    """Python 3.11 builds trees with one counter for all threads; unguarded, some reads end in a SystemError."""
    received = intake.receive([ROOT / "examples/class"], rnn.exercises, mode="class")
    entries = [entry for entry in received.entries for _ in range(8)]

    with ThreadPoolExecutor(4) as pool:
        submissions = list(pool.map(lambda entry: entry.read(), entries))

    assert not [p.message for s in submissions for p in s.problems if "fault of the grader" in p.message]
    assert len({s.digest for s in submissions}) == len(received.entries)

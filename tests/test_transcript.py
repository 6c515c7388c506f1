"""Transcripts: what was answered can be stored, read back and judged again; no bytes break the reader."""

from __future__ import annotations

import dataclasses
import zlib
from pathlib import Path
from typing import Any

import made
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_wire import arrays, documents, json_safe, same

from autograder.assignment import Assignment
from autograder.case import Case
from autograder.errors import NotRecorded, TranscriptError
from autograder.grading import Grading
from autograder.model import Crash, Frame, Limits, Observation, Reply, Submission
from autograder.pipeline import Course
from autograder.sandbox.request import Request
from autograder.sandbox.trusted import TrustedSandbox
from autograder.transcript import CRASHES, MAGIC, Label, Recording, Replay, Transcript

words = st.text(max_size=12).map(json_safe)
observations = st.builds(
    Observation,
    values=st.dictionaries(words, (documents | arrays).map(json_safe), max_size=4),
    seconds=st.floats(0, 9),
    output=words,
    output_truncated=st.integers(0, 9),
)
crashes = st.builds(
    Crash,
    kind=st.sampled_from(CRASHES),
    message=words,
    exception=words,
    frames=st.lists(st.builds(Frame, words, st.integers(0, 99), words, words), max_size=2).map(tuple),
    seconds=st.floats(0, 9),
    output=words,
)
replies = observations | crashes
labels = st.builds(Label, words, words, st.lists(words, max_size=2).map(tuple))
digests = st.text("0123456789abcdef", min_size=1, max_size=8)


@st.composite
def transcripts(draw: Any) -> Transcript:
    entries = draw(st.dictionaries(digests, st.tuples(replies, labels), max_size=4))
    loaded = draw(replies)
    return Transcript(loaded, {d: r for d, (r, _) in entries.items()}, {d: name for d, (_, name) in entries.items()})


def alike(mine: Reply, theirs: Reply) -> bool:
    if isinstance(mine, Crash) or isinstance(theirs, Crash):
        return mine == theirs
    rest = dataclasses.replace(mine, values={}) == dataclasses.replace(theirs, values={})
    names = list(mine.values) == list(theirs.values)
    return rest and names and all(same(mine.values[name], theirs.values[name]) for name in mine.values)


@given(transcripts())
def test_what_is_stored_is_read_back(transcript: Transcript) -> None:
    back = Transcript.from_bytes(transcript.to_bytes())
    assert alike(back.loaded, transcript.loaded)
    assert back.replies.keys() == transcript.replies.keys()
    assert back.labels == transcript.labels
    assert all(alike(back.replies[digest], transcript.replies[digest]) for digest in back.replies)


@given(transcripts())
def test_the_order_of_the_questions_does_not_change_the_bytes(transcript: Transcript) -> None:
    turned = Transcript(
        transcript.loaded,
        dict(reversed(transcript.replies.items())),
        dict(reversed(transcript.labels.items())),
    )
    assert turned.to_bytes() == transcript.to_bytes()
    assert Transcript.from_bytes(transcript.to_bytes()).to_bytes() == transcript.to_bytes()


def reads(data: bytes) -> bool:
    """A transcript or a TranscriptError came; any other exception fails the test that asks."""
    try:
        return isinstance(Transcript.from_bytes(data, most=2**20), Transcript)
    except TranscriptError:
        return False


@given(st.binary(max_size=300))
def test_any_bytes_are_a_transcript_or_one_clear_error(data: bytes) -> None:
    reads(data)
    reads(MAGIC + b"1\n" + data)
    reads(MAGIC + b"1\n" + zlib.compress(data))


@given(transcripts(), st.data())
def test_damaged_bytes_are_a_transcript_or_one_clear_error(transcript: Transcript, data: st.DataObject) -> None:
    """Cut, lengthened, or with one byte changed: packed as it is, and inside of the packing."""
    whole = transcript.to_bytes()
    head = MAGIC + b"1\n"
    inner = bytearray(zlib.decompress(whole[len(head) :]))
    inner[data.draw(st.integers(0, len(inner) - 1))] = data.draw(st.integers(0, 255))
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))

    reads(head + zlib.compress(bytes(inner)))
    reads(bytes(changed))
    assert not reads(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert not reads(whole + b"x")


def test_a_small_file_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = MAGIC + b"1\n" + zlib.compress(bytes(50 * 2**20), 9)
    with pytest.raises(TranscriptError, match="more than 1,000 bytes"):
        Transcript.from_bytes(bomb, most=1000)


def test_a_later_version_is_named() -> None:
    with pytest.raises(TranscriptError, match="version 2; this program reads 1") as caught:
        Transcript.from_bytes(MAGIC + b"2\nwhatever")
    assert "newer" in caught.value.mend


def test_a_request_that_was_not_recorded_is_named() -> None:
    session = Replay(Transcript())
    request = Request("lstm_cell.parity", Case(id="batch3", seed=7), ("LSTMCell",))
    with pytest.raises(NotRecorded, match=r"lstm_cell\.parity, batch3, with the grader's LSTMCell") as caught:
        session.ask(request)
    assert caught.value.request is request


def test_limits_and_names_of_cases_are_no_part_of_the_question() -> None:
    transcript = Transcript()
    transcript.add(Request("p", Case(id="one", seed=3)), Observation({"x": 1}))
    assert Replay(transcript).ask(Request("p", Case(id="two", seed=3), limits=Limits(1, 1))) == Observation({"x": 1})


def test_arrays_read_back_are_of_their_own_memory() -> None:
    transcript = Transcript()
    request = Request("p", Case())
    transcript.add(request, Observation({"x": np.arange(3.0)}))
    back = Transcript.from_bytes(transcript.to_bytes()).answer(request)
    assert isinstance(back, Observation)
    back.values["x"][0] = 9.0
    again = transcript.answer(request)
    assert isinstance(again, Observation)
    assert again.values["x"][0] == 0.0


def test_a_recorded_submission_is_judged_again_without_its_code(
    rnn: Assignment, course: Course, reference: Submission, tmp_path: Path
) -> None:
    """The findings of a replay, through bytes, are those of the run: right work, a slip, a crash."""
    text = (rnn.reference / "lstm_cell.py").read_text().replace("torch.tanh(c)", "c")
    files = {"lstm_cell": text, "gru_cell": "class GRUCell:\n    pass\n"}
    submission = made.submission(**files)
    sandbox = TrustedSandbox(rnn.probes, stubs=rnn.stubs)
    recording = Recording(sandbox.open(submission))
    chosen = [e for e in rnn.exercises if e.id in ("lstm_cell", "gru_cell", "count_parameters")]
    first = [
        Grading(rnn, submission, recording, course.reference, course.seeds).exercise(exercise) for exercise in chosen
    ]
    recording.close()

    stored = Transcript.from_bytes(recording.transcript.to_bytes())
    again = [
        Grading(rnn, submission, Replay(stored), course.reference, course.seeds).exercise(exercise)
        for exercise in chosen
    ]

    assert again == first
    assert {finding.outcome.value for grade in first for finding in grade.checks} >= {"passed", "failed", "unattempted"}

"""The public key: parity without the reference. Right work of every style passes, known mistakes do not."""

from __future__ import annotations

import dataclasses
import math
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import assignment as assignments
from autograder import key as keys
from autograder import pipeline
from autograder.assignment import Assignment
from autograder.diagnosing import alike, known
from autograder.errors import TranscriptError
from autograder.grading import NOT_IN_THE_KEY, Grading
from autograder.key import Key
from autograder.model import ExerciseGrade, Finding, Observation, Outcome, Submission
from autograder.pipeline import Course
from autograder.sandbox.trusted import TrustedSandbox
from autograder.seeds import PublicSeeds, Seeds, twin_sizes

ROOT = Path(__file__).resolve().parents[1]
TRAINED = "trained_accuracy"  # its checks are hidden ones


@pytest.fixture(scope="module")
def handed_out() -> Assignment:
    """The assignment as a student has it."""
    return assignments.load(ROOT, "rnn", hidden=False)


@pytest.fixture(scope="module")
def committed(handed_out: Assignment) -> Key:
    return keys.load(handed_out)


@pytest.fixture(scope="module")
def public(handed_out: Assignment, committed: Key) -> Course:
    return keys.course(handed_out, committed)


def judged(submission: Submission, exercise: str, course: Course) -> ExerciseGrade:
    chosen = next(e for e in course.assignment.exercises if e.id == exercise)
    sandbox = TrustedSandbox(course.assignment.probes, stubs=course.assignment.stubs)
    grading = Grading(course.assignment, submission, sandbox.open(submission), course.reference, course.seeds)
    return course.diagnosis.explain(grading, chosen, grading.exercise(chosen))


def unasked(grade: ExerciseGrade) -> list[Finding]:
    """Checks for which the key had no reply, or that broke."""
    return [f for f in grade.checks if f.outcome is Outcome.VOID or f.message == NOT_IN_THE_KEY]


# --- public cases -----------------------------------------------------------------------------------


sizes = st.dictionaries(
    st.sampled_from(["batch", "time", "input_size", "hidden_size", "num_layers"]), st.integers(1, 40)
)


@given(sizes)
def test_a_twin_is_larger_and_equal_sizes_stay_equal(given_sizes: dict[str, int]) -> None:
    """Ones stay ones, order stays order, different sizes share no factor, numbers of layers stay."""
    twins = twin_sizes(given_sizes)
    free = {name: size for name, size in given_sizes.items() if name != "num_layers"}
    for name, size in free.items():
        assert twins[name] == 1 if size == 1 else twins[name] > size
        for other, another in free.items():
            assert (twins[name] == twins[other]) is (size == another)
            assert (twins[name] < twins[other]) is (size < another)
            assert size == another or math.gcd(twins[name], twins[other]) == 1
    assert twins.get("num_layers") == given_sizes.get("num_layers")


@pytest.mark.parametrize("secret", [b"one class", b"another class"])
def test_hidden_and_public_cases_never_meet(rnn: Assignment, secret: bytes) -> None:
    """No seed and, where there are sizes that can differ, no sizes of a public case are a hidden one's."""
    hidden, public = Seeds(secret), PublicSeeds()
    for exercise in rnn.exercises:
        for check in exercise.checks:
            pairs = [
                (hidden.case(template, exercise.id, check.probe), public.case(template, exercise.id, check.probe))
                for template in check.cases
            ]
            assert not {case.seed for case, _ in pairs} & {case.seed for _, case in pairs}
            known_sizes = [dict(case.sizes) for case, _ in pairs]
            of_public = [dict(case.sizes) for _, case in pairs if any(size > 1 for size in case.sizes.values())]
            assert [sizes for sizes in of_public if sizes in known_sizes] == []


def test_a_public_case_is_the_same_on_every_machine(rnn: Assignment) -> None:
    (cell,) = (e for e in rnn.exercises if e.id == "lstm_cell")
    case = PublicSeeds().case(cell.cases[0], "lstm_cell", "lstm_cell.parity")
    assert dict(case.sizes) == {"batch": 4, "input_size": 7, "hidden_size": 5}
    assert case.seed == 1517159230111874
    assert PublicSeeds().case(case, "lstm_cell", "lstm_cell.parity") is case


# --- the committed key ------------------------------------------------------------------------------


def test_the_committed_key_is_what_the_sources_give(rnn: Assignment, committed: Key) -> None:
    """Equal questions, equal observations within the engine's tolerance: last digits are a machine's own.

    If this fails: python -m autograder.key rnn
    """
    fresh = Key.from_bytes(keys.make(rnn))

    assert committed.transcript.labels == fresh.transcript.labels
    assert committed.hidden == fresh.hidden
    for digest, reply in fresh.transcript.replies.items():
        stored = committed.transcript.replies[digest]
        assert isinstance(reply, Observation)
        assert isinstance(stored, Observation)
        assert alike.values(stored.values, reply.values), fresh.transcript.labels[digest]


def test_the_committed_key_says_what_it_is(rnn: Assignment, committed: Key, handed_out: Assignment) -> None:
    full = {e.id: len(e.checks) for e in rnn.exercises}
    public = {e.id: len(e.checks) for e in handed_out.exercises}

    assert (committed.assignment, committed.handout) == ("rnn", rnn.handout)
    assert set(committed.versions) == {"torch", "numpy"}
    assert committed.digest.startswith("sha256:")
    assert {name: full[name] - public[name] for name in full if full[name] > public[name]} == committed.hidden
    assert (handed_out.grading / keys.FILE).stat().st_size < 2 * 2**20


def test_the_key_holds_observations_and_nothing_of_how_the_reference_is_written(
    committed: Key, handed_out: Assignment
) -> None:
    """No name of its parameters, no list of them: gradients are named by the roles of the public equations."""
    sizes = {"input_size": 7, "hidden_size": 5, "output_size": 3, "num_layers": 3}
    sizes |= {"vocab_size": 17, "embedding_dim": 7, "hidden_dim": 5, "output_dim": 4}
    roles = {f"grad:{role}" for family in handed_out.families.values() for role in family.roles(sizes)}
    for digest, reply in committed.transcript.replies.items():
        label = committed.transcript.labels[digest]
        assert isinstance(reply, Observation)
        gradients = {name.split(" #")[0] for name in reply.values if name.startswith("grad:")}
        assert gradients <= roles, label
        assert not {"parameters", "modules"} & set(reply.values), label
        assert "interventions" not in label.probe
        assert reply.output == ""


# --- judging by it ----------------------------------------------------------------------------------


def test_the_reference_passes_every_public_check(public: Course, reference: Submission) -> None:
    for exercise in public.assignment.exercises:
        grade = judged(reference, exercise.id, public)
        assert {f.outcome for f in grade.checks} <= {Outcome.PASSED, Outcome.PENDING}, exercise.id


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")  # of torch, about what some of them do
def test_right_work_of_every_style_passes_every_public_check(
    rnn: Assignment, public: Course, reference: Submission
) -> None:
    """With and without biases, whichever layers they use: every request of theirs is in the key."""
    ones = [variant for variants in known.variants(rnn).values() for variant in variants]
    assert len(ones) > 50
    for one in ones:
        grade = judged(one.submission(reference), one.exercise, public)
        assert [(f.id, f.message) for f in grade.checks if f.outcome is not Outcome.PASSED] == [], one.id


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_known_mistakes_are_caught_by_public_checks_and_none_lacks_an_answer(
    rnn: Assignment, public: Course, reference: Submission
) -> None:
    """All but what shows in training only. Nothing is skipped for want of a reply in the key."""
    survived = []
    for one in (mistake for mistakes in known.mistakes(rnn).values() for mistake in mistakes):
        grade = judged(one.submission(reference), one.exercise, public)
        assert unasked(grade) == [], one.id
        if all(f.outcome is Outcome.PASSED for f in grade.checks):
            survived.append(one.id)
    assert [name for name in survived if not name.startswith(TRAINED)] == ["improved_classifier/bag-of-words"]
    assert public.diagnosis.faults == []


def test_failures_come_with_the_smallest_case_on_paper(rnn: Assignment, public: Course, reference: Submission) -> None:
    mistake = next(m for m in known.mistakes(rnn)["lstm_cell"] if m.id == "lstm_cell/no-tanh-on-c")
    grade = judged(mistake.submission(reference), "lstm_cell", public)
    failed = next(f for f in grade.checks if f.id == "forward")
    assert failed.outcome is Outcome.FAILED
    assert next(e.data["title"] for e in failed.evidence if e.kind == "table").startswith("On paper")
    assert failed.mistake is None  # known mistakes are not handed out


def test_what_is_not_in_the_key_is_left_to_the_hidden_checks(
    handed_out: Assignment, committed: Key, reference: Submission
) -> None:
    """With a key that lacks them, checks that need a reference are skipped and say so; the others are judged."""
    empty = dataclasses.replace(committed, transcript=dataclasses.replace(committed.transcript, replies={}))
    course = keys.course(handed_out, empty)

    grade = judged(reference, "gru_cell", course)

    found = {f.id: (f.outcome.value, f.message) for f in grade.checks}
    assert found["shapes"][0] == found["parameters"][0] == found["states"][0] == "passed"
    assert found["forward"] == ("skipped", NOT_IN_THE_KEY)
    assert found["gradients"][0] == "skipped"


# --- reading it -------------------------------------------------------------------------------------


def test_a_key_reads_back_as_it_was(committed: Key) -> None:
    again = Key.from_bytes(committed.to_bytes())
    assert again.digest == committed.digest
    assert again.transcript.labels == committed.transcript.labels
    assert again.hidden == committed.hidden


@given(st.data())
def test_a_damaged_key_is_one_clear_error(committed: Key, data: st.DataObject) -> None:
    """One changed byte is always noticed; any bytes are refused in words."""
    stored = bytearray(keys.MAGIC + (committed.to_bytes()[len(keys.MAGIC) :])[:2000])
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= data.draw(st.integers(1, 255))
    for bad in (bytes(stored), data.draw(st.binary(max_size=100)), keys.MAGIC + data.draw(st.binary(max_size=100))):
        with pytest.raises(TranscriptError, match="key"):
            Key.from_bytes(bad)


def test_other_library_versions_are_said_and_change_nothing(committed: Key) -> None:
    here = pipeline.versions()
    assert committed.remarks(here) == []
    assert committed.remarks({**here, "torch": here["torch"].partition("+")[0] + "+cu130"}) == []
    (remark,) = committed.remarks({**here, "torch": "2.12.0"})
    assert f"made with torch {committed.versions['torch']}, and here is torch 2.12.0" in remark


def test_a_key_of_another_handout_is_refused(handed_out: Assignment, tmp_path: Path) -> None:
    shutil.copy(handed_out.grading / keys.FILE, tmp_path)
    with pytest.raises(TranscriptError, match=r"that of rnn .*, not of rnn 9\.9"):
        keys.load(dataclasses.replace(handed_out, grading=tmp_path, handout="9.9"))
    (tmp_path / keys.FILE).unlink()
    with pytest.raises(TranscriptError, match="cannot be read") as caught:
        keys.load(dataclasses.replace(handed_out, grading=tmp_path))
    assert "handout" in caught.value.mend

"""The public key: what the reference gives on public cases, recorded, so that parity needs no reference code.

A key is a short header in JSON and a transcript. It holds observations only: outputs, and gradients by role.
``python -m autograder.key rnn`` writes it to ``assignments/rnn/grading/key.bin``.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder import assignment as assignments
from autograder import pipeline
from autograder.aligning.roles import Alignment, Layout
from autograder.asking import Asking, RecordedSide, role_request
from autograder.assignment import Assignment
from autograder.case import Case
from autograder.diagnosing import alike
from autograder.diagnosing.diagnosis import Diagnosis
from autograder.diagnosing.memory import Memory
from autograder.errors import AssignmentError, TranscriptError
from autograder.exercise import Check, Exercise
from autograder.model import Crash, Reply, Submission
from autograder.pipeline import Course
from autograder.sandbox.request import Request
from autograder.sandbox.trusted import TrustedSandbox
from autograder.seeds import PublicSeeds
from autograder.transcript import Replay, Transcript

FILE = "key.bin"
MAGIC = b"autograder key\n"
SCHEMA = 1
LIBRARIES = ("torch", "numpy")
MOST_BYTES = 64 * 2**20
MOST_SETS = 4  # optional roles of which every set is recorded; of more, only none and all
NOBODY = Submission("", "", ())


@dataclass(frozen=True)
class Key:
    """A public key.

    versions: of the libraries that it was made with. hidden: how many checks of each exercise are not public.
    digest: sha256 over everything else in it.
    """

    assignment: str
    handout: str
    versions: Mapping[str, str]
    hidden: Mapping[str, int]
    transcript: Transcript
    digest: str = ""

    def to_bytes(self) -> bytes:
        """The stored form."""
        stored = self.transcript.to_bytes(pains=9)  # handed out, and the same bytes whoever packs it
        head = {"schema": SCHEMA, "assignment": self.assignment, "handout": self.handout}
        head |= {"versions": dict(self.versions), "hidden": dict(self.hidden)}
        head |= {"digest": _digest(head, stored)}
        return MAGIC + json.dumps(head, sort_keys=True).encode() + b"\n" + stored

    @classmethod
    def from_bytes(cls, data: bytes) -> Key:
        """What ``to_bytes`` gave. TranscriptError for all other bytes."""
        if not data.startswith(MAGIC) or len(data) > MOST_BYTES:
            raise TranscriptError("this is no public key")
        line, _, stored = data[len(MAGIC) :].partition(b"\n")
        try:
            head = json.loads(line)
            if head["schema"] != SCHEMA:
                raise TranscriptError(
                    f"the public key is of form {head['schema']!r}; this program reads {SCHEMA}",
                    mend="install the version of the program that the handout names",
                )
            digest = head.pop("digest")
            texts = [head["assignment"], head["handout"], *head["versions"].values()]
            good = all(isinstance(t, str) for t in texts) and all(type(n) is int for n in head["hidden"].values())
            if not good or digest != _digest(head, stored):
                raise TranscriptError("the public key is damaged", mend="unpack the handout again")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise TranscriptError("the public key is damaged", mend="unpack the handout again") from None
        transcript = Transcript.from_bytes(stored)
        return cls(head["assignment"], head["handout"], head["versions"], head["hidden"], transcript, digest)

    def remarks(self, here: Mapping[str, str]) -> list[str]:
        """What to know before its numbers are believed. Nothing is widened for any of it."""
        return [
            f"the public key was made with {name} {made}, and here is {name} {here.get(name, 'none')}: where numbers "
            "differ in their last digits, that may be the library; install the version that the handout names"
            for name, made in sorted(self.versions.items())
            if here.get(name, "").partition("+")[0] != made
        ]


def load(assignment: Assignment) -> Key:
    """The key of an assignment. TranscriptError where it cannot be read or belongs to something else."""
    path = assignment.grading / FILE
    try:
        key = Key.from_bytes(path.read_bytes())
    except OSError as error:
        raise TranscriptError(
            f"the public key {path} cannot be read: {error.strerror}", mend="unpack the handout again"
        ) from None
    if (key.assignment, key.handout) != (assignment.id, assignment.handout):
        raise TranscriptError(
            f"the public key is that of {key.assignment} {key.handout}, not of {assignment.id} {assignment.handout}",
            mend="unpack the whole handout again, not parts of it",
        )
    return key


def renewed(assignment: Assignment) -> tuple[bytes, str]:
    """The key to hand out, and why it is another than the stored one: empty where that still holds.

    A stored key whose observations are what the sources give stays as it is, to the byte: other machines differ
    in last digits.
    """
    fresh = make(assignment)
    try:
        stored = load(assignment)
    except TranscriptError as error:
        return fresh, str(error)
    new = Key.from_bytes(fresh)
    if (stored.hidden, stored.transcript.labels) != (new.hidden, new.transcript.labels):
        return fresh, "the public checks or their cases are others now"
    for digest, reply in new.transcript.replies.items():
        if not alike.replies(stored.transcript.replies[digest], reply):
            return fresh, f"the reference gives something else now: {new.transcript.labels[digest]}"
    return (assignment.grading / FILE).read_bytes(), ""


def course(assignment: Assignment, key: Key) -> Course:
    """What grading needs, from a key alone."""
    seeds = PublicSeeds()
    side = RecordedSide(Replay(key.transcript))
    sandbox, memory = TrustedSandbox(assignment.probes), Memory(assignment)
    return Course(assignment, side, seeds, Diagnosis(assignment, NOBODY, sandbox, side, seeds, memory))


def make(assignment: Assignment) -> bytes:
    """The key of an assignment whose reference is here: every reply that a public check can ask for.

    Raises AssignmentError where the reference crashes or cannot be aligned on a public case.
    """
    handed_out = assignments.load(assignment.grading.parents[2], assignment.id, hidden=False)
    seeds = PublicSeeds()
    side = pipeline.prepare(assignment, seeds).reference
    asking = Asking(handed_out, NOBODY, side.session, side, seeds)
    transcript = Transcript()
    for exercise in handed_out.exercises:
        for check, case in _asked(exercise, seeds):
            request = Request(check.probe, case, limits=check.limits)
            for asked, reply in _answers(asking, exercise, check, request):
                if isinstance(reply, Crash):
                    raise AssignmentError(f"{exercise.id}.{check.id}: the reference failed: {reply.message}")
                transcript.add(asked, replace(reply, seconds=0.0, output="", output_truncated=0))
    hidden = {
        full.id: len(full.checks) - len(public.checks)
        for full, public in zip(assignment.exercises, handed_out.exercises, strict=True)
        if len(full.checks) > len(public.checks)
    }
    # without the build's own part ("+cpu"), which other systems name otherwise
    versions = {name: pipeline.versions()[name].partition("+")[0] for name in LIBRARIES}
    return Key(assignment.id, assignment.handout, versions, hidden, transcript).to_bytes()


def _asked(exercise: Exercise, seeds: PublicSeeds) -> Iterator[tuple[Check, Case]]:
    """Every check that needs a reference, with every case of it."""
    for check in exercise.checks:
        if check.expected is None:
            for template, turn in itertools.product(check.cases, range(check.tries)):
                yield check, seeds.prepared(check, seeds.case(template, exercise.id, check.probe, turn))


def _answers(asking: Asking, exercise: Exercise, check: Check, request: Request) -> Iterator[tuple[Request, Reply]]:
    """The reference's replies: to the request itself or, at canonical weights, one for each convention."""
    if not check.aligned:
        yield request, asking.reference.ask(request)
        return
    case = request.case
    found = asking.reference_alignment(exercise, case)
    if isinstance(found, Crash) or not found.complete:
        raise AssignmentError(f"{exercise.id}.{check.id}: the reference could not be aligned: {found}")

    def aligned() -> Alignment | Crash:
        return found

    for absent in conventions(found.layout):
        canonical = found.layout.canonical(case, absent)
        yield role_request(request, canonical), asking.reference.at_roles(request, canonical, aligned)


def conventions(layout: Layout) -> Iterator[tuple[str, ...]]:
    """The sets of optional roles that a style may lack: with biases, without, with some."""
    roles = layout.optional
    sizes = range(len(roles) + 1) if len(roles) <= MOST_SETS else (0, len(roles))
    for size in sizes:
        yield from itertools.combinations(roles, size)


def _digest(head: Mapping[str, Any], stored: bytes) -> str:
    text = json.dumps({name: value for name, value in head.items() if name != "digest"}, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode() + stored).hexdigest()}"


def main(id: str) -> None:
    """Write the key of one assignment of the course around the working folder."""
    assignment = assignments.load(assignments.find_course(), id)
    path: Path = assignment.grading / FILE
    data, why = renewed(assignment)
    if why:
        path.write_bytes(data)
    count = len(Key.from_bytes(data).transcript.replies)
    print(f"{path}: {len(data):,} bytes, {count} replies; {f'made anew: {why}' if why else 'it holds as it is'}")


if __name__ == "__main__":
    main(sys.argv[1])

"""Stored observations judged again with the present assignment. No sandbox is opened and no student code runs.

Only what follows from something that has changed is judged: an exercise whose basis is that of the stored grade
keeps its findings, with today's points, claims and hints laid over them. A request that was never asked cannot be
answered: that submission must run again, and is said to.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from autograder import observing, pipeline
from autograder.diagnosing.diagnosis import leading, not_passed
from autograder.errors import NotRecorded
from autograder.gradebook.history import confirmed
from autograder.gradebook.records import AttemptRecord, GradeRecord
from autograder.gradebook.store import Gradebook
from autograder.grading import Grading
from autograder.model import ExerciseGrade, Grade, Submission
from autograder.pipeline import Course
from autograder.recorded import Replayed
from autograder.rejudging.basis import Basis, bases
from autograder.rejudging.declared import declared, laid_over, same_titles
from autograder.rejudging.differences import same
from autograder.transcript import Label, Replay, Transcript, stopped_in


@dataclass(frozen=True, slots=True)
class Stored:
    """One stored grade that is to be judged again."""

    attempt: AttemptRecord
    record: GradeRecord
    given_by: str = ""  # the last version of the assignment that is known to give it; empty: the one that it names


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of it. ``grade`` is None where the submission must run again, for the reasons in ``missed``.

    unnamed: what the diagnosis would have asked and could not: the points stand, the name of a mistake may lack.
    judged: exercises that were judged; the findings of the others were kept.
    """

    before: Grade
    grade: Grade | None
    judged: int = 0
    missed: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether it says something else than before."""
        return self.grade is not None and not same(self.before, self.grade)


@dataclass
class Version:
    """What grades of one version of the assignment were made with."""

    bases: Mapping[str, Basis]
    declared: Mapping[str, Any]

    @classmethod
    def of(cls, course: Course) -> Version:
        """The present one. To be asked before anything is judged."""
        return cls(bases(course.assignment), declared(course.assignment))

    def to_bytes(self) -> bytes:
        """Its stored form."""
        plain = {"bases": {name: asdict(basis) for name, basis in self.bases.items()}, "declared": self.declared}
        return json.dumps(plain, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Version:
        """What ``to_bytes`` gave."""
        plain = json.loads(data)
        return cls({name: Basis.of(basis) for name, basis in plain["bases"].items()}, plain["declared"])


def key(assignment_digest: str) -> str:
    """Under which a version is kept in the gradebook."""
    return f"version {assignment_digest}"


@dataclass
class Rejudging:
    """Judges stored submissions, one at a time."""

    course: Course
    book: Gradebook
    trusting: bool = False  # the probes may have changed: the instructor says that they see the same
    thorough: bool = False  # judge what cannot have changed, too
    remembering: bool = True  # keep what known mistakes answer
    _present: Version | None = None
    _observer: str = ""
    _courses: dict[int, Course] = field(default_factory=dict)
    _versions: dict[str, Version | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._present = self._present or Version.of(self.course)
        self._observer = self._observer or observing.digest(self.course.assignment)

    @property
    def _version(self) -> Version:
        assert self._present is not None  # made when this was
        return self._present

    def elsewhere(self, book: Gradebook) -> Rejudging:
        """The same in a process that was forked from this one, with a gradebook of its own."""
        return replace(self, book=book, course=pipeline.elsewhere(self.course, book.answers), _courses={})

    def remember(self) -> None:
        """Keep for the next time what was worked out of known mistakes."""
        if self.remembering:
            self.course.diagnosis.memory.store()

    def keep(self) -> None:
        """Put the present version into the gradebook, for the next time."""
        self.book.answers.keep(key(self.course.assignment.digest), self._version.to_bytes())

    def stored(self, student: str | None = None) -> list[Stored]:
        """Every attempt that has a grade, by student and number."""
        found = [
            (one, self.book.grade_record(one.id)) for one in self.book.attempts(self.course.assignment.id, student)
        ]
        known = confirmed(self.book)
        return [Stored(attempt, record, known.get(record.id, "")) for attempt, record in found if record is not None]

    def judge(self, stored: Stored) -> Judged:
        """Judge one stored submission."""
        before = self.book.document(stored.record.id)
        if stored.record.transcript is None:
            return Judged(before, None, missed=("nothing of what it did is stored",))
        if stored.record.observed_by != self._observer and not self.trusting:
            return Judged(before, None, missed=("the probes, or what runs them, have changed since it ran",))
        course = self._course(stored.attempt.number)
        if before.seed != course.seeds.name:
            return Judged(before, None, missed=("the secret of the hidden cases is another",))
        kept = self._kept(before, stored.given_by or stored.record.assignment_digest)
        if len(kept) == len(course.assignment.exercises):
            return Judged(before, self._over(before, kept))
        data = self.book.blob(stored.record.transcript)
        if kept and self._pieces(kept) & stopped_in(data):
            kept = {}  # what never ended once is not waited for again by the exercises after it
        transcript = Transcript.lazily(data) if kept else Transcript.from_bytes(data)
        submission = self.book.submission(stored.attempt.id)
        return self._judged(course, submission, transcript, before, kept)

    # --- what can be kept -----------------------------------------------------------------------

    def _kept(self, before: Grade, given_by: str) -> dict[str, ExerciseGrade]:
        """Exercises whose findings follow from the same as today, with today's points and words."""
        then = self._then(given_by)
        if self.thorough or then is None or before.void or not same_titles(self.course.assignment, then.declared):
            return {}
        grades = {grade.id: grade for grade in before.exercises}
        kept = {}
        for exercise in self.course.assignment.exercises:
            old, new = then.bases.get(exercise.id), self._version.bases[exercise.id]
            grade = grades.get(exercise.id)
            if grade is None or old is None or old.judged != new.judged:
                continue
            if any(old.named.get(check) != new.named[check] for check in leading(not_passed(grade))):
                continue  # the mistakes behind its failures, or how they are told, are others
            laid = laid_over(exercise, grade, then.declared[exercise.id])
            if laid is not None:
                kept[exercise.id] = laid
        return kept

    def _pieces(self, kept: Mapping[str, ExerciseGrade]) -> set[str]:
        """Pieces of a submission for which the exercises that are judged can do with stand-ins."""
        judged = [exercise for exercise in self.course.assignment.exercises if exercise.id not in kept]
        return {piece for exercise in judged for check in exercise.checks for way in check.ways for piece in way}

    def _then(self, digest: str) -> Version | None:
        if digest not in self._versions:
            data = self.book.answers.get(key(digest))
            self._versions[digest] = Version.from_bytes(data) if data is not None else None
        return self._versions[digest]

    def _over(self, before: Grade, kept: Mapping[str, ExerciseGrade]) -> Grade:
        assignment = self.course.assignment
        return replace(
            before,
            exercises=tuple(kept[exercise.id] for exercise in assignment.exercises),
            title=assignment.title,
            handout=assignment.handout,
            digests={**before.digests, "assignment": assignment.digest},
            graded_at=_now(),
        )

    # --- what has to be judged ------------------------------------------------------------------

    def _judged(
        self,
        course: Course,
        submission: Submission,
        transcript: Transcript,
        before: Grade,
        kept: Mapping[str, ExerciseGrade],
    ) -> Judged:
        session = Replayed(Replay(transcript))
        judging = Grading(course.assignment, submission, session, course.reference, course.seeds)
        exercises: list[ExerciseGrade] = []
        unnamed: list[str] = []
        for exercise in course.assignment.quick_first:
            if exercise.id in kept:
                exercises.append(kept[exercise.id])
                continue
            try:
                found = judging.exercise(exercise)
            except NotRecorded:
                found = None
            if session.missed and kept:  # an exercise before it may have had a part in what was asked
                return self._judged(course, submission, transcript, before, {})
            if session.missed or found is None:
                return Judged(before, None, missed=_labels(session))
            exercises.append(pipeline.explained(course.diagnosis, judging, exercise, found))
            unnamed += _labels(session)
            session.missed.clear()
        level = before.isolation
        total = before.seconds.get("total", 0.0)
        student = before.seconds.get("student", 0.0)
        grade = pipeline.assemble(
            submission, course, level, course.assignment.in_order(exercises), session.loaded, total, student
        )
        digests = {**grade.digests, "environment": before.digests.get("environment", "")}
        grade = replace(grade, digests=digests, versions=before.versions, seconds=before.seconds)
        return Judged(before, grade, len(exercises) - len(kept), unnamed=tuple(dict.fromkeys(unnamed)))

    def _course(self, number: int) -> Course:
        if number not in self._courses:
            self._courses[number] = pipeline.at_attempt(self.course, number)
        return self._courses[number]


def _labels(session: Replayed) -> tuple[str, ...]:
    """What was asked and is not stored, each once, for a person to read."""
    named = (str(Label.of(missed.request)) if missed.request is not None else str(missed) for missed in session.missed)
    return tuple(dict.fromkeys(named))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

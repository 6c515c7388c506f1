"""Worker: one sandbox and the course, grading one submission after the other; it knows of no gradebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from autograder import pipeline
from autograder.assignment import Assignment
from autograder.model import Submission
from autograder.pipeline import Course, Graded
from autograder.recorded import RecordingSandbox
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.request import Sandbox
from autograder.sandbox.started import Started


def sandbox_for(
    assignment: Assignment,
    level: str,
    *,
    begun: Callable[[], Started | None] = lambda: None,
) -> ZygoteSandbox:
    """An assignment's sandbox at a level, not yet started. begun: gives a process that was begun before, if any."""
    return ZygoteSandbox(
        assignment.probes,
        level,
        stubs=assignment.stubs,
        stand_ins=assignment.stand_ins_file,
        begun=begun,
    )


@dataclass
class Worker:
    """Grades on this machine. ``make``: its sandbox, made when the first submission needs one."""

    course: Course
    make: Callable[[], Sandbox]
    control: Callable[[Sandbox], None] = lambda sandbox: None
    _sandbox: RecordingSandbox | None = None
    _courses: dict[int, Course] = field(default_factory=dict)

    def grade(self, submission: Submission, number: int) -> Graded:
        """Run and judge one submission, a student's attempt of that number. Nothing that it does raises here."""
        if self._sandbox is None:
            self._sandbox = RecordingSandbox(self.make()).__enter__()
        if number not in self._courses:
            self._courses[number] = pipeline.at_attempt(self.course, number)
        faults = self.course.diagnosis.faults
        before = len(faults)
        self._sandbox.transcript = None
        grade = pipeline.grade(submission, self._courses[number], self._sandbox)
        transcript = self._sandbox.transcript
        kept = transcript.to_bytes() if transcript is not None else None
        return Graded(grade, kept, tuple(faults[before:]))

    def prove(self) -> None:
        """Have the sandbox answer a control submission. Raises SandboxError where it answers otherwise than it must."""
        if self._sandbox is not None:
            self.control(self._sandbox.sandbox)

    def close(self) -> None:
        """End the sandbox."""
        if self._sandbox is not None:
            sandbox, self._sandbox = self._sandbox, None
            sandbox.__exit__(None, None, None)

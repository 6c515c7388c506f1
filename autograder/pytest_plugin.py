"""``pytest`` in the folder that was handed out: one item for each public check, named by its claim.

Where there is no ``handout.json`` among what pytest collects, it does nothing and imports nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograder.checking import Desk, Judging
    from autograder.exercise import Check, Exercise
    from autograder.model import ExerciseGrade, Finding
    from autograder.sandbox.local import LocalSandbox

MARKER = "handout.json"
FOUND = pytest.StashKey[list["HandoutFile"]]()


class CheckFailed(Exception):  # noqa: N818  # a finding, not a fault of the engine
    """A check that does not hold; its text is the report's."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The handout, where pytest meets its marker."""
    if file_path.name != MARKER:
        return None
    found: HandoutFile = HandoutFile.from_parent(parent, path=file_path)
    parent.config.stash.setdefault(FOUND, []).append(found)
    return found


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What public checks cannot know."""
    for file in config.stash.get(FOUND, []):
        for line in file.ending():
            terminalreporter.write_line(line)


class HandoutFile(pytest.File):
    """All public checks of one handout. The student's code runs in one process, started for the first of them."""

    desk: Desk | None = None
    _sandbox: LocalSandbox | None = None
    _judging: Judging | None = None

    def collect(self) -> Iterator[pytest.Collector]:
        """One collector for each exercise that has public checks."""
        from autograder import checking
        from autograder.errors import AutograderError

        try:
            self.desk = checking.open_desk(self.path.parent)
        except AutograderError as error:
            raise self.CollectError(f"{error}. {error.mend}".strip()) from None
        self._grades: dict[str, ExerciseGrade] = {}
        for exercise in self.desk.assignment.exercises:
            if exercise.checks:
                yield ExerciseChecks.from_parent(self, name=exercise.id, exercise=exercise)

    def finding(self, exercise: Exercise, check: str) -> Finding:
        """What a check found; its exercise is judged when the first of its checks is asked for."""
        if exercise.id not in self._grades:
            self._grades[exercise.id] = self._begun().exercise(exercise)
        return next(one for one in self._grades[exercise.id].checks if one.id == check)

    def teardown(self) -> None:
        """End the process."""
        if self._judging is not None:
            self._judging.close()
        if self._sandbox is not None:
            self._sandbox.__exit__(None, None, None)
        self._judging = self._sandbox = None

    def ending(self) -> list[str]:
        """Lines for the end of the run."""
        if self.desk is None or not self._grades:
            return []
        hidden = sum(self.desk.key.hidden.values())
        return [
            f"{self.desk.assignment.title}: {hidden} hidden checks remain, and grading asks the public ones again "
            "with other sizes and numbers",
            *(f"note: {remark}" for remark in self.desk.remarks()),
        ]

    def _begun(self) -> Judging:
        from autograder import checking, intake
        from autograder.sandbox.local import LocalSandbox

        if self._judging is None:
            desk = self.desk
            assert desk is not None  # items exist only after collecting
            folder = self.path.parent
            received = intake.receive([folder], desk.assignment.exercises, mode="single").entries[0].read()
            self._sandbox = LocalSandbox(desk.assignment.probes, stubs=desk.assignment.stubs)
            self._judging = checking.Judging(desk, checking.own_work(folder, received), self._sandbox)
        return self._judging


class ExerciseChecks(pytest.Collector):
    """The public checks of one exercise."""

    exercise: Exercise

    def __init__(self, *, exercise: Exercise, **rest: Any) -> None:
        super().__init__(**rest)
        self.exercise = exercise

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each check, in their order."""
        for check in self.exercise.checks:
            yield PublicCheck.from_parent(self, name=check.claim, exercise=self.exercise, check=check)


class PublicCheck(pytest.Item):
    """One public check."""

    def __init__(self, *, exercise: Exercise, check: Check, **rest: Any) -> None:
        super().__init__(**rest)
        self.exercise, self.check = exercise, check

    def runtest(self) -> None:
        """Passed, failed with our message, or skipped: not written yet, or waiting for something else."""
        from autograder import checkview
        from autograder.model import UNTOUCHED, Outcome

        file = self.getparent(HandoutFile)
        assert file is not None  # made by it
        finding = file.finding(self.exercise, self.check.id)
        if finding.outcome in UNTOUCHED:
            pytest.skip(finding.message)
        if finding.outcome is not Outcome.PASSED:
            raise CheckFailed(checkview.text(finding))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Our message alone: where the engine stood when it found out is of no interest."""
        if isinstance(excinfo.value, CheckFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The heading of a failure: the exercise and the claim."""
        return self.path, None, f"{self.exercise.title}: {self.check.claim}"

"""What ``grade`` and ``try`` do: put the parts together, show progress, print the outcome."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder import assignment as assignments
from autograder import batch, handback, intake, pipeline, terminal
from autograder import cluster as clusters
from autograder.assignment import Assignment
from autograder.control import Control
from autograder.errors import AssignmentError, UnknownName
from autograder.gradebook.standing import standing
from autograder.gradebook.store import Gradebook
from autograder.grading import Grading
from autograder.instructor import class_files, enrol, open_gradebook, writer
from autograder.ledger import Done
from autograder.model import Grade
from autograder.output import Output
from autograder.publish import folders
from autograder.rejudging.rejudge import Rejudging
from autograder.sandbox.early import Early
from autograder.sandbox.request import Sandbox
from autograder.seeds import Seeds
from autograder.worker import sandbox_for


def grade(
    paths: Sequence[Path],
    *,
    name: str | None,
    out: Path,
    jobs: int | None,
    isolation: str,
    roster: Path | None,
    mode: str | None,
    notebook_run: str,
    course: Path | None,
    gradebook: str | None,
    cluster: str | None,
    as_json: bool,
    early: Early,
) -> int:
    """Grade everything under ``paths`` into ``out``. Returns the exit status.

    early: what of the workers' sandboxes was begun before.
    """
    console = Console(stderr=as_json, highlight=False)
    assignment = load(name, course, paths[0])
    received = intake.receive(
        paths,
        assignment.exercises,
        roster=roster,
        mode=mode or "auto",  # type: ignore[arg-type]  # click's choices
        notebook_run=notebook_run,  # type: ignore[arg-type]  # click's choices
    )
    console.print(received.why, style="dim")
    output = Output.open(out, assignment.id, gradebook)
    with output.alone(), open_gradebook(output, gradebook) as book:
        enrol(book, roster, received)
        done = _graded(
            received,
            assignment,
            output,
            book,
            jobs=jobs,
            isolation=isolation,
            cluster=cluster,
            console=console,
            early=early,
        )
        others = [one.grade for one in done if one.grade is not None]
        class_files(book, output, others=others, missing=received.missing, unattributed=received.unattributed)
        for one in done if as_json else ():
            whole = one.grade or _graded_as(book, assignment.id, one.student)
            sys.stdout.write(json.dumps(whole.to_json(), ensure_ascii=False) + "\n")
    terminal.summary(console, done, received, out)
    for fault in (fault for one in done for fault in one.faults):
        console.print(f"[magenta]the diagnosis failed, which costs nobody a point:[/] {escape(fault)}")
    return 1 if received.unattributed or any(one.void for one in done) else 0


def _graded(
    received: intake.Intake,
    assignment: Assignment,
    output: Output,
    book: Gradebook,
    *,
    jobs: int | None,
    isolation: str,
    cluster: str | None,
    console: Console,
    early: Early,
) -> list[Done]:
    """What became of every entry."""
    book.assignment(assignment.id, title=assignment.title, handout=assignment.handout, digest=assignment.digest)
    course = pipeline.prepare(assignment, Seeds(book.secret(adopt=output.secret)), book.answers)
    Rejudging(course, book).keep()  # what these grades follow from

    back = handback.read(book, assignment.id)

    def make_sandbox() -> Sandbox:
        return sandbox_for(assignment, isolation, begun=early.take)

    count = len(received.entries)
    with terminal.Progress(console, count) as progress, _told(lambda: f"{progress.ended} of {count}"):
        if cluster is not None:
            return clusters.batch()(
                received.entries,
                course,
                book,
                folders(book, output),
                writer(back, output),
                cluster=cluster,
                level=isolation,
                back=back,
                started=progress.started,
                finished=progress.finished,
                say=lambda sentence: console.print(sentence, style="yellow", markup=False, soft_wrap=True),
            )
        return batch.run(
            received.entries,
            course,
            book,
            folders(book, output),
            make_sandbox,
            writer(back, output),
            level=isolation,
            back=back,
            workers=min(jobs or os.cpu_count() or 1, count) or 1,
            started=progress.started,
            finished=progress.finished,
            control=Control(course),
            early=early,
        )


@contextmanager
def _told(progress: Callable[[], str]) -> Iterator[None]:
    """An interruption says how far this command came: ``progress`` in words."""
    try:
        yield
    except KeyboardInterrupt as stopped:
        stopped.args = (f"after {progress()}",)
        raise


def _graded_as(book: Gradebook, assignment: str, student: str) -> Grade:
    """The whole grade of a student's last hand-in: what lies in their folder is what they may see."""
    found = standing(book, book.attempt(assignment, student))
    assert found is not None  # it was just graded
    return found.grade


def load(name: str | None, course: Path | None, near: Path | None = None) -> Assignment:
    """The named assignment, or the only one of the course."""
    root = course or course_of(near)
    known = assignments.available(root)
    if name is None:
        if len(known) != 1:
            raise UnknownName(f"{root} has {len(known)} assignments: {', '.join(known)}", mend="name one with -a")
        name = known[0]
    return assignments.load(root, name)


def course_of(near: Path | None) -> Path:
    """The course around this folder, else the one around ``near``."""
    try:
        return assignments.find_course()
    except AssignmentError:
        if near is None or not near.exists():
            raise
        return assignments.find_course(near)


def try_one(
    exercise: str,
    path: Path,
    *,
    only: str | None,
    name: str | None,
    isolation: str,
    course: Path | None,
    early: Early,
) -> int:
    """Show how one exercise of one submission is judged. early: where its sandbox was begun before."""
    assignment = load(name, course, path)
    chosen = next((e for e in assignment.exercises if e.id == exercise), None)
    if chosen is None:
        known = ", ".join(e.id for e in assignment.exercises)
        raise UnknownName(f"{assignment.id} has no exercise {exercise!r}", mend=f"its exercises: {known}")
    if only is not None and only not in [check.id for check in chosen.checks]:
        known = ", ".join(check.id for check in chosen.checks)
        raise UnknownName(f"{exercise} has no check {only!r}", mend=f"its checks: {known}")
    submission = intake.receive([path], assignment.exercises, mode="single").entries[0].read()
    course_ = pipeline.prepare(assignment, Seeds(b"try"))
    early.settle()
    with sandbox_for(assignment, isolation, begun=early.take) as sandbox:
        session = sandbox.open(submission)
        try:
            judged = Grading(assignment, submission, session, course_.reference, course_.seeds)
            result = course_.diagnosis.explain(judged, chosen, judged.exercise(chosen))
            console = Console(highlight=False)
            terminal.tried(console, result, judged, chosen, only)
            terminal.considered(console, course_.diagnosis.considered)
        finally:
            session.close()
    return 0

"""What the student's subcommands do: check one's own work, pack it for handing in."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder import assignment as assignments
from autograder import checking, checkview, intake
from autograder import handout as handouts
from autograder import pack as packing
from autograder.checking import Checked, Desk
from autograder.errors import AssignmentError, AutograderError, IntakeError, UnknownName
from autograder.exercise import Exercise
from autograder.model import Submission
from autograder.sandbox.local import LocalSandbox
from autograder.sandbox.spawn import Spawned

LEVEL_NONE = "isolation level none: this is your own code, run as an ordinary program of yours"
POLL = 0.4  # seconds between two looks at the files
WATCHED = ("*.py", "*.ipynb", "*.md")


def check(
    words: Sequence[str],
    *,
    name: str | None,
    course: Path | None,
    page: Path | None,
    as_json: bool,
    watch: bool,
    spawned: Spawned | None = None,
) -> int:
    """Check work by the public cases. Returns the exit status."""
    out = Console(stderr=True, highlight=False) if as_json else checkview.console()
    try:
        paths = [Path(word) for word in words if Path(word).exists()]
        names = [word for word in words if not Path(word).exists()]
        desk = _desk(paths, names, name=name, course=course)
        chosen = desk.exercises(names)
        places = paths or [_own_work(desk)]
        out.print(f"{escape(desk.assignment.title)}, handout {escape(desk.assignment.handout)}", style="dim")
        out.print(LEVEL_NONE, style="dim")
        with LocalSandbox(desk.assignment.probes, stubs=desk.assignment.stubs, spawned=spawned) as sandbox:
            spawned = None
            for _ in _saves(places) if watch else (None,):
                result = _once(desk, places, chosen, sandbox, out, whole=bool(names))
                if as_json:
                    sys.stdout.write(json.dumps(result.to_json(), ensure_ascii=False) + "\n")
                    sys.stdout.flush()
                if page is not None:
                    from autograder.reporting import html  # slow to import, and seldom needed
                    from autograder.reporting.files import write

                    write(page, html.student_page(result.grade))
                    out.print(f"report  {escape(str(page))}", soft_wrap=True)
                if not words and desk.folder is not None:
                    packing.remember(desk.folder, result)
                if watch:
                    sandbox.prepare()
                    out.print("waiting for the next save; Ctrl-C ends it", style="dim")
        return 1 if result.grade.void else 0
    finally:
        if spawned is not None:
            spawned.end()


def pack(folder: Path | None, *, out: Path | None, check: bool, spawned: Spawned | None = None) -> int:
    """Make the zip to hand in. It reminds of what is missing and refuses nothing. Returns the exit status."""
    console = checkview.console()
    try:
        place = handouts.find(folder)
        if place is None:
            raise AssignmentError(
                f"there is no {handouts.MARKER} at or above {folder or Path.cwd()}",
                mend="do this in the folder that you were handed out, or name it: autograder pack FOLDER",
            )
        handout, assignment = handouts.read(place), assignments.load_handout(place)
        received = intake.receive([place], assignment.exercises, mode="single").entries[0].read()
        submission = checking.own_work(place, received)
        said = packing.recall(place, submission)
        if said is None and check:
            try:
                console.print("checking it first; --no-check leaves that out", style="dim")
                desk = checking.open_desk(place)
                with LocalSandbox(assignment.probes, stubs=assignment.stubs, spawned=spawned) as sandbox:
                    spawned = None
                    result = checking.judge(desk, submission, desk.assignment.exercises, sandbox)
                packing.remember(place, result)
                said = packing.recall(place, submission)
            except AutograderError as error:
                console.print(f"[yellow]it could not be checked:[/] {escape(str(error))}")
        packed = packing.choose(assignment, handout, place, submission, said)
        target = out or place / f"{assignment.id}.zip"
        packed.write(target)
        checkview.packed(console, packed, {e.id: e.title for e in assignment.exercises}, target)
        return 0
    finally:
        if spawned is not None:
            spawned.end()


def _once(
    desk: Desk, places: Sequence[Path], chosen: Sequence[Exercise], sandbox: LocalSandbox, out: Console, *, whole: bool
) -> Checked:
    submission = _read(places, desk)
    for problem in submission.problems:
        if problem.ours:
            raise IntakeError(problem.message, mend="check the files one by one: `autograder check FILE`")
    chosen = _present(chosen, submission, whole=whole)
    out.print()
    checkview.problems(out, submission.problems)
    result = checking.judge(desk, submission, chosen, sandbox, partial(checkview.exercise, out, whole=whole))
    checkview.ending(out, result)
    return result


def _present(chosen: Sequence[Exercise], submission: Submission, *, whole: bool) -> Sequence[Exercise]:
    """Of one file of many, only the exercises that are in it; of a whole folder, or where they are named, all."""
    if whole or len(submission.received) > 1:
        return chosen
    defined = {name for file in submission.files for name in file.defines}
    lost = {name for problem in submission.problems for name in problem.names}
    inside = [e for e in chosen if set(e.names) & (defined | lost) or e.id in submission.answers]
    return inside or chosen


def _desk(paths: Sequence[Path], names: Sequence[str], *, name: str | None, course: Path | None) -> Desk:
    try:
        return checking.open_desk(paths[0] if paths else None, name=name, course=course)
    except AssignmentError as error:
        if names and not isinstance(error, UnknownName):  # a path with a slip in it is no exercise either
            raise AssignmentError(f"{names[0]} is no file here, and {error}", mend=error.mend) from None
        raise


def _own_work(desk: Desk) -> Path:
    if desk.folder is None:
        raise UnknownName("nothing was named to check", mend="name a file or a folder: autograder check work/")
    return desk.folder


def _read(places: Sequence[Path], desk: Desk) -> Submission:
    submission = intake.receive(list(places), desk.assignment.exercises, mode="single").entries[0].read()
    whole = desk.folder is not None and [place.resolve() for place in places] == [desk.folder.resolve()]
    return checking.own_work(desk.folder, submission) if whole and desk.folder is not None else submission


def _saves(places: Sequence[Path]) -> Iterator[None]:
    """Once now, and once after each change of a watched file."""
    before = None
    while True:
        now = _stamps(places)
        if now != before:
            before = now
            yield
        else:
            time.sleep(POLL)


def _stamps(places: Sequence[Path]) -> dict[str, tuple[int, int]]:
    found = {}
    for place in places:
        files = [path for pattern in WATCHED for path in place.glob(pattern)] if place.is_dir() else [place]
        for path in files:
            try:
                stat = path.stat()
            except OSError:
                continue  # between two steps of an editor's way to save
            found[str(path)] = (stat.st_mtime_ns, stat.st_size)
    return found

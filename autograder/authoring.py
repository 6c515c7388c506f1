"""What ``doctor``, ``audit``, ``release`` and ``new`` do: the commands of those who write assignments."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder import assignment as assignments
from autograder import doctor as examination
from autograder import key as publickey
from autograder import pipeline, terminal
from autograder.assignment import Assignment
from autograder.auditing import audit as auditing
from autograder.auditing import audited, scorecard
from autograder.commands import course_of, load
from autograder.errors import UnknownName
from autograder.releasing import release as releasing
from autograder.reporting import html
from autograder.reporting.files import write
from autograder.seeds import Seeds
from autograder.starting import begin as starting


def doctor(*, isolation: str | None, as_json: bool) -> int:
    """Examine this machine: the asked level, or the best that can be had."""
    missing: list[examination.Trial] = []
    if isolation:
        level, trials = isolation, examination.examine(isolation)
    else:
        level, trials, missing = examination.examine_best()
    facts = examination.facts()
    if as_json:
        found: dict[str, object] = {"level": level, "trials": [asdict(t) for t in trials]}
        found |= {"missing": [asdict(t) for t in missing], "facts": [asdict(f) for f in facts]}
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        terminal.examined(Console(highlight=False), level, trials, facts, missing)
    return 0 if all(trial.ok for trial in trials) else 1


def audit(
    name: str | None,
    *,
    only: Sequence[str],
    sample: int,
    jobs: int | None,
    course: Path | None,
    as_json: bool,
    page: Path | None,
) -> int:
    """Judge all known work of an assignment."""
    console = Console(stderr=as_json, highlight=False)
    prepared = pipeline.prepare(load(name, course), Seeds(auditing.SECRET))
    with audited.AuditProgress(console) as progress:
        result = auditing.audit(
            prepared,
            only=only or scorecard.KINDS,
            sample=sample,
            workers=jobs or os.cpu_count() or 1,
            began=progress.began,
            finished=progress.finished,
        )
    plain = result.to_json()
    audited.show(console, result)
    if as_json:
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, allow_nan=False) + "\n")
    if page is not None:
        write(page, html.audit_page(plain))
        console.print(f"kill table   {escape(str(page))}", soft_wrap=True)
    return 0 if result.ok else 1


def release(id: str, folder: Path | None, *, only_check: bool, wheel: Path | None, course: Path | None) -> int:
    """Write or check what students receive. Returns 1 where ``only_check`` found a difference."""
    console = Console(highlight=False, soft_wrap=True)
    assignment = assignments.load(course or course_of(folder), id)
    own = assignment.grading.parent
    target = folder or own
    if not only_check:
        _with_key(assignment, console)
    made = releasing.make(assignment)
    if only_check:
        found = releasing.differences(made, target)
        for sentence in found:
            console.print(escape(sentence))
        again = f"autograder release {id}" + (f" {folder}" if folder else "")
        console.print(f"mend: {again}" if found else f"{target}: exactly what the sources give", markup=False)
        return 1 if found else 0
    with tempfile.TemporaryDirectory() as out:
        ours = None
        if target.resolve() != own.resolve():
            ours = releasing.check_wheel(wheel) if wheel else releasing.build_wheel(Path(out))
        written = releasing.write(made, target, ours)
    counts = f"{len(written.new)} new, {len(written.changed)} changed, {len(written.removed)} removed"
    console.print(f"{target}: handout {made.handout.version} of {id}, {len(made.files)} files ({counts})", markup=False)
    for name in written.kept:
        console.print(f"kept, though no longer handed out, because it was changed: {name}", markup=False)
    if ours is not None:
        console.print(f"its wheel: {releasing.WHEELS}/{ours.name}", markup=False)
    return 0


def _with_key(assignment: Assignment, console: Console) -> None:
    """A public key that is missing, damaged, or no longer what the sources give, is recorded anew."""
    path = assignment.grading / publickey.FILE
    there = path.is_file()
    data, why = publickey.renewed(assignment)
    if why:
        path.write_bytes(data)
        console.print(f"the public key was recorded{f' anew: {why}' if there else ''}", markup=False)


def new(id: str, *, title: str | None, course: Path | None) -> int:
    """Begin an assignment: write its sources, and from these what students receive."""
    console = Console(highlight=False, soft_wrap=True)
    root = course or _course_here()
    title = title if title is not None else id.replace("_", " ").capitalize()
    written = starting.begin(root, id, title)
    release(id, None, only_check=False, wheel=None, course=root)
    console.print(f"{len(written)} sources in {root / 'assignments' / id} and {root / 'solutions' / id}", markup=False)
    option = f" --course {course}" if course else ""
    mistake = sorted(path for path in written if "mistakes" in path.parts)[0]
    for words, what in (
        (f"autograder audit {id}{option}", "judges the known work: everything holds"),
        (f"autograder try highway {mistake} -a {id}{option}", "shows how a wrong layer is judged"),
        (f"autograder release {id} handout/{option}", "writes what students receive"),
    ):
        console.print(f"  {words}\n      {what}", markup=False)
    console.print("Now change it piece by piece, and audit after each: docs/authoring.md says what each file is for.")
    return 0


def _course_here() -> Path:
    """The course around this folder; where there is none, this folder becomes one."""
    try:
        return assignments.find_course()
    except UnknownName:
        return Path()

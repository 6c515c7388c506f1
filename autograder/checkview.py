"""What the terminal shows of a check: each exercise as soon as it is judged, then what is not known yet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.checking import Checked
from autograder.model import WRONG, Evidence, ExerciseGrade, Finding, Outcome, Problem
from autograder.pack import MANIFEST, Packed
from autograder.printable import plain

MARKS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.CRASHED: ("✗", "red"),
    Outcome.UNATTEMPTED: ("○", "dim"),
    Outcome.SKIPPED: ("–", "dim"),
    Outcome.VOID: ("?", "magenta"),
    Outcome.PENDING: ("…", "yellow"),
}
LOUD = WRONG | {Outcome.VOID}
WIDE = 100  # lines longer than this are hard to read, however wide the window is


def console() -> Console:
    """Standard output, no wider than reads well."""
    found = Console(highlight=False, soft_wrap=False)
    if found.width > WIDE:
        found.width = WIDE
    return found


def exercise(out: Console, grade: ExerciseGrade, *, whole: bool = False) -> None:
    """One exercise. One that passed, or is not begun, takes one line; ``whole`` lists its claims all the same."""
    findings = [finding for finding in grade.checks if finding.kind != "written"]
    outcomes = {finding.outcome for finding in findings}
    if not findings:
        _written(out, grade)
    elif outcomes == {Outcome.PASSED} and not whole:
        out.print(_line(Outcome.PASSED, grade.title, _count(findings), bold=True))
    elif outcomes <= {Outcome.UNATTEMPTED}:
        out.print(_line(Outcome.UNATTEMPTED, grade.title, plain(findings[0].message), bold=True))
    else:
        worst = next((one for one in (*LOUD, Outcome.SKIPPED, Outcome.UNATTEMPTED) if one in outcomes), Outcome.PASSED)
        out.print(_line(worst, grade.title, _count(findings), bold=True))
        own = {f"{grade.id}.{finding.id}" for finding in findings}
        said = ""
        for finding in findings:
            again = finding.waits_for in own or finding.message == said
            out.print(Padding(_finding(finding, quiet=again), (0, 0, 0, 2)))
            said = finding.message
    for note in grade.notes:
        out.print(Padding(Text.assemble(("note  ", "cyan"), plain(note)), (0, 0, 0, 2)))


def problems(out: Console, found: Sequence[Problem]) -> None:
    """What is wrong with the files as such."""
    for problem in found:
        place = problem.file + (f", line {problem.line}" if problem.line else "")
        out.print(Text.assemble(("✗ ", "red"), (plain(place), "bold"), "  ", plain(problem.message)))
        for extra in (problem.code.strip(), problem.hint):
            if extra:
                out.print(Padding(Text(plain(extra), style="dim"), (0, 0, 0, 2)))


def text(finding: Finding) -> str:
    """A finding that is not passed, in plain lines: what was seen, what to try, and what fits in a terminal."""
    out = Console(file=io.StringIO(), width=WIDE, color_system=None, highlight=False)
    out.print(Group(*_body(finding)))
    written = out.file
    assert isinstance(written, io.StringIO)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def ending(out: Console, result: Checked) -> None:
    """The verdict, what only grading can tell, and what to know before any of it is believed."""
    out.print()
    whole = result.judged > 0 and result.passed == result.judged
    verdict = result.verdict[:1].upper() + result.verdict[1:]
    out.print(Text(verdict + ".", style="bold green" if whole else "bold"))
    if result.unknown:
        out.print(Text(result.unknown + ".", style="dim"))
    for remark in result.remarks:
        out.print(Text.assemble(("note  ", "yellow"), plain(remark)))


def packed(out: Console, made: Packed, titles: Mapping[str, str], target: Path) -> None:
    """What is in the zip, and what to think of before it is handed in."""
    out.print(Text.assemble((str(target), "bold"), f"  {len(made.files)} files and {MANIFEST}"))
    out.print(Padding(Text(plain(", ".join(sorted(made.files))), style="dim"), (0, 0, 0, 2)))
    remarks = [("cannot be read", problem) for problem in made.problems]
    if made.unattempted:
        remarks.append(("not begun yet", ", ".join(titles.get(name, name) for name in made.unattempted)))
    if made.left_out:
        remarks.append(("left out", f"{', '.join(made.left_out)}: nothing that is handed in imports it"))
    if made.checked is None:
        remarks.append(("not checked", "autograder check says where it stands"))
    else:
        said = f"{made.checked['passed']} of {made.checked['judged']} public checks passed"
        remarks.append(("checked", f"{said}; {made.checked['hidden']} hidden checks remain"))
    for head, text in remarks:
        out.print(Text.assemble((f"{head}  ", "yellow" if head != "checked" else "green"), plain(text)))
    out.print(Text("Hand it in as it is: what is not begun costs its own points only.", style="dim"))


def _line(outcome: Outcome, title: str, rest: str, *, bold: bool = False) -> Text:
    sign, style = MARKS[outcome]
    return Text.assemble((f"{sign} ", style), (plain(title), "bold" if bold else ""), ("  " + rest, "dim"))


def _count(findings: list[Finding]) -> str:
    passed = sum(finding.outcome is Outcome.PASSED for finding in findings)
    if passed == len(findings):
        return f"{passed} check{'s' * (passed != 1)} passed"
    return f"{passed} of {len(findings)} checks passed"


def _written(out: Console, grade: ExerciseGrade) -> None:
    if not grade.checks:
        out.print(_line(Outcome.SKIPPED, grade.title, "hidden checks only", bold=True))
    for finding in grade.checks:
        said = "there is an answer; a person will read it" if finding.outcome is Outcome.PENDING else finding.message
        out.print(_line(finding.outcome, grade.title, plain(said), bold=True))


def _finding(finding: Finding, *, quiet: bool) -> RenderableType:
    sign, style = MARKS[finding.outcome]
    claim = Text(plain(finding.claim), style="" if finding.outcome in LOUD else "dim")
    body = _body(replace(finding, message="") if quiet else finding)
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column()
    table.add_row(Text(sign, style=style), Group(claim, *body))
    return table


def _body(finding: Finding) -> list[RenderableType]:
    loud = finding.outcome in LOUD
    body: list[RenderableType] = []
    if finding.message:
        body.append(Text(plain(finding.message), style="" if loud else "dim"))
    if loud and finding.hint:
        body.append(Text.assemble(("try  ", "cyan"), plain(finding.hint.split("\n\n")[0])))
    if loud:
        body += [shown for evidence in finding.evidence if (shown := _evidence(evidence)) is not None]
    return body


def _evidence(evidence: Evidence) -> RenderableType | None:
    """What fits a terminal: small tables and one's own frames. The pictures are in the report."""
    data: Any = evidence.data
    if evidence.kind == "table":
        return _table(str(data.get("title", "")), [str(c) for c in data["columns"]], data["rows"])
    if evidence.kind == "traceback":
        frames = [f"{frame['file']} line {frame['line']}: {frame['code']}" for frame in data["frames"][-3:]]
        return Text(plain("\n".join(frames)), style="dim") if frames else None
    return None


def _table(title: str, columns: list[str], rows: list[list[Any]]) -> RenderableType:
    table = Table(box=None, header_style="dim", pad_edge=False, title=None)
    for column in columns:
        table.add_column(Text(plain(column)), overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(str(cell))) for cell in row))
    return Padding(Group(Text(plain(title), style="dim"), table), (0, 0, 0, 2))

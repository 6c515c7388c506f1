"""What the terminal says after a class was graded."""

from __future__ import annotations

import dataclasses
from io import StringIO
from pathlib import Path

from reporting_samples import samples
from rich.console import Console

from autograder import ledger, terminal
from autograder.intake import Intake
from autograder.model import Grade, Outcome, Problem


def said(*grades: Grade, unattributed: tuple[str, ...] = ()) -> str:
    """The summary as a log has it."""
    console = Console(file=StringIO(), width=120, color_system=None)
    done = [ledger.done(grade, Path("out")) for grade in grades]
    terminal.summary(console, done, Intake((), "class", "", unattributed=unattributed), Path("out"))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_what_is_not_begun_is_a_number_beside_what_went_wrong() -> None:
    def one_crash(exercise: str, finding: samples.Finding) -> samples.Finding:
        return samples.lost(finding, Outcome.CRASHED if exercise == "gru_cell" else Outcome.UNATTEMPTED, "x")

    head, row, *_ = said(samples.changed(one_crash)).splitlines()

    asked = [e for e in samples.untouched().exercises if e.possible]
    assert row[: head.index("not begun") + len("not begun")].split()[-1] == str(len(asked) - 1)
    assert row[head.index("points lost in") :].strip() == "GRU cell"


def test_exercises_with_something_wrong_come_before_those_with_something_missing() -> None:
    def half_begun(exercise: str, finding: samples.Finding) -> samples.Finding:
        if exercise == "vanilla_rnn" and finding.id != "shapes":
            return samples.lost(finding, Outcome.UNATTEMPTED, "x")
        return samples.lost(finding, Outcome.FAILED, "x") if exercise == "gru_cell" else samples.passed(finding)

    done = ledger.done(samples.changed(half_begun), Path("out"))

    assert done.unfinished == ("GRU cell", "Vanilla RNN")


def test_whoever_could_not_be_read_is_named_with_the_reason() -> None:
    problem = Problem("abgabe.rar", "is an archive of a kind that is not opened", fatal=True)
    unread = dataclasses.replace(samples.untouched(), student="uma", problems=(problem,))
    text = said(unread)
    count = ledger.done(unread, Path("out")).untouched
    assert "could not be read: uma: abgabe.rar: is an archive of a kind that is not opened\n" in text
    assert "nothing could be read" in text
    assert count > 9
    assert str(count) not in text


def test_files_of_nobody_are_listed_by_folder() -> None:
    text = said(samples.ada(), unattributed=("notes.pdf", *(f"bob/{n}.py" for n in range(9)), "cleo/a.py"))
    lines = [line for line in text.splitlines() if line.startswith("belongs to nobody")]
    assert lines == [f"belongs to nobody: {what}" for what in ("notes.pdf", "bob/ (9 files)", "cleo/a.py")]

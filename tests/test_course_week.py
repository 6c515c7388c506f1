"""docs/course-week.md does what it says: its commands, in its order, with its files."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.doctor import best_level

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/course-week.md").read_text(encoding="utf-8")
SOLVED = ROOT / "examples/class/ada"
COURSE = ("release", "grade", "marks", "rejudge", "export")  # commands that look for the course's checkout

pytestmark = pytest.mark.slow


def commands() -> Iterator[list[str]]:
    """Every line of the page's shell blocks, as words."""
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        yield from (shlex.split(line) for line in block.splitlines())


class Week:
    """The folder in which the page's commands run, and what people do between them."""

    def __init__(self, folder: Path, go: Callable[[Path], None]) -> None:
        self.folder, self.here, self._go = folder, folder, go
        self.said: dict[str, str] = {}  # command -> what it printed, the last time
        self.filled: list[dict[str, str]] = []  # what was sent to Canvas, each time
        for name, text in re.findall(r"^```csv (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
            (folder / name).write_text(text, encoding="utf-8")

    def run(self, words: list[str]) -> None:
        if words[0] == "cd":
            self.here = (self.here / words[1]).resolve()
            self._go(self.here)
            return
        name, *rest = words[1:]
        self.before(name, rest)
        extra = ["--course", str(ROOT)] if name in COURSE else []
        extra += ["--isolation", best_level()] if name == "grade" else []
        result = CliRunner().invoke(cli.main, [name, *rest, *extra])
        assert result.exit_code == 0, f"{shlex.join(words)}\n{result.output}\n{result.exception!r}"
        self.said["show" if "show" in rest else name] = result.output
        if name == "export":
            self.filled.append(canvas(self.folder / "filled.csv"))

    def before(self, name: str, rest: list[str]) -> None:
        """What a person does before this command."""
        if name == "check":
            shutil.copy(SOLVED / "lstm_cell.py", self.here)
            shutil.copy(SOLVED / "written_rnn.md", self.here)
        elif name == "grade":
            self.upload()
        elif name == "marks" and rest[0] == "import":
            mark(self.folder / "to-mark.csv")

    def upload(self) -> None:
        """Ada's zip, Bo's file late, as Canvas gives them."""
        bo = (SOLVED / "gru_cell.py").read_bytes()
        with zipfile.ZipFile(self.folder / "submissions.zip", "w") as archive:
            archive.write(self.folder / "ada.zip", "okaforada_501_9001_ada.zip")
            archive.writestr("nowakbo_LATE_502_9002_gru_cell.py", bo)


def mark(sheet: Path) -> None:
    """One point for every answer."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert table
    for row in table:
        row["points"] = "1"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


def canvas(path: Path) -> dict[str, str]:
    """ID -> score, as Canvas reads its import."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["ID"]: row["Recurrent networks (4711)"] for row in csv.DictReader(file) if row["ID"]}


def grade_of(week: Week, student: str) -> dict[str, object]:
    data: dict[str, object] = json.loads((week.folder / "graded" / student / "grade.json").read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """The week after its last command."""
    folder = tmp_path_factory.mktemp("week")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = Week(folder, patch.chdir)
        for words in commands():
            done.run(words)
        yield done


def test_every_command_of_the_week_succeeds_and_the_page_shows_the_whole_way(week: Week) -> None:
    run = {words[1] for words in commands() if words[0] == "autograder"}
    assert {"release", "check", "pack", "grade", "marks", "policy", "rejudge", "export"} <= run
    assert {"ada", "bo"} <= {path.parent.name for path in (week.folder / "graded").glob("*/grade.json")}


def test_the_student_sees_the_exercise_pass_and_a_hint(week: Week) -> None:
    assert "LSTM" in week.said["check"]
    assert week.said["hint"].strip()


def test_who_handed_in_nothing_is_missing(week: Week) -> None:
    assert "cy" in week.said["grade"]
    assert not (week.folder / "graded/cy").exists()


def test_lateness_is_shown_with_its_arithmetic(week: Week) -> None:
    bo = grade_of(week, "bo")
    page = (week.folder / "graded/bo/report.html").read_text(encoding="utf-8")
    assert "15 min of grace: 1 started day at 10 %" in week.said["policy"]
    assert "1 started day at 10 % = 10 % of" in page
    assert isinstance(bo["points"], int)
    assert bo["counted"] == bo["points"] - bo["points"] * 10 // 100
    assert "the initial state was right" in week.said["show"]


def test_judging_again_changes_nothing_where_nothing_was_changed(week: Week) -> None:
    assert "nothing was written (--dry-run)" in week.said["rejudge"]


def test_canvas_gets_the_points_that_count_and_zero_only_where_it_was_said(week: Week) -> None:
    ada, bo = grade_of(week, "ada"), grade_of(week, "bo")
    first, second = week.filled
    assert (first["501"], first["502"], first["503"]) == (str(ada["counted"]), str(bo["counted"]), "")
    assert (second["501"], second["503"]) == (first["501"], "0")
    assert ada["pending"] == 0

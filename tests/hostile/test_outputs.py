"""What a student writes is data in everything that the grader writes: pages, tables, JSON, the terminal, file names.

One class is graded from end to end by the command line, then every file that was produced is looked at.
"""

from __future__ import annotations

import base64
import csv
import json
import os
import re
import subprocess
import sys
import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from autograder import intake
from autograder.gradebook.store import Gradebook
from hostile.harness import CANARIES, FORBIDDEN, ROOT, canary, planted_course
from hostile.table import attack

Seen = Callable[[str], None]

OURS = {"report.html", "grade.json", "results.json", "notebook.html"}  # in a student's folder
TAG = "<img src=x onerror=alert(1)>"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m\u202egnp\u2066\r\x00\x08"
NAMES = {  # folder -> why
    "plain": "an ordinary student",
    "Ada": "differs from the next in case only",
    "ada": "differs from the one before in case only",
    "\u0430da": "its first letter is Cyrillic",
    "Ren\u00e9": "composed",
    "Rene\u0301": "decomposed, looks the same",
    TAG: "HTML",
    '=HYPERLINK("http:evil","click")': "a formula",
    "@SUM(1+1)*cmd": "a formula",
    "+1+1": "a formula",
    "-2-2": "a formula",
    "\t=1+1": "a formula after a tab",
    "con": "reserved on Windows",
    "index.html": "the class page's name",
    "grades.csv": "the table's name",
    "x\\..\\..\\evil": "leads out, where \\ separates",
    "line\nbreak": "two lines",
    "\x1b[31mred\x1b[0m": "colours the terminal",
    "cod\u202egpj.exe": "reads backwards",
    "a" * 200: "long",
    "[bold red]rich[/]": "the terminal library's own markup",
}
WORK = f"""
print({ESCAPES!r} * 3, {TAG!r}, "=cmd|' /C calc'!A0", "x" * 10**6)
class LSTMCell:
    def __init__(self, *sizes):
        raise ValueError({TAG + ESCAPES + " [bold]=1+1[/bold] </script><script>alert(2)</script> {{7*7}}"!r})
"""
ANSWER = f"""# Analysis
{TAG} <script>alert(3)</script> [click](javascript:alert(4)) ![x](http://evil.example/x.png)
<iframe src="//evil.example"><svg onload=alert(5)><a href="data:text/html,x">y</a> {ESCAPES}
"""


def notebook() -> str:
    outputs = [
        {"output_type": "display_data", "data": {"text/html": "<script>alert('nb')</script>"}},
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg onload=alert('nb')>"}},
        {"output_type": "display_data", "data": {"application/javascript": "alert('nb')"}},
    ]
    cells = [
        {"cell_type": "markdown", "source": ANSWER, "attachments": {"x.png": {"text/html": "<script>alert('nb')"}}},
        {"cell_type": "code", "source": "!curl evil.example\n%run x.py\n%%bash\nrm -rf /", "outputs": outputs},
        {"cell_type": "code", "source": "get_ipython().system('touch owned')", "outputs": []},
        {"cell_type": "code", "source": WORK, "outputs": outputs},
    ]
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {"title": TAG}})


@dataclass(frozen=True)
class Run:
    """One run of ``autograder grade`` over the class."""

    out: Path
    said: str
    status: int
    around: list[str]  # what lies beside the output folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("outputs")
    for number, name in enumerate(NAMES):
        place = folder / "class" / name
        place.mkdir(parents=True)
        if number % 3 == 2:
            (place / f"{TAG.replace('/', '')}.ipynb").write_text(notebook(), encoding="utf-8")
        else:
            (place / "lstm_cell.py").write_text(WORK, encoding="utf-8")
            (place / "written_analysis.md").write_text(ANSWER, encoding="utf-8")
            (place / f"{TAG}\x1b[31m\u202e.py").write_text("x = (", encoding="utf-8")
    course = planted_course(tmp_path_factory.mktemp("course"))
    command = [sys.executable, "-c", "from autograder.cli import main; main()"]
    command += ["grade", str(folder / "class"), "-a", "rnn", "-o", str(folder / "out"), "-j", "2", "--class"]
    command += ["--course", str(course)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "AUTOGRADER_CANARY": canary("environment")},
        capture_output=True,
        timeout=280,
        check=False,
    )
    said = (done.stdout + done.stderr).decode("utf-8")
    return Run(folder / "out", said, done.returncode, sorted(os.listdir(folder)))


def test_the_class_is_graded_whole(run: Run) -> None:
    assert run.status == 0, run.said[-2000:]
    rows = (run.out / "grades.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert len(rows) == len(NAMES)
    assert "Traceback" not in run.said


@attack("N47", "canaries in what is written", "makes the grader quote what it knows: in pages, tables, JSON, the gradebook, on the terminal")  # fmt: skip  # noqa: E501
def test_no_canary_and_no_seed_is_in_anything_that_is_written(run: Run, seen: Seen) -> None:
    """The reference, the mistakes, hidden cases, labels and environment; and the secret of the seeds."""
    files = [path for path in run.out.rglob("*") if path.is_file()]
    assert len(files) > len(NAMES)
    for path in files:
        content = path.read_bytes()
        assert not [name for name in CANARIES if name.encode() in content], path
    shown = [path for path in files if path.suffix in (".html", ".json", ".jsonl", ".csv")]
    for secret in _secrets(run.out):
        assert not [path for path in shown if secret in path.read_text(encoding="utf-8")]
        assert secret not in run.said
    assert not [name for name in CANARIES if name in run.said]
    seen(f"none in {len(files)} files, the gradebook among them, nor on the terminal; nor is the secret of the seeds")


def _secrets(out: Path) -> list[str]:
    """The secret of this folder's seeds, in the forms in which it could be written."""
    with Gradebook.open(out / "gradebook.db") as book:
        secret = book.secret()
    return [secret.hex(), repr(secret)[2:-1], base64.b64encode(secret).decode()]


@attack(84, "names that collide", "students whose names differ in case, in composition, in alphabet, or not to the eye")
@attack("N44", "names as paths", "names that lead out of the folder, are reserved, or are those of our own files")
def test_each_student_has_a_folder_of_their_own_with_a_safe_name(run: Run, seen: Seen) -> None:
    folders = [path for path in run.out.iterdir() if path.is_dir() and not path.name.startswith(".")]
    files = {path.relative_to(run.out).as_posix() for path in run.out.rglob("*")}
    assert run.around == ["class", "out"]
    assert len(folders) == len(NAMES)
    assert len({unicodedata.normalize("NFKC", path.name).casefold() for path in folders}) == len(NAMES)
    for path in folders:
        assert re.fullmatch(r"[\w+@][\w. @+-]*", path.name), path.name
        assert len(path.name.encode()) < 120
        assert path.name.partition(".")[0].casefold() not in ("con", "prn", "aux", "nul")
        files_here = {p.name for p in path.iterdir()}
        assert {"report.html", "grade.json", "results.json"} <= files_here <= OURS, path.name
    assert not [path for path in run.out.rglob("*") if path.is_symlink()]
    assert {"index.html", "grades.csv", "grades.jsonl"} <= files
    students = [json.loads((path / "grade.json").read_text(encoding="utf-8"))["student"] for path in folders]
    assert len(set(students)) == len(NAMES)
    seen(f"{len(folders)} folders, all different, none with a character that a file system takes amiss")


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


@attack(79, "HTML and scripts", "names, file names, exceptions, output, Markdown and notebook outputs with HTML, SVG and JavaScript")  # fmt: skip  # noqa: E501
def test_pages_hold_no_element_of_a_student(run: Run, seen: Seen) -> None:
    pages = sorted(path for path in run.out.rglob("*.html") if path.is_file())
    assert len(pages) >= len(NAMES) + 1
    scripts: dict[str, set[str]] = {path.name: set() for path in pages}
    for path in pages:
        text = path.read_text(encoding="utf-8")
        page = Page(text)
        scripts[path.name] |= {script for script in page.scripts if "alert" in script}
        assert {tag for tag, _ in page.tags}.isdisjoint(
            {"iframe", "object", "embed", "base", "form", "frame", "applet"}
        )
        for tag, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on")], (path, tag, attributes)
            for name in ("href", "src", "action", "xlink:href", "srcset", "formaction"):
                value = (attributes.get(name) or "").strip().casefold()
                assert not value.startswith(("javascript:", "data:text", "vbscript:")), (path, tag, attributes)
                if name == "src":
                    assert not value or value.startswith("data:image/"), (path, tag, attributes)
                assert not value.startswith(("http:", "//")), (path, tag, attributes)
        assert "49 </" not in text  # {{7*7}} is text
        assert not FORBIDDEN.search(text), (path, FORBIDDEN.search(text))
        policy = [a for tag, a in page.tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
        assert "default-src 'none'" in str(policy), path
    assert not any(scripts.values())
    seen(f"{len(pages)} pages: no element, attribute, link or script but ours; default-src 'none'")


@attack(81, "formulas", "names that a spreadsheet would compute: = + - @ and a tab before them")
def test_tables_hold_text_and_numbers(run: Run, seen: Seen) -> None:
    tables = sorted(path for path in run.out.rglob("*.csv") if path.is_file())
    assert [path.name for path in tables if path.parent == run.out] == ["grades.csv", "reports.csv"]
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert len(rows) == len(NAMES) + 1
        assert len({len(row) for row in rows}) == 1
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), cell
            assert not FORBIDDEN.search(cell)
            assert "\n" not in cell
    seen("each such cell begins with a quote sign; one line a student")


@attack(82, "terminal and log lines", "escape sequences, bidirectional marks, null bytes and line ends in names, output and messages")  # fmt: skip  # noqa: E501
def test_neither_the_terminal_nor_a_line_of_json_can_be_spoofed(run: Run, seen: Seen) -> None:
    assert not FORBIDDEN.search(run.said.replace("\r", "")), FORBIDDEN.search(run.said)
    for path in [*run.out.rglob("*.json"), *run.out.rglob("*.jsonl")]:
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")[:-1] if path.suffix == ".jsonl" else [text]
        for line in lines:
            content = json.loads(line, parse_constant=_no_constant)
            assert isinstance(content, dict)
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text), path
    assert "rich" in run.said
    assert "[bold red]rich" in run.said  # shown, not obeyed
    seen("shown as other characters; every line of JSON is one object")


def _no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is not JSON")


@attack("N45", "megabytes", "prints a megabyte in each child, to make reports that no browser opens")
def test_reports_stay_small(run: Run, seen: Seen) -> None:
    sizes = [path.stat().st_size for path in run.out.rglob("*") if path.is_file()]
    assert max(sizes) < 2_500_000
    seen(f"the largest file has {max(sizes):,} bytes")


@attack(80, "notebook magics", "shell commands, %run, %%bash and get_ipython in cells")
def test_nothing_of_a_notebook_runs_outside(run: Run, seen: Seen) -> None:
    assert not (ROOT / "owned").exists()
    assert not list(run.out.parent.rglob("owned"))
    pages = [path.read_text(encoding="utf-8") for path in run.out.rglob("*.html") if path.is_file()]
    assert not [page for page in pages if "alert('nb')" in page]
    seen("magics are left out or refused; outputs of the notebook are not kept")


@attack(71, "zip bombs", "60 MB of zeros in 60 KB; one name twice; a zip in a zip")
def test_a_zip_bomb_is_a_problem_of_one_student(tmp_path: Path, rnn: Any, seen: Seen) -> None:
    bomb = tmp_path / "mallory.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        warnings.simplefilter("ignore")  # of the second member of one name
        file.writestr("huge.py", bytes(60 * 10**6))
        file.writestr("inner.zip", bytes(100))
        file.writestr("lstm_cell.py", "class LSTMCell: first = 1")
        file.writestr("lstm_cell.py", "class LSTMCell: second = 2")
    submission = intake.receive([bomb], rnn.exercises, mode="single").entries[0].read()
    assert [problem.file for problem in submission.problems] == ["huge.py"]
    assert [file.name for file in submission.files] == ["lstm_cell.py"]
    assert "second" in submission.files[0].units[0].source
    assert any("twice" in note for note in submission.notes)
    seen(submission.problems[0].message)

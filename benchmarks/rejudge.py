"""How long it takes to judge 500 stored submissions again, by what was changed.

    python benchmarks/rejudge.py                       grades the sample class and some known mistakes, then measures
    python benchmarks/rejudge.py --from graded         starts from a folder that `autograder grade` made

What is stored is real: the sample class's submissions and the reference with one known mistake in it, each run once
in the sandbox. They are then copied under other students' names until there are enough, so every transcript comes
several times; nothing of the program knows that, and each copy is judged as if it were the only one. Each change is
made in a copy of the course and judged by `autograder rejudge --dry-run` in a fresh process. CPU seconds are those of
all processes together; wall-clock seconds depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CELLS = "assignments/rnn/grading/checks/cells.py"
COPIED = ("assignments", "solutions")


def main() -> None:
    """Make what is stored, change the course in each way, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="graded", type=Path, help="an output folder of `autograder grade`")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--mistakes", type=int, default=20, help="known mistakes that are graded beside the class")
    parser.add_argument("--students", type=int, help="as many of the sample class, not all")
    parser.add_argument("--isolation", default="full")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        out = Path(room) / "out"
        if options.graded is not None:
            shutil.copytree(options.graded, out)
        else:
            graded(Path(room), out, options.mistakes, options.isolation, options.students)
        print(f"{enlarge(out / 'gradebook.db', options.count)} stored submissions, {options.jobs} processes\n")
        print(f"{'what was changed':58} {'wall s':>7} {'CPU s':>7}  exercises judged")
        for name, change in CHANGES.items():
            course = Path(room) / "course"
            for part in COPIED:
                shutil.copytree(ROOT / part, course / part, ignore=shutil.ignore_patterns("__pycache__"))
            change(course)
            wall, cpu, judged = measured(out, course, options.jobs, *(["--all"] if "--all" in name else []))
            print(f"{name:58} {wall:7.1f} {cpu:7.1f}  {judged:8}", flush=True)
            shutil.rmtree(course)


def graded(room: Path, out: Path, mistakes: int, isolation: str, students: int | None = None) -> None:
    """Grade the sample class, or as many of it, and the reference with one piece replaced by a known mistake."""
    work = room / "class"
    work.mkdir()
    for path in sorted((ROOT / "examples/class").iterdir())[:students]:
        (shutil.copytree if path.is_dir() else shutil.copy)(path, work / path.name)
    found = sorted((ROOT / "solutions/rnn/mistakes").rglob("*.py"))
    for path in found[:: max(1, len(found) // mistakes)][:mistakes] if mistakes else []:
        folder = work / f"mistake-{path.parent.name}-{path.stem}"
        shutil.copytree(ROOT / "solutions/rnn/source", folder, ignore=shutil.ignore_patterns("__pycache__"))
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"^(?:class|def) (\w+)", text, re.MULTILINE):
            for other in folder.glob("*.py"):
                source = other.read_text(encoding="utf-8")
                if re.search(rf"^(?:class|def) {name}\b", source, re.MULTILINE):
                    other.write_text(text, encoding="utf-8")
    command = [*PROGRAM, "grade", work, "-o", out, "--course", ROOT, "--isolation", isolation, "--class"]
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


def enlarge(path: Path, count: int) -> int:
    """Copy students with their last grade until there are ``count``; returns how many there are."""
    book = sqlite3.connect(path)
    originals = book.execute(
        "SELECT a.id, s.key, max(g.id) FROM attempts a JOIN students s ON s.id = a.student_id "
        "JOIN grades g ON g.attempt_id = a.id WHERE a.number = 1 GROUP BY a.id, s.key ORDER BY s.key"
    ).fetchall()
    columns = {
        table: [row[1] for row in book.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
        for table in ("students", "attempts", "grades")
    }

    def copied(table: str, number: int, **changes: object) -> int:
        quoted = ", ".join(f'"{name}"' for name in columns[table])
        values = book.execute(f"SELECT {quoted} FROM {table} WHERE id = ?", (number,)).fetchone()
        row = dict(zip(columns[table], values, strict=True)) | changes
        marks = ", ".join("?" for _ in row)
        return int(book.execute(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", tuple(row.values())).lastrowid or 0)

    total = len(originals)
    while total < count:
        attempt, student, grade = originals[total % len(originals)]
        owner = book.execute("SELECT student_id FROM attempts WHERE id = ?", (attempt,)).fetchone()[0]
        mine = copied("students", owner, key=f"{student}-{total}")
        copied("grades", grade, attempt_id=copied("attempts", attempt, student_id=mine))
        total += 1
    book.commit()
    book.close()
    return total


def measured(out: Path, course: Path, jobs: int, *more: str) -> tuple[float, float, str]:
    """Wall-clock and CPU seconds of one run in a fresh process, and how many exercises it judged."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [*PROGRAM, "rejudge", out, "--dry-run", "--course", course, "-j", jobs, *more]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=ROOT, check=False)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    found = re.search(r"\((\d+) exercises", done.stdout)
    if found is None:
        sys.exit(done.stdout + done.stderr)
    again = re.search(r"must run again: ([1-9]\d*)", done.stdout)
    return wall, _cpu(after) - _cpu(before), found[1] + (f", {again[1]} must run again" if again else "")


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


# --- changes ------------------------------------------------------------------------------------


def _edit(course: Path, file: str, change: Callable[[str], str]) -> None:
    path = course / file
    text = path.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text, f"{file} has another form now: nothing was changed"
    path.write_text(changed, encoding="utf-8")


def _points(course: Path) -> None:
    _edit(course, CELLS, lambda text: text.replace("points=1,", "points=2,"))


def _words(course: Path) -> None:
    _edit(course, CELLS, lambda text: text.replace('\n    hint="', '\n    hint="Look at this: '))


def _tolerance(course: Path) -> None:
    def change(text: str) -> str:
        start = text.index("def forward", text.index("lstm = Exercise("))
        at = text.index("    same_outputs(", start)
        return text[:at] + '    close("h", student["out:h"], reference["out:h"], atol=1e-3)\n' + text[at:]

    _edit(course, CELLS, change)


def _mistake(course: Path) -> None:
    path = sorted((course / "solutions/rnn/mistakes/lstm_cell").glob("*.py"))[0]
    _edit(course, str(path.relative_to(course)), lambda text: text + "\n# another remark\n")


def _mistakes(course: Path) -> None:
    """A file beside the known mistakes, which may bear on any of them."""
    (course / "solutions/rnn/mistakes/remarks.txt").write_text("another remark\n", encoding="utf-8")


def _nothing(course: Path) -> None:
    """The course as it is."""


CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing": _nothing,
    "points of the cells' checks": _points,
    "hints of the cells' checks": _words,
    "a tolerance of the LSTM cell's parity": _tolerance,
    "a known mistake": _mistake,
    "all known mistakes (every failure is diagnosed again)": _mistakes,
    "everything is judged (--all)": _nothing,
}
PROGRAM = [sys.executable, "-c", "from autograder.cli import main; main()"]

if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()

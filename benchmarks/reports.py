"""How long it takes to write the reports of 500 students, and to find those that are out of date.

    python benchmarks/reports.py                    grades the sample class, then measures
    python benchmarks/reports.py --from graded      starts from a folder that `autograder grade` made

What is written is real: the grades of the sample class, copied under other students' names until there are enough, each
copy with its own name in it. Every row is one command in a fresh process; what starting the program costs is the row
of one student. CPU seconds are those of all processes; wall-clock seconds depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

from rejudge import PROGRAM, ROOT, enlarge, graded

from autograder.gradebook import documents


def main() -> None:
    """Make the gradebook, run each command, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="graded", type=Path, help="an output folder of `autograder grade`")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--students", type=int, help="grade as many of the sample class, not all")
    parser.add_argument("--isolation", default="full")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        out = Path(room) / "out"
        if options.graded is not None:
            shutil.copytree(options.graded, out)
        else:
            graded(Path(room), out, 0, options.isolation, options.students)
        total = enlarge(out / "gradebook.db", options.count)
        name = renamed(out / "gradebook.db")
        for folder in [path for path in out.iterdir() if path.is_dir() and path.name != ".autograder"]:
            shutil.rmtree(folder)
        print(f"{total} students\n\n{'command':52} {'wall s':>7} {'CPU s':>7} {'ms a report':>12}")
        start = row("report OUT --student NAME", 1, out, "report", "--student", name)
        row("report OUT (none is there: all are written)", total, out, "report", less=start)
        row("report OUT (all are written again)", total, out, "report", less=start)
        row("report OUT --changed (none is)", total, out, "report", "--changed", less=start)
        row("publish OUT (none is; class page and tables)", total, out, "publish", less=start)


def renamed(path: Path) -> str:
    """Put each student's own name into their grade; one of the names."""
    book = sqlite3.connect(path)
    query = (
        "SELECT g.id, g.document, s.key FROM grades g JOIN attempts a ON a.id = g.attempt_id "
        "JOIN students s ON s.id = a.student_id"
    )
    name = ""
    for number, document, name in book.execute(query).fetchall():
        grade = dataclasses.replace(documents.unpack_grade(document), student=name)
        book.execute("UPDATE grades SET document = ? WHERE id = ?", (documents.pack_grade(grade), number))
    book.commit()
    book.close()
    return name


def row(what: str, reports: int, out: Path, command: str, *words: str, less: float = 0.0) -> float:
    """Run one command and print its line; its CPU seconds. ``less``: what starting the program costs."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    given = [*PROGRAM, command, out, *words, "--gradebook", out / "gradebook.db"]
    subprocess.run(list(map(str, given)), check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{what:52} {wall:7.1f} {cpu:7.1f} {1000 * max(0.0, cpu - less) / reports:12.1f}", flush=True)
    return cpu


if __name__ == "__main__":
    main()

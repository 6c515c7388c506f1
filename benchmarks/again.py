"""What it costs to grade 300 submissions a second time, when nothing has changed.

    python benchmarks/again.py [--count 300] [--students 6]

Some of the sample class are graded in the sandbox; they and their folders are then copied under other names until
there are enough, so the second run finds every submission in the gradebook, as after a first run of them all. That
first run would have cost at least the CPU seconds that the students' code took, which the grades say. The second run
is measured in a process of its own, after one that writes what was copied.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from rejudge import PROGRAM, ROOT, enlarge


def grade(work: Path, out: Path, jobs: int) -> tuple[float, float, str]:
    """CPU and wall-clock seconds of one run of the command, and what it printed."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [*PROGRAM, "grade", work, "-o", out, "--class", "-j", jobs, "--course", ROOT]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - began, done.stdout


def main(count: int, students: int, jobs: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as room:
        work, out = Path(room) / "class", Path(room) / "out"
        work.mkdir()
        folders = [path for path in sorted((ROOT / "examples/class").iterdir()) if path.is_dir()]
        for folder in folders[:students]:
            shutil.copytree(folder, work / folder.name)
        grade(work, out, jobs)
        took = {
            folder.name: json.loads((out / folder.name / "grade.json").read_text(encoding="utf-8"))["seconds"][
                "student"
            ]
            for folder in work.iterdir()
        }
        enlarge(out / "gradebook.db", count)
        for number in range(len(took), count):
            name = sorted(took)[number % len(took)]
            shutil.copytree(work / name, work / f"{name}-{number}")
        first = sum(took[path.name.partition("-")[0]] for path in work.iterdir())
        grade(work, out, jobs)
        cpu, wall, said = grade(work, out, jobs)
    assert said.count(" again ") == count, said
    print(f"{count} submissions, {jobs} workers")
    print(f"CPU of the students' code when it was run        {first:8.1f} s")
    print(f"the second time, CPU of all processes           {cpu:8.1f} s, {100 * cpu / first:.1f} % of the first")
    print(f"the second time, wall clock                     {wall:8.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--students", type=int, default=6)
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()
    main(options.count, options.students, options.jobs)

"""What a class costs as it grows: 50, 500 and 5,000 submissions with two tiny exercises, in full isolation.

    python benchmarks/growth.py [--sizes 50,500,5000] [-j 2] [--json FILE]

For each size ``autograder grade`` runs once, in a fresh process, reports and the page of the class included. The
submissions differ in a comment, so none is graded before another. Given are wall clock, CPU of all processes, CPU of
each submission without what starting costs (a run of two is taken off), peak memory of the grader itself (its first
process and its workers; the sandboxes are not the grader), size of the gradebook, and the time from the last
student's report to the page of the class. Disk is needed for some 100 kB a submission.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from graders.timing import Cost, family, measure
from graders.tiny import make_class, make_course

LINEAR, MEMORY = 1.10, 1.2  # promised: CPU a submission at the largest against a tenth of it; memory against the least
PROGRAM = Path(sys.executable).parent / "autograder"


@dataclass(frozen=True)
class Size:
    """What a class of ``count`` costs: seconds, MiB."""

    count: int
    wall: float
    cpu: float
    main: float  # peak memory of the first process
    worker: float  # and of the largest worker
    together: float  # proportional memory of everything at once, sandboxes too
    gradebook: float
    page: float  # seconds from the last report to the page of the class


def main() -> None:
    """Grade each size, print the table and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="50,500,5000", help="how many submissions, the least first")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start, -j {options.jobs}\n")
    sizes = [int(word) for word in options.sizes.split(",")]
    least = graded(2, options.jobs)
    head = f"{'n':>6} {'wall s':>8} {'CPU s':>8} {'ms CPU each':>12} {'main MiB':>9} {'worker MiB':>11}"
    print(f"{head} {'together MiB':>13} {'gradebook MiB':>14} {'page s':>7}")
    found = []
    for count in sizes:
        size = graded(count, options.jobs)
        found.append(size)
        print(
            f"{count:6} {size.wall:8.1f} {size.cpu:8.1f} {each(size, least) * 1000:12.1f} {size.main:9.0f}"
            f" {size.worker:11.0f} {size.together:13.0f} {size.gradebook:14.1f} {size.page:7.2f}",
            flush=True,
        )
    print()
    for less, more in itertools.pairwise(found):
        ratio = each(more, least) / each(less, least)
        promise = f"promised: at most {LINEAR}" if less.count >= 500 else "so few that starting, which varies, is in it"
        print(f"CPU a submission, {more.count} against {less.count}: {ratio:.2f} ({promise})")
    first, last = found[0], found[-1]
    for name, ratio in (("first process", last.main / first.main), ("workers", last.worker / max(first.worker, 1))):
        print(f"memory of the {name}, {last.count} against {first.count}: {ratio:.2f} (promised: at most {MEMORY})")
    if options.json:
        options.json.write_text(json.dumps([asdict(size) for size in (least, *found)], indent=1), encoding="utf-8")


def each(size: Size, least: Size) -> float:
    """CPU seconds of one submission, without what starting costs."""
    return (size.cpu - least.cpu) / (size.count - least.count)


def graded(count: int, jobs: int) -> Size:
    """Grade a class of ``count`` in a fresh folder."""
    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        make_course(room / "course")
        make_class(room / "class", count)
        watch = Watch()
        watch.start()
        cost = grade(room, jobs)
        watch.stop.set()
        watch.join()
        reports = [path.stat().st_mtime for path in room.glob("graded/*/report.html")]
        if len(reports) != count:
            sys.exit(f"{len(reports)} reports for {count} submissions")
        page = (room / "graded" / "index.html").stat().st_mtime - max(reports)
        book = sum(path.stat().st_size for path in room.glob("graded/gradebook.db*")) / 2**20
        return Size(count, cost.wall, cost.cpu, watch.main, watch.worker, cost.together, book, page)


def grade(room: Path, jobs: int) -> Cost:
    """``autograder grade class``."""
    words = [str(PROGRAM), "grade", "class", "-o", "graded", "--course", "course", "--class", "-j", str(jobs)]
    return measure([*words, "--isolation", "full"], room)


class Watch(threading.Thread):
    """Peak memory, in MiB, of the grader's first process and of its workers, which have the same command line."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.main = 0.0
        self.worker = 0.0

    def run(self) -> None:
        """Look five times a second."""
        while not self.stop.wait(0.2):
            for number, pid in enumerate(p for p in family(os.getpid()) if _is_grader(p)):
                peak = _peak(pid)
                if number == 0:
                    self.main = max(self.main, peak)
                else:
                    self.worker = max(self.worker, peak)


def _is_grader(pid: int) -> bool:
    try:
        return str(PROGRAM).encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _peak(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


if __name__ == "__main__":
    main()

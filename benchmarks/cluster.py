"""A Dask cluster on this machine, of one worker and of two: run it on a machine that does nothing else.

    python benchmarks/cluster.py [--count 24] [--turns 2] [--json FILE]

The table is that of ``workers.py``: each submission makes the sandbox compute for about half a second, and what bare
processes need for the same computing stands beside it. Scheduler and workers run before the clock starts; what
``autograder grade --cluster`` takes includes its own start and that of the workers' sandboxes, which is measured apart
with one submission for each worker. CPU is that of the command, not of Dask's processes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from graders.timing import Cost, measure
from graders.tiny import make_class, make_course
from growth import PROGRAM
from workers import ROUNDS, compared

START = 120.0


def main() -> None:
    """Print the table and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24, help="submissions in the class, at least 4")
    parser.add_argument("--turns", type=int, default=2, help="how often each is run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if options.count < 4 or options.turns < 1:
        parser.error("at least four submissions, and one turn")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start\n", flush=True)
    found = compared(options.count, options.turns, graded)
    found.print()
    if options.json:
        options.json.write_text(found.to_json(), encoding="utf-8")


def graded(count: int, workers: int) -> Cost:
    """What grading a class of ``count`` costs, in a fresh folder, on a fresh cluster."""
    with tempfile.TemporaryDirectory() as place, cluster(Path(place), workers) as address:
        room = Path(place)
        make_course(room / "course", ROUNDS)
        make_class(room / "class", count)
        words = [str(PROGRAM), "grade", "class", "-o", "graded", "--course", "course", "--class"]
        return measure([*words, "--isolation", "full", "--cluster", address], room)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """A scheduler and its workers on loopback; gives its address once all of them are there."""
    quiet = ("--host", "127.0.0.1", "--no-dashboard")
    processes = []
    try:
        found = folder / "scheduler.json"
        file = ("--scheduler-file", str(found))
        processes.append(_dask(folder, "scheduler", "--port", "0", "--no-show", *quiet, *file))
        _until(found.is_file)
        for number in range(workers):
            local = ("--local-directory", str(folder / f"worker{number}"))
            processes.append(_dask(folder, "worker", "--nthreads", "1", "--no-nanny", *quiet, *file, *local))
        log = folder / "scheduler.log"
        _until(lambda: log.read_text(encoding="utf-8").count("Register worker") >= workers)
        yield str(json.loads(found.read_text(encoding="utf-8"))["address"])
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _dask(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    with (folder / f"{words[0]}.log").open("ab") as log:
        env = os.environ | {"OMP_NUM_THREADS": "1"}
        return subprocess.Popen([sys.executable, "-m", "dask", *words], stdout=log, stderr=log, env=env, cwd=folder)


def _until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + START
    while not ready():
        if time.monotonic() > end:
            sys.exit("the cluster did not start")
        time.sleep(0.1)


if __name__ == "__main__":
    main()

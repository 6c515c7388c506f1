"""A Dask cluster on this machine, of one worker and of two: run it on a machine that does nothing else.

    python benchmarks/cluster.py [--count 24] [--json FILE]

Each submission makes the sandbox compute for about half a second, as in ``workers.py``. Scheduler and workers run
before the clock starts; what ``autograder grade --cluster`` takes includes its own start and that of the workers'
sandboxes, which a class of one submission shows apart.
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

from graders.tiny import make_class, make_course
from workers import ROUNDS

PROGRAM = Path(sys.executable).with_name("autograder")
START = 60.0


def main() -> None:
    """Print the table and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24, help="submissions in the class")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start\n")
    print(f"{'workers':>7} {'one submission, s':>18} {f'{options.count}, s':>9} {'a minute':>9}")
    found: dict[int, tuple[float, float]] = {}
    for workers in (1, 2):
        start, whole = graded(1, workers), graded(options.count, workers)
        found[workers] = (start, whole)
        print(f"{workers:7} {start:18.1f} {whole:9.1f} {60 * options.count / whole:9.1f}")
    (start1, one), (start2, two) = found[1], found[2]
    inner = (one - start1) / (two - start2)
    print(f"\ntimes as fast with two: {one / two:.2f}; start-up taken off: {inner:.2f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


def graded(count: int, workers: int) -> float:
    """Seconds of wall clock for a class of ``count`` in a fresh folder, on a fresh cluster."""
    with tempfile.TemporaryDirectory() as place, cluster(Path(place), workers) as address:
        room = Path(place)
        make_course(room / "course", ROUNDS)
        make_class(room / "class", count)
        words = [str(PROGRAM), "grade", "class", "-o", "graded", "--course", "course", "--class"]
        began = time.monotonic()
        done = subprocess.run([*words, "--isolation", "full", "--cluster", address], cwd=room, capture_output=True)
        if done.returncode:
            sys.exit(done.stdout.decode() + done.stderr.decode())
        return time.monotonic() - began


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

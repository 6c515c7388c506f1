"""Two workers against one, in CPU-bound work: run it on a machine that does nothing else.

    python benchmarks/workers.py [--count 24] [--turns 3] [--json FILE]

Each submission makes the sandbox compute for about half a second, as a training does. ``autograder grade`` runs with
one worker and with two, in turn; the least wall clock of each counts. Starting the program is the same for both: it
is measured with a class of one submission and given apart. CPU is that of all processes: what two workers need more
than one is what they cost each other.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from graders.timing import Cost
from graders.tiny import make_class, make_course
from growth import grade

ROUNDS = 5000  # products of matrices in each of four runs of a probe: about half a second together
WANTED = 1.8


def main() -> None:
    """Print the table and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24, help="submissions in the class")
    parser.add_argument("--turns", type=int, default=3, help="how often each is run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start\n")
    start = graded(1, 1)
    found: dict[int, list[Cost]] = {1: [], 2: []}
    for _ in range(options.turns):
        for jobs, costs in found.items():
            costs.append(graded(options.count, jobs))
    best = {jobs: min(cost.wall for cost in costs) for jobs, costs in found.items()}
    cpu = {jobs: min(cost.cpu for cost in costs) for jobs, costs in found.items()}
    print(f"{'':24} {'wall s':>8} {'CPU s':>8} {'a minute':>9}")
    print(f"{'one submission, 1 worker':24} {start.wall:8.1f} {start.cpu:8.1f}")
    for jobs in found:
        name = f"{options.count}, {jobs} worker{'s' if jobs > 1 else ''}"
        print(f"{name:24} {best[jobs]:8.1f} {cpu[jobs]:8.1f} {60 * options.count / best[jobs]:9.1f}")
    inner = (best[1] - start.wall) / (best[2] - start.wall)
    print(f"\ntimes as fast with two: {best[1] / best[2]:.2f}; start-up taken off: {inner:.2f} (promised: {WANTED})")
    print(f"CPU with two against one: {cpu[2] / cpu[1]:.2f}")
    if options.json:
        plain = {str(jobs): [cost.to_json() for cost in costs] for jobs, costs in found.items()}
        options.json.write_text(json.dumps({"start": start.to_json(), **plain}, indent=1), encoding="utf-8")


def graded(count: int, jobs: int) -> Cost:
    """Grade a class of ``count`` in a fresh folder."""
    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        make_course(room / "course", ROUNDS)
        make_class(room / "class", count)
        return grade(room, jobs)


if __name__ == "__main__":
    main()

"""Two workers against one, in CPU-bound work: run it on a machine that does nothing else.

    python benchmarks/workers.py [--count 24] [--turns 3] [--json FILE]

Each submission makes the sandbox compute for about half a second, as a training does. ``autograder grade`` runs with
one worker and with two, in turn; the least wall clock of each counts. In the same turns the same computing runs in one
bare process and in two at once: what two cores of this machine give, which is less than 2 where they share a
processor's units, its heat or its host. The ratio is to be read against that.

Starting is measured apart, with one submission for each worker, and taken off from "further". CPU is that of all
processes: what two workers need more than one is what they cost each other.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from graders.machine import bare
from graders.timing import Cost
from graders.tiny import make_class, make_course
from growth import grade

ROUNDS = 5000  # products of matrices in each of four runs of a probe: about half a second together
WANTED = 1.8


@dataclass(frozen=True)
class Figures:
    """The least that one and two workers took: to start with one submission each, for ``count``, and bare."""

    count: int
    start: dict[int, Cost]
    graded: dict[int, Cost]
    bare: dict[int, Cost]

    @property
    def whole(self) -> float:
        """Times as fast with two."""
        return self.graded[1].wall / self.graded[2].wall

    @property
    def further(self) -> float:
        """The same, starting taken off; NaN where starting, which varies, took longer than the rest."""
        one, two = self._further(1), self._further(2)
        return one / two if one > 0 and two > 0 else math.nan

    @property
    def machine(self) -> float:
        """Times as fast as one bare process two at once are."""
        return self.bare[1].wall / self.bare[2].wall

    def _further(self, workers: int) -> float:
        """Seconds for each submission beyond the first of each worker."""
        return (self.graded[workers].wall - self.start[workers].wall) / (self.count - workers)

    def print(self) -> None:
        """The table and the ratios."""
        print(f"{'':44} {'wall s':>8} {'CPU s':>8} {'a minute':>9}")
        for workers in (1, 2):
            name = f"{workers} worker{'s' if workers > 1 else ''}"
            start, cost = self.start[workers], self.graded[workers]
            print(f"{f'{name}, starting: a submission each':44} {start.wall:8.2f} {start.cpu:8.2f}")
            rate = 60 * self.count / cost.wall
            print(f"{f'{name}, {self.count} submissions':44} {cost.wall:8.2f} {cost.cpu:8.2f} {rate:9.1f}")
        for processes, cost in self.bare.items():
            name = f"bare computing of {self.count}, {processes} process{'es at once' if processes > 1 else ''}"
            print(f"{name:44} {cost.wall:8.2f} {cost.cpu:8.2f}")
        print(f"\n{'times as fast with two':44} {'wall':>8} {'CPU used':>9}")
        print(f"{'the grader, with its start':44} {self.whole:8.2f} {_times(self.graded):8.2f}x")
        unclear = math.isnan(self.further)
        further = "unclear" if unclear else f"{self.further:.2f}"
        share = "unclear" if unclear else f"{100 * self.further / self.machine:.0f} %"
        print(f"{'the grader, starting taken off':44} {further:>8}  (promised: {WANTED})")
        print(f"{'what the machine gives':44} {self.machine:8.2f} {_times(self.bare):8.2f}x")
        print(f"{'of what the machine gives':44} {share:>8}")
        if unclear:
            print("starting took longer than grading: take a larger --count")

    def to_json(self) -> str:
        """All of it, for other programs."""
        plain = {
            name: {str(workers): cost.to_json() for workers, cost in costs.items()}
            for name, costs in (("start", self.start), ("graded", self.graded), ("bare", self.bare))
        }
        further = None if math.isnan(self.further) else self.further
        ratios = {"whole": self.whole, "further": further, "machine": self.machine}
        return json.dumps({"count": self.count, **plain, "ratios": ratios}, indent=1) + "\n"


def _times(costs: dict[int, Cost]) -> float:
    return costs[2].cpu / costs[1].cpu


def compared(count: int, turns: int, way: Callable[[int, int], Cost]) -> Figures:
    """``way(submissions, workers)`` and bare processes in turn; of each the turn that took least."""
    start, graded, alone = ({1: [], 2: []} for _ in range(3))  # type: dict[int, list[Cost]]
    for _ in range(turns):
        for workers in (1, 2):
            alone[workers].append(bare(count, workers, ROUNDS))
            start[workers].append(way(workers, workers))
            graded[workers].append(way(count, workers))
    return Figures(count, _least(start), _least(graded), _least(alone))


def _least(costs: dict[int, list[Cost]]) -> dict[int, Cost]:
    return {workers: min(several, key=lambda cost: cost.wall) for workers, several in costs.items()}


def main() -> None:
    """Print the table and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=24, help="submissions in the class, at least 4")
    parser.add_argument("--turns", type=int, default=3, help="how often each is run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    if options.count < 4 or options.turns < 1:
        parser.error("at least four submissions, and one turn")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start\n", flush=True)
    found = compared(options.count, options.turns, graded)
    found.print()
    if options.json:
        options.json.write_text(found.to_json(), encoding="utf-8")


def graded(count: int, jobs: int) -> Cost:
    """Grade a class of ``count`` in a fresh folder."""
    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        make_course(room / "course", ROUNDS)
        make_class(room / "class", count)
        return grade(room, jobs)


if __name__ == "__main__":
    main()

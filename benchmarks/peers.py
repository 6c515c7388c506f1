"""The same assignment, submissions and checks in nbgrader, in otter-grader and here: what a submission costs.

    python benchmarks/peers.py                 ten submissions, with and without training; some ten minutes
    python benchmarks/peers.py --quick         two submissions, without training; under a minute once installed
    python benchmarks/peers.py --json FILE     the figures for other programs

Five modules (a vanilla RNN, LSTM and GRU cells, an LSTM over a sequence, a bidirectional one), each with a check of
shapes, of the number of parameters and of the outputs at the same weights; with training, a sentiment model that is
trained for ten epochs on 700 texts and has to be right on others. Eight submissions are right, two are wrong. The
three graders have to agree on every check of every submission, or nothing is printed.

Each grader is run by its own command, as its users run it: ``nbgrader autograde ps1``; ``otter run`` for each
submission; ``autograder grade`` with its default workers, in full isolation, reports and the page of the class
included. nbgrader's feedback pages are a command of their own and are given apart. The peers are also run two at once
by hand, with ``xargs -P2``, which neither offers itself. Everybody has one thread. The peers are installed in
environments of their own, which are kept for the next time.

"further" is what a submission costs once the program runs: the peers' ten against two, and here a larger class of
copies against the ten, as what starting costs here is more than ten submissions do. "all" has the start in it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from graders import work
from graders.by_nbgrader import Nbgrader
from graders.by_otter import Otter
from graders.by_ours import Ours
from graders.timing import Cost

TARGETS = {False: (25, None), True: (10, 6)}  # times the peers' rate, and that of two at once


@dataclass(frozen=True)
class Row:
    """One way of grading: what ``count`` submissions cost, and what a smaller number did."""

    grader: str
    training: bool
    count: int
    cost: Cost
    fewer: Row | None = None

    @property
    def wall(self) -> float:
        """Seconds of wall clock for each submission, start-up included."""
        return self.cost.wall / self.count

    @property
    def cpu(self) -> float:
        """Seconds of CPU for each submission, start-up included."""
        return self.cost.cpu / self.count

    @property
    def further_wall(self) -> float | None:
        """Seconds of wall clock for each submission beyond the smaller number."""
        return (self.cost.wall - self.fewer.cost.wall) / (self.count - self.fewer.count) if self.fewer else None

    @property
    def further_cpu(self) -> float | None:
        """Seconds of CPU for each submission beyond the smaller number."""
        return (self.cost.cpu - self.fewer.cost.cpu) / (self.count - self.fewer.count) if self.fewer else None

    def to_json(self) -> dict[str, Any]:
        """All figures."""
        plain: dict[str, Any] = {"grader": self.grader, "training": self.training, "count": self.count}
        names = ("wall", "cpu", "further_wall", "further_cpu")
        plain |= {name: None if (value := getattr(self, name)) is None else round(value, 4) for name in names}
        return plain | {"all": self.cost.to_json(), "fewer": self.fewer.to_json() if self.fewer else None}


def main() -> None:
    """Run everybody, compare the verdicts, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two submissions, without training")
    parser.add_argument("--training", choices=["with", "without", "both"], help="default: both; with --quick: without")
    parser.add_argument("--copies", type=int, default=10, help="the ten as a class of this many times ten, here only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    chosen = options.training or ("without" if options.quick else "both")
    rows: list[Row] = []
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start\n", flush=True)
    for training in (False, True):
        if chosen in ("both", "with" if training else "without"):
            found = measured(training, quick=options.quick, copies=options.copies)
            print_table(found, training)
            rows += found
    if options.json:
        options.json.write_text(json.dumps([row.to_json() for row in rows], indent=1) + "\n", encoding="utf-8")


def measured(training: bool, *, quick: bool, copies: int) -> list[Row]:
    """The rows of one table; SystemExit where the graders disagree."""
    two = (work.STUDENTS[0], work.STUDENTS[-1])  # one right, one wrong
    everybody = two if quick else work.STUDENTS
    with tempfile.TemporaryDirectory() as place:
        room = Path(place)
        data = room / "texts.json"
        work.write_texts(data)

        def made(kind: Callable[..., Any], name: str) -> Any:
            print(f"  {name}", file=sys.stderr, flush=True)
            return kind(room / name.replace(" ", "-"), training=training, data=data)

        def row(kind: Callable[..., Any], name: str, way: str = "grade") -> Row:
            fewer = None
            if not quick:
                first = made(kind, f"{name} of two")
                fewer = Row(name, training, len(two), getattr(first, way)(two))
                agreed(name, first.failed(), two, training)
            grader = made(kind, name)
            cost = getattr(grader, way)(everybody)
            agreed(name, grader.failed(), everybody, training)
            if isinstance(grader, Nbgrader) and way == "grade":
                pages.append(Row("nbgrader's feedback pages", training, len(everybody), grader.feedback()))
            return Row(name, training, len(everybody), cost, fewer)

        pages: list[Row] = []
        rows = [row(Nbgrader, "nbgrader"), *pages, row(Otter, "otter")]
        if not quick:
            rows.append(row(Nbgrader, "nbgrader two at once", "grade_two_at_once"))
            rows.append(row(Otter, "otter two at once", "grade_two_at_once"))
        rows.append(row(Ours, "here"))
        if not quick and copies > 1:
            large = made(Ours, "here large")
            rows.append(Row("here, larger class", training, 10 * copies, large.grade(everybody, copies), rows[-1]))
    return rows


def agreed(name: str, failed: dict[str, set[str]], students: tuple[str, ...], training: bool) -> None:
    """Stop where a grader found anything else than what is wrong in the submissions."""
    for student in students:
        wanted = work.wanted(student, training)
        if failed.get(student) != wanted:
            sys.exit(f"{name} on {student}: failed {sorted(failed.get(student, []))}, not {sorted(wanted)}")


def print_table(rows: list[Row], training: bool) -> None:
    """Figures and ratios of one run."""
    print(f"{'With training' if training else 'Without training'}; all graders agree on every check")
    head = f"{'':26} {'n':>4} {'s each':>7} {'CPU s':>7} {'further s':>10} {'CPU s':>7} {'MiB':>6} {'together':>9}"
    print(f"{head} {'a minute':>9}")
    for row in rows:
        further = [f"{value:.2f}" if value is not None else "" for value in (row.further_wall, row.further_cpu)]
        memory = f"{row.cost.largest:6.0f} {row.cost.together:9.0f}"
        print(
            f"{row.grader:26} {row.count:4} {row.wall:7.2f} {row.cpu:7.2f} {further[0]:>10} {further[1]:>7} {memory}"
            f" {60 / row.wall:9.1f}"
        )
    known = {row.grader: row for row in rows}
    ours = known["here"]
    serial, pair = TARGETS[training]
    print(f"\ntimes the submissions a minute (wanted: {serial}{f', two at once {pair}' if pair else ''})")
    print(f"{'':26} {'all':>7} {'CPU':>7} {'further':>8} {'CPU':>7} {'larger class':>13}")
    large = known.get("here, larger class")
    for row in rows:
        if row.grader.startswith(("here", "nbgrader's")):
            continue
        values = [
            row.wall / ours.wall,
            row.cpu / ours.cpu,
            _ratio(row.further_wall, large.further_wall if large else None),
            _ratio(row.further_cpu, large.further_cpu if large else None),
            row.wall / large.wall if large else None,
        ]
        shown = [f"{value:.1f}" if value is not None else "" for value in values]
        print(f"{row.grader:26} {shown[0]:>7} {shown[1]:>7} {shown[2]:>8} {shown[3]:>7} {shown[4]:>13}")
    print(flush=True)


def _ratio(theirs: float | None, ours: float | None) -> float | None:
    """None where start-up hides what a submission costs here."""
    return theirs / ours if theirs is not None and ours is not None and ours > 0 else None


if __name__ == "__main__":
    main()

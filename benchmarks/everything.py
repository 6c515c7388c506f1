"""All benchmarks, one after the other: what each prints goes to the terminal and into a file of its own.

    scripts/bench [--quick] [--only peers,growth] [--list] [FOLDER]

The whole wants a machine that does nothing else. ``--quick`` runs each as small as it goes: it shows that all still
work, and its figures say nothing. FOLDER (default: bench/) receives PART.txt, for some parts PART.json for other
programs, and bench.txt with all of it. A part that fails is named at the end, and the others run all the same.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Part:
    """One benchmark: the program with its words, whole and quick, and the minutes of each on two quiet cores."""

    name: str
    what: str
    whole: str
    quick: str
    minutes: float
    quick_minutes: float
    figures: bool = False  # it writes a PART.json


PARTS = (
    Part("peers", "nbgrader, otter-grader and here, without training", "peers.py --training without",
         "peers.py --quick", 8, 1.5, figures=True),
    Part("peers-training", "the same with training", "peers.py --training with",
         "peers.py --quick --training with", 14, 2, figures=True),
    Part("overhead", "beyond the same probes in one warm process", "overhead.py 20", "overhead.py 1", 1, 0.5),
    Part("overhead-training", "the same with the exercises that train", "overhead.py 10 --training",
         "overhead.py 1 --training", 2, 0.5),
    Part("growth", "50, 500 and 5,000 submissions", "growth.py", "growth.py --sizes 10,40", 6, 0.5, figures=True),
    Part("workers", "two workers against one", "workers.py", "workers.py --count 6 --turns 1", 2, 0.5, figures=True),
    Part("cluster", "two workers of a Dask cluster against one", "cluster.py", "cluster.py --count 4 --turns 1", 2, 1,
         figures=True),
    Part("rejudge", "500 stored submissions judged again", "rejudge.py",
         "rejudge.py --count 20 --students 2 --mistakes 0", 5, 1),
    Part("again", "300 submissions graded a second time", "again.py", "again.py --count 10 --students 2", 1.5, 0.5),
    Part("reports", "500 reports", "reports.py", "reports.py --count 20 --students 2", 2.5, 0.5),
    Part("serve", "the web app with 2,000 students", "serve.py 2000", "serve.py 200", 3, 0.2),
    Part("isolation", "what the sandbox adds to a bare fork", "isolation.py", "isolation.py --turns 5", 0.3, 0.2),
)  # fmt: skip


def main(words: Sequence[str] | None = None, parts: Sequence[Part] = PARTS) -> int:
    """Run the parts that were asked for. Exit status 1 where one of them failed, 130 where Ctrl-C ended it."""
    names = [part.name for part in parts]
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=HERE.parent / "bench", metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="each part as small as it goes")
    parser.add_argument("--only", metavar="PART,…", help=f"of {', '.join(names)}")
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    asked = parser.parse_args(words)
    wanted = [name.strip() for name in asked.only.split(",")] if asked.only else names
    if unknown := [name for name in wanted if name not in names]:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(names)}")
    chosen = [part for part in parts if part.name in wanted]
    if asked.list:
        print("\n".join(f"{part.name:18} {_minutes(part, asked.quick):>8}  {part.what}" for part in chosen))
        return 0
    asked.folder.mkdir(parents=True, exist_ok=True)
    return run(chosen, asked.folder.resolve(), quick=asked.quick)


def run(parts: Sequence[Part], folder: Path, *, quick: bool) -> int:
    """Run them in order and write their files; the exit status."""
    failed: dict[str, str] = {}
    with (folder / "bench.txt").open("w", encoding="utf-8") as text:
        _tell(_machine(), text)
        total = sum(part.quick_minutes if quick else part.minutes for part in parts)
        _tell(f"{len(parts)} parts, about {total:.0f} minutes on two quiet cores\n", text)
        for number, part in enumerate(parts, start=1):
            words = (part.quick if quick else part.whole).split()
            head = f"\n== {number} of {len(parts)} · {part.name}: {part.what}; {_minutes(part, quick)} expected"
            _tell(f"{head}\n{' '.join(['python', 'benchmarks/' + words[0], *words[1:]])}\n\n", text)
            if part.figures:
                words += ["--json", str(folder / f"{part.name}.json")]
            began = time.monotonic()
            try:
                status = _printed(words, folder / f"{part.name}.txt", text)
            except KeyboardInterrupt:
                _tell(f"\nstopped in {part.name}; what was printed is in {folder}\n", text)
                return 130
            _tell(f"\n({part.name}: {(time.monotonic() - began) / 60:.1f} minutes)\n", text)
            if status:
                failed[part.name] = f"exit status {status}" if status > 0 else f"ended by signal {-status}"
        _tell(f"\nwritten to {folder}: bench.txt, and a file for each part\n", text)
        for name, how in failed.items():
            _tell(f"failed: {name} ({how}), see {name}.txt\n", text)
    return 1 if failed else 0


def _printed(words: list[str], file: Path, text: TextIO) -> int:
    """Run one benchmark; what it prints goes three ways."""
    command = [sys.executable, "-u", str(HERE / words[0]), *words[1:]]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "120"}
    with (
        file.open("w", encoding="utf-8") as own,
        subprocess.Popen(
            command,
            cwd=HERE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None  # a pipe was asked for
        for line in process.stdout:
            own.write(line)
            _tell(line, text)
    return process.returncode


def _tell(words: str, text: TextIO) -> None:
    print(words, end="", flush=True)
    text.write(words)
    text.flush()


def _minutes(part: Part, quick: bool) -> str:
    value = part.quick_minutes if quick else part.minutes
    return f"{value:g} min"


def _machine() -> str:
    """What the figures were taken on."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True)
    facts = [
        time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        f"{platform.system()} {platform.release()}",
        f"{os.cpu_count()} processors ({_processor()}), load {os.getloadavg()[0]:.1f}",
        f"Python {platform.python_version()}, torch {version('torch')}",
        f"commit {commit.stdout.strip() or 'unknown'}",
    ]
    return "\n".join(facts) + "\n"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    sys.exit(main())

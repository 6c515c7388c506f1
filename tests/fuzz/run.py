"""``python -m fuzz.run TARGET [--inputs N] [--engine atheris|hypothesis]``: many inputs for one target.

Ends with status 0 when all inputs were read; else the input that broke a promise is printed. The
process may take 700 MB more than it has after importing: what would need more is a finding too.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOM = 700 * 2**20  # bytes of address space, beyond what is taken when the first input comes


def main() -> int:
    """Parse, fuzz, say how many inputs there were."""
    parser = argparse.ArgumentParser(description="Fuzz what reads foreign bytes.")
    parser.add_argument("target", choices=("frame", "archive", "notebook"))
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--engine", choices=("auto", "atheris", "hypothesis"), default="auto")
    chosen = parser.parse_args()
    there = importlib.util.find_spec("atheris") is not None
    engine = chosen.engine if chosen.engine != "auto" else "atheris" if there else "hypothesis"
    started = time.monotonic()
    if engine == "atheris":
        _coverage_guided(chosen.target, chosen.inputs)  # does not return
    _by_properties(chosen.target, chosen.inputs)
    print(
        f"{chosen.target}: {chosen.inputs:,} inputs by hypothesis in {time.monotonic() - started:.0f} s, none broke it"
    )
    return 0


def _bounded() -> None:
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, taken + ROOM))


def _by_properties(target: str, inputs: int) -> None:
    import hypothesis

    from fuzz.seeds import STRATEGIES
    from fuzz.targets import TARGETS

    @hypothesis.settings(
        max_examples=inputs, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(STRATEGIES[target])
    def run(data: bytes) -> None:
        TARGETS[target](data)

    _bounded()
    run()


def _coverage_guided(target: str, inputs: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["autograder.intake", "autograder.sandbox", "zipfile"]):
        from fuzz.seeds import SEEDS
        from fuzz.targets import TARGETS
    corpus = Path(tempfile.mkdtemp(prefix=f"fuzz-{target}-"))
    for number, seed in enumerate(SEEDS[target]()):
        (corpus / str(number)).write_bytes(seed)
    words = [sys.argv[0], f"-runs={inputs}", "-max_len=8192", "-rss_limit_mb=0", "-verbosity=0", "-print_final_stats=1"]
    atheris.Setup([*words, f"-artifact_prefix={corpus}/", str(corpus)], TARGETS[target])
    _bounded()
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())

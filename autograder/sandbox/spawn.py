"""Spawn: the plain process for one's own code, started before anything slow is imported here.

It needs seconds to bring torch, and so does this process: the two do it at the same time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("localchild.py")
MOST_ERRORS = 64 * 1024  # bytes of them that are read
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_FIXED = {**_ONE_THREAD, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "MPLBACKEND": "Agg", "TQDM_DISABLE": "1"}


@dataclass
class Spawned:
    """A process, and the folder that holds the empty one that it runs in."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def errors(self) -> str:
        """The end of what it and its Python wrote of their own accord."""
        with open(self.folder / "errors.txt", "rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - MOST_ERRORS, 0))
            return file.read().decode("utf-8", "replace")

    @property
    def complaint(self) -> str:
        """The line about an error that it wrote last of its own accord, or its last line."""
        lines = self.errors.strip().splitlines()
        told = [line for line in lines if "rror" in line] or lines
        return told[-1] if told else "it said nothing"

    def end(self) -> None:
        """Kill it and remove its folder."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def spawn() -> Spawned:
    """Start one. What is graded finds an empty folder, so this is one too: no file of the student's lies in it."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-"))
    (folder / "box").mkdir()
    with open(folder / "errors.txt", "wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder / "box",
            env={**os.environ, **_FIXED},
        )
    return Spawned(process, folder)

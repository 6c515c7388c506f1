"""Virtual environments of the other graders: made once, outside of the repository, and used again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TORCH = "torch>=2.13,<2.14"
PACKAGES = {
    "nbgrader": [TORCH, "numpy>=2,<3", "ipykernel", "nbgrader==0.9.6"],
    "otter": [TORCH, "numpy>=2,<3", "ipykernel", "otter-grader==7.0.0"],
}


def cache() -> Path:
    """Where they are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograder-bench"


def ready(grader: str) -> Path:
    """The ``bin`` folder of a grader's environment, which is installed where it is not there yet.

    Raises SystemExit with pip's last words where it cannot be installed.
    """
    wanted = "\n".join([sys.version, *PACKAGES[grader]])
    folder = cache() / grader
    stamp = folder / "installed"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        print(f"installing {PACKAGES[grader][-1]} with its own torch into {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        command = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *PACKAGES[grader]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{grader} cannot be installed:\n" + "\n".join(done.stderr.strip().splitlines()[-5:]))
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "bin"

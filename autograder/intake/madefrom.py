"""Which handout a submission was made from, as a file says that came along with it. It decides nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

FILES = ("manifest.json", "handout.json")  # of `autograder pack`, and of the handout itself
MAX_BYTES = 400_000


def is_marker(name: str) -> bool:
    """Whether a file of this name may say it."""
    return name.rpartition("/")[2] in FILES


def version(data: bytes) -> str:
    """The version that the file names: a few letters, digits and dots; nothing where it says none."""
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    found = plain.get("handout") if isinstance(plain, dict) else None
    return found if isinstance(found, str) and re.fullmatch(r"[A-Za-z0-9.+-]{1,20}", found) else ""


def is_one_submission(folder: Path) -> bool:
    """Whether such a file lies in the folder itself: then it is one student's, whatever is in it twice."""
    for name in FILES:
        path = folder / name
        try:
            if path.is_file() and path.stat().st_size <= MAX_BYTES and version(path.read_bytes()):
                return True
        except OSError:
            continue
    return False

"""Bounds of what is read, and the names that are never anybody's work."""

from __future__ import annotations

MAX_SOURCE = 1_000_000  # bytes of one .py file; a long one written by hand has 100 kB
MAX_NOTEBOOK = 120_000_000  # bytes of one notebook: plots and whatever was printed are stored in it
MAX_VALUES = 4_000_000  # strings, numbers, lists and objects in a notebook; printed lines are one string each
MAX_ANSWER = 200_000  # bytes of one Markdown file
MAX_TOTAL = 200_000_000  # bytes read for one submission, unpacked
MAX_ARCHIVE = 200_000_000  # bytes of one zip as received
MAX_MEMBERS = 2_000  # files of one submission
MAX_CLASS_MEMBERS = 100_000  # files of a zip that holds a whole class
MAX_DEPTH = 12  # folders inside folders
MAX_UNITS = 2_000  # top-level statements of one file that are run one by one
PEEK = 400_000  # bytes of a file that are looked at to tell a class from one submission
LONG_PEEK = 60_000_000  # bytes where nothing was found in those: a notebook's first plot may be long
MAX_PATH = 1_000  # characters of a member's name in a zip
MAX_NAME = 120  # characters of a name that is shown

READ = {".py": MAX_SOURCE, ".ipynb": MAX_NOTEBOOK, ".md": MAX_ANSWER, ".markdown": MAX_ANSWER}
CODE = (".py", ".ipynb")
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")

JUNK_FOLDERS = frozenset({"__pycache__", "__macosx", "node_modules", "site-packages", "venv", "env"})
# The grader's public half, which students hand back with the handout's folder. It defines names that are
# graded (stand-ins); read as the student's, they would be taken for the student's work.
HANDED_OUT = "grading"
JUNK_FILES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


def is_junk_folder(name: str, holds: frozenset[str] = frozenset()) -> bool:
    """A folder that holds nobody's own work. ``holds`` are the names in it, where they are known."""
    if name == HANDED_OUT and "probes" in holds and {"checks", "checks.py"} & holds:
        return True
    return name.startswith(".") or name.casefold() in JUNK_FOLDERS or "pyvenv.cfg" in holds


def is_junk_file(name: str) -> bool:
    """A file that a system wrote, not a person."""
    return name.startswith((".", "~$")) or name.casefold() in JUNK_FILES


def suffix(name: str) -> str:
    """The last suffix in lower case with its dot, or nothing."""
    last = name.rpartition("/")[2]
    stem, dot, end = last.rpartition(".")
    return f".{end.lower()}" if dot and stem else ""


def megabytes(size: int) -> str:
    """A size as a person says it: ``0.4 MB``, ``200 MB``."""
    return f"{size / 1e6:.1f} MB" if size < 10_000_000 else f"{size / 1e6:,.0f} MB"

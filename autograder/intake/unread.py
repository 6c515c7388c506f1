"""Files that were handed in and are not read: those that may be somebody's work are named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.intake.folder import Contents
from autograder.intake.limits import OTHER_ARCHIVES, READ, is_junk_file, is_junk_folder, suffix
from autograder.intake.names import listed
from autograder.model import Problem

_WORK = re.compile(r"([^/]+\.(?:py|ipynb))\.(?:txt|json|html?|docx?|odt|rtf|pdf)$", re.IGNORECASE)
_MAYBE_WORK = frozenset({".txt", ".doc", ".docx", ".odt", ".rtf", ".pdf", ".html", ".htm"})
_NEVER = frozenset({"requirements.txt", "readme.txt", "license.txt"})


def unread(contents: Contents) -> tuple[list[Problem], list[str]]:
    """Problems of files that hold work under a name of another kind, or in an archive that is not opened; a note
    of the others that may hold some. Data, pictures and what a system wrote are left out.
    """
    problems: list[Problem] = []
    others: list[str] = []
    known = {problem.file for problem in contents.problems}
    said = tuple(note.partition(" is an archive ")[0] for note in contents.notes)
    for name in others_of(contents):
        if name in known or name in said:
            continue
        last = name.rpartition("/")[2]
        end = suffix(last)
        if renamed := _WORK.search(last):
            hint = f"Hand it in again under the name {renamed.group(1)}, as a text file with nothing but the code."
            problems.append(Problem(name, f"is not read, because its name ends in {end}", hint=hint))
        elif end in OTHER_ARCHIVES:
            hint = "Pack the files as a .zip, or hand them in as they are."
            problems.append(Problem(name, "is an archive of a kind that is not opened; only .zip is", hint=hint))
        elif end in _MAYBE_WORK and last.casefold() not in _NEVER:
            others.append(name)
    if others:
        return problems, [f"Not read, because only .py, .ipynb, .md and .zip files are: {listed(others, 8)}."]
    return problems, []


def others_of(contents: Contents) -> Sequence[str]:
    """Names of all files that are not read and that a person may have handed in on purpose."""
    return sorted({name for name in contents.received if suffix(name) not in READ and not _is_junk(name)})


def _is_junk(name: str) -> bool:
    *folders, last = name.split("/")
    return not last or is_junk_file(last) or any(is_junk_folder(folder) for folder in folders)

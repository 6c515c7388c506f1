"""Everything that belongs to one student, from wherever it lies, under the names it is imported by."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.archive import member_bytes, read_archive
from autograder.intake.folder import Contents, Unreadable, read_file, read_folder
from autograder.intake.limits import CODE, MAX_ARCHIVE, OTHER_ARCHIVES, READ, suffix
from autograder.intake.names import shown
from autograder.intake.text import lossy

_KINDS = "Hand in .py files, a notebook (.ipynb), or a zip of them."


@dataclass(frozen=True)
class Source:
    """A place where work lies: a file, a folder or a zip; ``inside``, a part of a zip that holds a class."""

    path: Path
    inside: str = ""  # "ada/" or "ada.py"
    name: str = ""  # of a file that a platform renamed: what its owner called it


def gather(sources: Iterable[Source], *, cut: int | None = None) -> Contents:
    """Read all sources of one submission into one. Never raises for what it finds.

    cut: read only so many bytes of each file, for a quick look.
    """
    whole = Contents()
    for source in sources:
        part = Contents()
        _read(source, part, cut)
        files = _without_wrapper(part.files)
        if source.name:
            files = {source.name if len(files) == 1 else name: data for name, data in files.items()}
            part.received = [shown(source.name)] if len(part.received) == 1 else part.received
        if whole.files.keys() & files.keys():  # the same name twice, from a folder and a zip beside it
            files = {f"{source.path.stem}/{name}": data for name, data in files.items()}
        whole.files |= files
        whole.received += part.received
        whole.problems += part.problems
        whole.notes += part.notes
        whole.archives += part.archives
        whole.handout = whole.handout or part.handout
    return whole


def _read(source: Source, contents: Contents, cut: int | None) -> None:
    path = source.path
    name = path.name
    if suffix(source.inside) == ".zip":
        _read_inner(source, contents, cut)
    elif source.inside:
        read_archive(path, contents, inside=source.inside, cut=cut)
    elif path.is_symlink():
        contents.received.append(shown(name))
        contents.problem(name, "is a link, so it is not read", "Hand in the files themselves.")
    elif path.is_dir():
        read_folder(path, contents, cut=cut)
        _open_archives(path, contents, cut)
    elif suffix(name) == ".zip":
        read_archive(path, contents, cut=cut)
    elif suffix(name) in READ:
        contents.received.append(shown(name))
        try:
            limit = contents.allowance(name)
            contents.add(name, read_file(path, min(limit, cut) if cut else limit, cut=bool(cut)))
        except Unreadable as error:
            contents.problem(name, error.message, error.hint)
    else:
        contents.received.append(shown(name))
        what = "is an archive of a kind that is not opened" if suffix(name) in OTHER_ARCHIVES else "is no source file"
        contents.problem(name, what, _KINDS)


def _read_inner(source: Source, contents: Contents, cut: int | None) -> None:
    """A student's zip in the zip of a class: it is put beside for a moment, still packed."""
    own = source.name or source.inside.rpartition("/")[2]
    try:
        data = member_bytes(source.path, source.inside, MAX_ARCHIVE)
    except Unreadable as error:
        contents.received.append(shown(own))
        contents.problem(own, error.message, error.hint)
        return
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder) / "handed-in.zip"
        inner.write_bytes(data)
        read_archive(inner, contents, cut=cut)
    for index, problem in enumerate(contents.problems):
        if problem.file == inner.name:
            contents.problems[index] = dataclasses.replace(problem, file=shown(own))


def _open_archives(folder: Path, contents: Contents, cut: int | None) -> None:
    """A zip in a student's folder is the work, unless there is work beside it."""
    if any(suffix(name) in CODE for name in contents.files):
        for name in contents.archives:
            contents.notes.append(f"{shown(name)} was not opened, because there are source files beside it.")
        return
    for name in contents.archives:
        part = Contents(total=contents.total)
        read_archive(folder / name, part, cut=cut)
        for member, data in part.files.items():
            contents.add(member if member not in contents.files else f"{Path(name).stem}/{member}", data)
        contents.received += [f"{shown(name)}/{member}" for member in part.received]
        contents.problems += part.problems
        contents.notes += part.notes
        contents.handout = contents.handout or part.handout


def _without_wrapper(files: dict[str, bytes]) -> dict[str, bytes]:
    """Names without the one folder that holds everything, as zips have it; a package keeps its name."""
    while True:
        counted = [name for name in files if suffix(name) in CODE] or list(files)
        tops = {name.partition("/")[0] if "/" in name else "" for name in counted}
        if len(tops) != 1 or "" in tops:
            return files
        (top,) = tops
        imported = re.compile(rf"\b(?:from|import)[ \t]+{re.escape(top)}\b")
        if f"{top}/__init__.py" in files or any(imported.search(lossy(files[name])) for name in counted):
            return files
        stripped = {name.removeprefix(f"{top}/"): data for name, data in files.items()}
        if len(stripped) < len(files):
            return files
        files = stripped

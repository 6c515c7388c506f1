"""A quick look at what was received: which parts there are, and which exercises each defines.

Bounded reads and a pattern, no parsing: a thousand submissions take seconds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.errors import IntakeError
from autograder.intake import madefrom
from autograder.intake.archive import made_from, member_names, read_archive
from autograder.intake.folder import Contents, Unreadable
from autograder.intake.gather import Source, gather
from autograder.intake.limits import CODE, LONG_PEEK, OTHER_ARCHIVES, PEEK, READ, is_junk_file, is_junk_folder, suffix
from autograder.intake.names import student
from autograder.intake.text import lossy
from autograder.intake.wanted import Finder

Kind = Literal["folder", "file", "zip"]
_DOCUMENTS = (".pdf", ".doc", ".docx", ".odt", ".rtf")  # may be somebody's work, and is not read


@dataclass(frozen=True)
class Found:
    """A path, or a part of one, as a first look shows it."""

    name: str
    sources: tuple[Source, ...]
    kind: Kind
    defines: frozenset[str]  # ids of exercises
    count: int  # files that are read
    empty: bool  # nothing in it that could be graded, not even something broken
    parts: tuple[Found, ...] = ()  # what would be a student each, if this is a class
    strays: tuple[str, ...] = ()  # files that would then be nobody's


def look(path: Path, finder: Finder, *, deep: bool = True) -> Found:
    """Look at a path that exists. ``deep``: a folder that only holds one folder is looked through.

    Raises IntakeError if the folder itself cannot be opened.
    """
    if path.is_dir():
        return _folder(path, finder, deep)
    if suffix(path.name) == ".zip":
        return _zip(path, finder)
    return _found(path.name, [Source(path)], "file", finder)


def repeated(parts: Sequence[Found]) -> str:
    """Why these parts are a class: the exercise that most of them define; nothing if none is repeated."""
    counts = Counter(exercise for part in parts for exercise in sorted(part.defines))
    if not counts or counts.most_common(1)[0][1] < 2:
        return ""
    exercise, count = counts.most_common(1)[0]
    kinds = {part.kind for part in parts if exercise in part.defines}
    noun = {"folder": "folders", "file": "files", "zip": "zips"}[kinds.pop()] if len(kinds) == 1 else "places"
    return f"{exercise} is defined in {count} {noun}"


def is_work(part: Found) -> bool:
    """Whether a part can be a submission at all. A document alone cannot, a broken zip can."""
    return part.kind != "file" or any(
        suffix(source.inside or source.path.name) in (*CODE, ".zip", *OTHER_ARCHIVES) for source in part.sources
    )


def _found(name: str, sources: Sequence[Source], kind: Kind, finder: Finder) -> Found:
    contents = gather(sources, cut=PEEK)
    empty = not (contents.files or contents.archives or contents.problems)
    defines = _defines(contents.files, finder)
    if not defines and _is_cut(contents.files):
        defines = _defines(gather(sources, cut=LONG_PEEK).files, finder)
    return Found(name, tuple(sources), kind, defines, len(contents.files), empty)


def _is_cut(files: Mapping[str, bytes]) -> bool:
    """Whether a notebook goes on after the first look: definitions may stand below a long output."""
    return any(len(data) >= PEEK and suffix(name) == ".ipynb" for name, data in files.items())


def _defines(files: Mapping[str, bytes], finder: Finder) -> frozenset[str]:
    return frozenset().union(*(finder.find(lossy(data)) for name, data in files.items() if suffix(name) in CODE))


def _folder(path: Path, finder: Finder, deep: bool) -> Found:
    root, children = path, _children(path)
    # A download is often a folder in a folder in a folder; the innermost is the class, if it is one.
    while len(children) == 1 and children[0].is_dir() and not children[0].is_symlink():
        inner = _children(children[0])
        if not deep and not repeated([_found(c.name, [Source(c)], _kind(c), finder) for c in inner]):
            break
        root, children = children[0], inner
    groups: dict[str, list[Path]] = {}
    strays: list[str] = []
    for child in children:
        end = suffix(child.name)
        if child.is_dir() or end in CODE or end == ".zip" or end in OTHER_ARCHIVES:
            # A file beside a folder of the same name is its owner's; two folders are two students, though
            # their names may look the same (an accent as one character or as two).
            name = student(child.name)
            if child.is_dir() and any(one.is_dir() for one in groups.get(name, ())):
                name = f"{name}\0{child.name}"  # met by no other name
            groups.setdefault(name, []).append(child)
    grouped = {child for members in groups.values() for child in members}
    for child in children:
        if child in grouped:
            continue
        if suffix(child.name) in READ and student(child.name) in groups:
            groups[student(child.name)].append(child)
        elif suffix(child.name) in _DOCUMENTS:
            strays.append(child.name)
    parts = tuple(
        _found(members[0].name, [Source(member) for member in members], _kind(members[0]), finder)
        for members in groups.values()
    )
    loose = [c for c in children if suffix(c.name) in READ and suffix(c.name) not in CODE]
    one = madefrom.is_one_submission(root)  # its notebook and its modules may well define the same
    return Found(
        name=path.name,
        sources=(Source(root),),
        kind="folder",
        defines=_all(parts),
        count=sum(part.count for part in parts) + sum(1 for c in loose if student(c.name) not in groups),
        empty=all(part.empty for part in parts) and not loose,
        parts=() if one else parts,
        strays=tuple(strays),
    )


def _children(path: Path) -> list[Path]:
    """What lies in a folder, in order, without what a system wrote."""
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        raise IntakeError(f"{path} cannot be opened", mend=error.strerror or "") from None
    children = [path / name for name in names]
    return [c for c in children if not (_is_junk(c) if c.is_dir() else is_junk_file(c.name))]


def _is_junk(folder: Path) -> bool:
    try:
        return is_junk_folder(folder.name, frozenset(os.listdir(folder)))
    except OSError:
        return False


def _kind(path: Path) -> Kind:
    return "folder" if path.is_dir() else "zip" if suffix(path.name) == ".zip" else "file"


def _zip(path: Path, finder: Finder) -> Found:
    """A zip: one submission, or a class in one file. It is read once for the look."""
    contents = Contents()
    read_archive(path, contents, cut=PEEK)
    try:
        members = [name for name in member_names(path) if _is_own(name)]
    except Unreadable:
        members = []
    prefix = ""
    while members and len({name[len(prefix) :].partition("/")[0] for name in members}) == 1:
        if not all("/" in name[len(prefix) :] for name in members):
            break
        prefix += members[0][len(prefix) :].partition("/")[0] + "/"
    groups: dict[str, dict[str, bytes]] = {}
    for name in members:
        top, slash, _ = name[len(prefix) :].partition("/")
        if slash or suffix(top) in CODE or suffix(top) == ".zip":
            inside = groups.setdefault(prefix + top + slash, {})
            if name in contents.files:
                inside[name] = contents.files[name]
    parts = tuple(
        Found(
            name=inside.rstrip("/").rpartition("/")[2],
            sources=(Source(path, inside),),
            kind="folder" if inside.endswith("/") else "file",
            defines=_defines(files, finder) or _further(path, inside, files, finder),
            count=len(files),
            empty=not files,
        )
        for inside, files in groups.items()
    )
    return Found(
        path.name,
        (Source(path),),
        "zip",
        _all(parts),
        len(contents.files),
        not contents.files,
        parts if (prefix or len(parts) > 1) and not _is_one_submission(path, prefix) else (),
    )


def _is_one_submission(path: Path, prefix: str) -> bool:
    """Whether a zip holds, on its top level, what says which handout it was made from."""
    return any(made_from(path, prefix + name) for name in madefrom.FILES)


def _further(path: Path, inside: str, files: Mapping[str, bytes], finder: Finder) -> frozenset[str]:
    """What a part of a zip defines below the long outputs of its notebooks."""
    if not _is_cut(files):
        return frozenset()
    contents = Contents()
    read_archive(path, contents, inside=inside, cut=LONG_PEEK)
    return _defines(contents.files, finder)


def _all(parts: Iterable[Found]) -> frozenset[str]:
    return frozenset().union(*(part.defines for part in parts))


def _is_own(name: str) -> bool:
    *folders, last = name.split("/")
    return not (any(is_junk_folder(folder) for folder in folders) or is_junk_file(last))

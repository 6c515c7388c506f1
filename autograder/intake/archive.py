"""Zip archives: read in memory, member by member, bounded; nothing is ever unpacked to disk.

A zip is somebody else's bytes: its directory is bounded before it is read, names are checked, sizes are
counted while data comes out, and only the two common methods (stored, deflated) are decoded, because the
others can ask for gigabytes before the first byte.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from autograder.intake import madefrom
from autograder.intake.folder import Contents, Unreadable, too_large
from autograder.intake.limits import (
    HANDED_OUT,
    MAX_ARCHIVE,
    MAX_CLASS_MEMBERS,
    MAX_MEMBERS,
    MAX_PATH,
    MAX_TOTAL,
    OTHER_ARCHIVES,
    READ,
    is_junk_file,
    is_junk_folder,
    megabytes,
    suffix,
)
from autograder.intake.names import shown

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_ENTRY_BYTES = 400  # of the directory, for one member: 46 and its names
_AGAIN = "Make the zip again, open it once yourself to see that it works, and hand in the new one."
_BAD = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    struct.error,
    OverflowError,
    LookupError,
)


def read_archive(path: Path, contents: Contents, *, inside: str = "", cut: int | None = None) -> None:
    """Read what can be graded in the zip at ``path``; whatever is wrong with it becomes a Problem.

    inside: only this folder (``"ada/"``) or file (``"ada.py"``) of it, for a zip that holds a class.
    cut: read only so many bytes of each member, for a quick look.
    """
    whole_class = bool(inside) or cut is not None
    try:
        with _opened(path, MAX_CLASS_MEMBERS if whole_class else MAX_MEMBERS) as archive:
            members = [m for m in archive.infolist() if _within(m.filename, inside)]
            for member, name in _safe(members, inside, contents, MAX_CLASS_MEMBERS if cut else MAX_MEMBERS):
                _take(archive, member, name, contents, cut)
            for member in members if cut is None else ():
                contents.handout = contents.handout or _made_from(archive, member)
    except Unreadable as error:
        contents.problem(path.name, error.message, error.hint)
    except _BAD as error:
        contents.problem(path.name, f"is a damaged zip: {_short(error)}", _AGAIN)


def made_from(path: Path, name: str) -> str:
    """The version of the handout that the member ``name`` gives; nothing where there is none."""
    try:
        with _opened(path, MAX_CLASS_MEMBERS) as archive:
            return next((v for m in archive.infolist() if m.filename == name and (v := _made_from(archive, m))), "")
    except (Unreadable, *_BAD):
        return ""


def member_names(path: Path) -> list[str]:
    """Names of all files in the zip, in its own order. Raises Unreadable."""
    try:
        with _opened(path, MAX_CLASS_MEMBERS) as archive:
            names = (_slashes(member.filename) for member in archive.infolist())
            return [name for name in names if name and not name.endswith("/")]
    except _BAD as error:
        raise Unreadable(f"is a damaged zip: {_short(error)}", _AGAIN) from None


def member_bytes(path: Path, name: str, limit: int) -> bytes:
    """The bytes of one member of at most ``limit`` bytes. Raises Unreadable."""
    try:
        with _opened(path, MAX_CLASS_MEMBERS) as archive:
            member = next((m for m in archive.infolist() if _slashes(m.filename) == name), None)
            if member is None or _unsafe(member, name) or member.flag_bits & 1:
                raise Unreadable("cannot be taken out of the zip")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Unreadable("is packed with a method that is not read here", "Make an ordinary zip (deflate).")
            with archive.open(member) as file:
                data = file.read(limit + 1)
    except (*_BAD, NotImplementedError) as error:
        raise Unreadable(f"cannot be unpacked: {_short(error)}", _AGAIN) from None
    if len(data) > limit:
        raise too_large(len(data), limit)
    return data


@contextmanager
def _opened(path: Path, most: int) -> Iterator[zipfile.ZipFile]:
    """The open archive, after its directory was found to be of bearable size."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size > MAX_ARCHIVE:
            raise too_large(size, MAX_ARCHIVE)
        if size == 0:
            raise Unreadable("is empty (0 bytes): the upload may have been cut off", _AGAIN)
        if _directory_size(file, size) > most * _ENTRY_BYTES:
            raise Unreadable(f"has far more than {most:,} members, so it is not opened", _AGAIN)
        with zipfile.ZipFile(file) as archive:
            yield archive


def _directory_size(file: BinaryIO, size: int) -> int:
    """Bytes of the central directory as the end record gives them: zipfile reads all of it at once."""
    tail_size = min(size, 65_536 + 22 + 20 + 56)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        raise Unreadable("is not a zip archive, or the upload was cut off", _AGAIN)
    sizes = [int.from_bytes(tail[at + 12 : at + 16], "little")]
    at_64 = at - 20 - 56  # where zipfile looks for the large form
    if at_64 >= 0 and tail[at_64 : at_64 + 4] == _END_64:
        sizes = [int.from_bytes(tail[at_64 + 40 : at_64 + 48], "little")]
    return min(max(sizes), size)


def _safe(
    members: list[zipfile.ZipInfo], inside: str, contents: Contents, most: int
) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """The members to read, with their relative names; the others leave a problem or a note."""
    seen: dict[str, zipfile.ZipInfo] = {}
    junk: set[str] = set()
    holds_environment = {
        n.rpartition("/")[0] + "/" for m in members if (n := _slashes(m.filename)).endswith("/pyvenv.cfg")
    }
    holds_environment |= _handed_out(members)
    count = 0
    for member in members:
        name = _slashes(member.filename)
        if not name or name.endswith("/"):
            continue
        count += 1
        if count > most:
            contents.problem("zip", f"holds more than {most:,} files; the rest are not read")
            break
        folders = name.split("/")[:-1]
        top = next(
            (i for i, folder in enumerate(folders) if is_junk_folder(folder) and folder not in ("..", ".")), None
        )
        if top is not None:
            junk.add("/".join(folders[: top + 1]) + "/")
            continue
        if environment := next((prefix for prefix in holds_environment if name.startswith(prefix)), None):
            junk.add(environment)
            continue
        contents.received.append(shown(name))
        reason = _unsafe(member, name)
        if reason:
            contents.problem(name, f"{reason}, so it is not read", "Zip the folder with your files itself.")
        elif name == inside and suffix(name) not in READ:
            hint = "Hand in .py files, a notebook (.ipynb), or a zip of them."
            contents.problem(name, "is a file of another kind and was not opened", hint)
        elif suffix(name) == ".zip" or suffix(name) in OTHER_ARCHIVES:
            contents.notes.append(f"{shown(name)} is an archive inside the zip and was not opened.")
        elif suffix(name) in READ and not is_junk_file(name.rpartition("/")[2]):
            relative = name[len(inside) :] if inside.endswith("/") else name.rpartition("/")[2] if inside else name
            if relative in seen:
                contents.notes.append(f"{shown(name)} is in the zip twice; the last one counts.")
            seen[relative] = member
    contents.received += [shown(name) for name in sorted(junk)]
    for relative in sorted(seen):
        yield seen[relative], relative


def _handed_out(members: list[zipfile.ZipInfo]) -> set[str]:
    """Folders that are the handout's ``grading``."""
    marks = [f"{HANDED_OUT}/{part}" for part in ("probes/__init__.py", "checks/__init__.py", "checks.py")]
    found: list[set[str]] = [set() for _ in marks]
    for member in members:
        name = "/" + _slashes(member.filename)
        for mark, places in zip(marks, found, strict=True):
            if name.endswith(f"/{mark}"):
                places.add(name[1 : -len(mark)] + HANDED_OUT + "/")
    probes, package, module = found
    return probes & (package | module)


def _unsafe(member: zipfile.ZipInfo, name: str) -> str:
    """Why a member is not taken, or nothing."""
    if len(name) > MAX_PATH:
        return f"has a name of more than {MAX_PATH:,} characters"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in name.split("/"):
        return "has a path that leads out of the zip"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if member.create_system == 3 and kind == stat.S_IFLNK:
        return "is a link"
    if member.create_system == 3 and kind not in (0, stat.S_IFREG):
        return "is a device or a pipe, not a file"
    return ""


def _take(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, contents: Contents, cut: int | None) -> None:
    """Read one member, or leave a problem. The size that it declares is not believed."""
    limit = contents.allowance(name)
    try:
        if member.flag_bits & 1:
            raise Unreadable("is encrypted in the zip", "Make a zip without a password.")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable("is packed with a method that is not read here", "Make an ordinary zip (deflate).")
        if cut is None and member.file_size > limit:
            raise too_large(member.file_size, limit)
        with archive.open(member) as file:
            data = file.read(min(limit, cut) if cut else limit + 1)
        if len(data) > limit:
            if contents.total + len(data) > MAX_TOTAL:
                raise Unreadable(f"was not read: the zip unpacks to more than {megabytes(MAX_TOTAL)}")
            raise too_large(len(data), limit)
    except Unreadable as error:
        contents.problem(name, error.message, error.hint)
    except (*_BAD, NotImplementedError) as error:
        contents.problem(name, f"cannot be unpacked: {_short(error)}", _AGAIN)
    else:
        contents.add(name, data)


def _made_from(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """The version of the handout that a member names, if it is there to say so."""
    name = _slashes(member.filename)
    if not madefrom.is_marker(name) or _unsafe(member, name) or member.file_size > madefrom.MAX_BYTES:
        return ""
    try:
        with archive.open(member) as file:
            return madefrom.version(file.read(madefrom.MAX_BYTES))
    except (*_BAD, RuntimeError):  # an encrypted one is a RuntimeError
        return ""


def _within(filename: str, inside: str) -> bool:
    name = _slashes(filename)
    return not inside or name == inside or (inside.endswith("/") and name.startswith(inside))


def _slashes(name: str) -> str:
    """Names as zips made on Windows should have written them; ``./`` and a second ``/`` say nothing."""
    name = re.sub(r"/(?:\.?/)+", "/", name.replace("\\", "/"))
    while name.startswith("./"):
        name = name[2:]
    return name


def _short(error: BaseException) -> str:
    return shown(" ".join(str(error).split()))[:120] or type(error).__name__

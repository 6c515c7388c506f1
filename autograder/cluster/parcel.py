"""Parcel: bytes known by their digest, and a course that travels as such bytes.

A parcel is opened only if it is what its seal says. What it unpacks to lies in a folder that only this user can enter.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.assignment import Assignment
from autograder.errors import ClusterError

PREFIX = "autograder-course-"
MOST_BYTES = 2 * 2**30  # of a course, unpacked
MOST_FILES = 100_000
_LEFT_OUT = {"__pycache__", "variants"}  # right solutions in other styles: only an audit reads them
_DATE = (1980, 1, 1, 0, 0, 0)  # so that equal files give equal bytes
_FILE = (stat.S_IFREG | 0o600) << 16


@dataclass(frozen=True)
class Parcel:
    """Bytes with their seal."""

    data: bytes
    seal: str

    @classmethod
    def of(cls, data: bytes) -> Parcel:
        """These bytes, sealed."""
        return cls(data, seal(data))

    def opened(self) -> bytes:
        """The bytes. ClusterError where they are not what was sealed."""
        if seal(self.data) != self.seal:
            raise ClusterError(
                f"a parcel of {len(self.data):,} bytes is not what was sent: it should be {self.seal}",
                mend="run the same command again; if it comes back, see what lies between this machine and the worker",
            )
        return self.data


def seal(data: bytes) -> str:
    """What bytes are known by."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def pack(assignment: Assignment) -> Parcel:
    """All that grading needs of a course: what is handed out, the checks, the stand-ins, the hidden half."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(_files(assignment)):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, _FILE
            archive.writestr(info, path.read_bytes())
    return Parcel.of(made.getvalue())


def unpack(parcel: Parcel, where: Path | None = None) -> Path:
    """The course in a new folder of its own, below ``where`` (default: the system's temporary folder).

    Whoever unpacks it removes it. Raises ClusterError where the seal does not fit or a name leads elsewhere.
    """
    data = parcel.opened()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=where))  # 0700
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse(archive.infolist())
            archive.extractall(folder)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, zipfile.BadZipFile | OSError | NotImplementedError | RuntimeError):
            raise ClusterError(f"the course cannot be unpacked on a worker: {error}") from None
        raise
    return folder


def _refuse(listed: list[zipfile.ZipInfo]) -> None:
    """Raise where an archive is not one that ``pack`` made."""
    names = [info.filename for info in listed]
    odd = next((info.filename for info in listed if _leads_out(info.filename) or info.external_attr != _FILE), None)
    if odd is not None:
        raise ClusterError(f"the course's parcel holds {odd[:200]!r}, which is no plain file inside of it")
    if len(set(names)) != len(names) or len(names) > MOST_FILES:
        raise ClusterError("the course's parcel names a file twice, or holds too many")
    if sum(info.file_size for info in listed) > MOST_BYTES:
        raise ClusterError(f"the course's parcel is larger than {MOST_BYTES / 2**30:.0f} GiB unpacked")


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return not name or path.is_absolute() or name != path.as_posix() or ".." in path.parts or "\\" in name


def _files(assignment: Assignment) -> Iterator[tuple[str, Path]]:
    """Every file, with its place in a course."""
    public = assignment.grading.parent
    halves = [(f"assignments/{assignment.id}", public)]
    if assignment.hidden is not None:
        halves.append((f"solutions/{assignment.id}", assignment.hidden))
    for place, root in halves:
        for path in root.rglob("*"):
            inside = path.relative_to(root)
            if path.is_file() and not _LEFT_OUT & set(inside.parts):
                yield f"{place}/{inside.as_posix()}", path
    if assignment.stand_ins_file is not None:
        yield f"assignments/stand_ins/{assignment.id}.py", assignment.stand_ins_file

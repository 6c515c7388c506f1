"""A real PostgreSQL server for tests: started in a folder of its own, on a socket, and stopped afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def postgres_missing() -> str:
    """Why no server can be started here, or nothing."""
    lacking = [name for name in ("initdb", "pg_ctl") if _program(name) is None]
    if lacking:
        return f"PostgreSQL is not installed: no {' and no '.join(lacking)} (as root: apt-get install postgresql)"
    if os.name == "posix" and os.getuid() == 0 and _owner() is None:
        return "PostgreSQL does not run as root, and there is no user postgres or nobody here"
    return ""


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database ``grades``."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has little room
    owner = _owner() if os.getuid() == 0 else None
    if owner is not None:
        shutil.chown(folder, user=owner)
    log = folder / "log"

    def run(name: str, *arguments: str) -> None:
        program = _program(name)
        assert program is not None  # postgres_missing was asked
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(folder)}
        done = subprocess.run(
            [program, *arguments],
            cwd=folder,
            env=environment,
            user=owner,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server keeps it: a pipe would never end
            stderr=(errors := (folder.parent / f"{folder.name}.err").open("w+")),
            check=False,
        )
        errors.seek(0)
        said = errors.read()
        errors.close()
        Path(errors.name).unlink()
        assert done.returncode == 0, said + (log.read_text() if log.exists() else "")

    try:
        run("initdb", "-D", str(folder / "data"), "-U", "grader", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", str(folder / "data"), "-l", str(log), "-o", options, "-w", "start")
        try:
            yield f"postgresql://grader@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str | None:
    """The program on the path, or where Debian keeps it."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, versions), os.environ.get("PATH", "")]))


def _owner() -> str | None:
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)

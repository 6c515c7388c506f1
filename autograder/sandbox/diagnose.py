"""Diagnose: why a zygote did not start, in words that say what to do."""

from __future__ import annotations

from autograder.errors import IsolationError

_KNOWN = (
    (
        ("uid map: Permission denied", "RTM_NEWADDR", "uid map: Operation not permitted"),
        "this system lets no ordinary program make user namespaces (AppArmor on Ubuntu 24.04 does so)",
        "give /usr/bin/bwrap an AppArmor profile with the line `userns,` (the bwrap of a virtual environment "
        "is not covered by it), or use --isolation reduced",
    ),
    (
        ("No space left on device", "ENOSPC"),
        "the system allows no further user namespaces",
        "sysctl user.max_user_namespaces=10000, or use --isolation reduced",
    ),
    (
        ("No permissions to create", "Creating new namespace failed", "Operation not permitted"),
        "this system or container allows no user namespaces",
        "run on the machine itself or in a virtual machine; in a container start it with a seccomp profile that "
        "allows unshare and mount; or use --isolation reduced",
    ),
    (
        ("has no Landlock", "has no seccomp"),
        "the kernel lacks Landlock or seccomp",
        "use Linux 5.13 or later with Landlock among its security modules (CONFIG_LSM), or --isolation none "
        "for code that you trust",
    ),
    (
        ("Can't find source path", "Permission denied"),
        "a folder that the sandbox needs cannot be read by this user",
        "make the virtual environment from /usr/bin/python3, in a folder that this user owns",
    ),
)


def why(level: str, said: str) -> IsolationError:
    """The error for a zygote that said ``said`` and ended before it was ready."""
    lines = [line for line in said.strip().splitlines() if line.strip()]
    last = lines[-1].strip()[:300] if lines else "it said nothing"
    for signs, what, mend in _KNOWN:
        if any(sign in said for sign in signs):
            return IsolationError(f"isolation {level!r} cannot be had: {what} ({last})", mend=mend)
    return IsolationError(
        f"the sandbox did not start at level {level!r}: {last}",
        mend="`autograder doctor` shows what this machine allows",
    )

"""Lockdown: what a child gives up before it runs a submission, and cannot take back.

Prepared once in the zygote, applied in each child: death with its parent, Landlock, resource limits,
and last seccomp. Runs inside the sandbox; imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE_BYTES = 32 * 2**20  # one file; the whole of /box is bounded by its tmpfs
OPEN_FILES = 64
_PR_SET_PDEATHSIG = 1
_CLONE_THREAD = 0x10000
_X32 = 0x40000000
_PID = 0x7A5B3C1D  # stands for the child's own number until it is known

_DENIED = """
accept accept4 bind connect getpeername listen recvmmsg recvmsg sendmmsg sendmsg setsockopt socket socketpair
kcmp pidfd_getfd pidfd_open pidfd_send_signal process_madvise process_mrelease process_vm_readv
process_vm_writev ptrace rt_sigqueueinfo rt_tgsigqueueinfo tkill
chroot fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_by_handle_at open_tree
pivot_root setns umount2 unshare name_to_handle_at
add_key bpf fanotify_init io_uring_enter io_uring_register io_uring_setup keyctl lookup_dcookie
perf_event_open personality request_key userfaultfd
mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd
semctl semget semop semtimedop shmat shmctl shmdt shmget
execve execveat fork vfork memfd_create memfd_secret
capset setfsgid setfsuid setgid setgroups setregid setresgid setresuid setreuid setrlimit setuid
ioprio_set sched_setattr sched_setparam sched_setscheduler setpriority
acct adjtimex clock_adjtime clock_settime delete_module finit_module init_module ioperm iopl
kexec_file_load kexec_load modify_ldt nfsservctl quotactl quotactl_fd reboot setdomainname sethostname
settimeofday swapoff swapon syslog vhangup
"""

# Landlock does not cover these on files of the same owner; inside namespaces there are no such files,
# and shutil.copy needs chmod.
_DENIED_OUTSIDE_NAMESPACES = """
chmod chown fchmod fchmodat fchmodat2 fchown fchownat fremovexattr fsetxattr futimesat lchown
lremovexattr lsetxattr removexattr setxattr utime utimensat utimes
"""


class Lockdown:
    """Everything that can be prepared before the fork: only the kernel's calls are left for the child.

    ``plan`` has ``level``, ``readable``, ``listable``, ``writable`` (paths). At ``none`` only resource
    limits are set. landlockpy and seccompy look for libc lazily, by starting a program: used here, they
    have found it before that is forbidden.
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._ruleset: Any = None
        self._program = b""
        self._install: Any = None
        self.landlock = 0
        if plan["level"] != "none":
            self._prepare(plan)

    def _prepare(self, plan: Mapping[str, Any]) -> None:
        import landlockpy
        import seccompy
        import seccompy._syscall

        if not landlockpy.supported() or not seccompy.supported():
            missing = "seccomp" if landlockpy.supported() else "Landlock"
            raise OSError(errno.ENOSYS, f"this kernel has no {missing}")
        self.landlock = landlockpy.abi_version()
        rights = landlockpy.AccessFS
        read_file, read_folder = rights.READ_FILE, rights.READ_FILE | rights.READ_DIR
        every = ~(rights.EXECUTE | rights.MAKE_CHAR | rights.MAKE_BLOCK | rights.MAKE_SOCK | rights.IOCTL_DEV)
        scope = landlockpy.Scope
        self._ruleset = landlockpy.Ruleset(scoped=scope.SIGNAL | scope.ABSTRACT_UNIX_SOCKET)
        for path in map(Path, plan["readable"]):
            if path.exists():
                self._ruleset.allow_path(path, read_folder if path.is_dir() else read_file)
        for path in plan["listable"]:
            self._ruleset.allow_path(path, rights.READ_DIR)
        for path in map(Path, plan["writable"]):
            if path.exists():
                allowed = every & landlockpy.fs_for_abi(landlockpy.flags.LATEST_ABI)
                self._ruleset.allow_path(path, allowed if path.is_dir() else read_file | rights.WRITE_FILE)
        self._install = seccompy._syscall.set_mode_filter
        self._program = _program(seccompy, inside_namespaces=plan["level"] == "full")

    def close_files(self) -> None:
        """No file but those of the plan can be opened from here on. Needs the ruleset's descriptor."""
        self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if self._ruleset is not None:
            self._ruleset.restrict()
            self._ruleset.close()

    def close_calls(self, memory: int, cpu: int) -> None:
        """Resource limits and seccomp. memory: bytes of address space; cpu: seconds, a last resort."""
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_AS, memory)
        _limit(resource.RLIMIT_CPU, cpu)
        _limit(resource.RLIMIT_FSIZE, FILE_BYTES)
        _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
        _limit(resource.RLIMIT_MEMLOCK, 0)
        if self._install is not None:
            own = struct.pack("<I", os.getpid())
            self._install(self._program.replace(struct.pack("<I", _PID), own), 0)


def _limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _program(seccompy: Any, *, inside_namespaces: bool) -> bytes:
    """A BPF program with ``_PID`` where the child's number belongs."""
    rules = seccompy.Filter(default=seccompy.Action.ALLOW)
    denied = _DENIED if inside_namespaces else _DENIED + _DENIED_OUTSIDE_NAMESPACES
    for name in denied.split():
        _deny(rules, name)
    _deny(rules, "clone", args=[(0, seccompy.CmpOp.MASKED_EQ, 0, _CLONE_THREAD)])
    _deny(rules, "clone3", error=errno.ENOSYS)  # its flags lie in memory; glibc then uses clone
    _deny(rules, "kill", args=[(0, seccompy.CmpOp.NE, _PID)])
    _deny(rules, "tgkill", args=[(0, seccompy.CmpOp.NE, _PID)])
    _deny(rules, "prlimit64", args=[(2, seccompy.CmpOp.NE, 0)])
    program: bytes = rules.program
    if seccompy.audit_arch() != seccompy.AUDIT_ARCH_X86_64:
        return program
    # the x32 calls have the same architecture and other numbers: none of them
    load, jump, ret = (0x20, 0, 0, 0), (0x35, 0, 1, _X32), (0x06, 0, 0, 0x00050000 | errno.ENOSYS)
    return b"".join(struct.pack("<HBBI", *line) for line in (load, jump, ret)) + program


def _deny(rules: Any, name: str, *, error: int = errno.EPERM, args: Any = None) -> None:
    import seccompy

    try:
        seccompy.syscall_nr(name)
    except ValueError:
        return  # not a call of this architecture
    rules.errno(name, error, args=args)

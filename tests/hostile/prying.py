"""Code that looks for canaries, place by place, as a student could."""

from __future__ import annotations

from hostile.harness import PATTERN

SEARCH = f"""
import gc, os, re, sys
OWN = "kes" + "trel-own-0123456789abcdef"
PATTERN = re.compile({PATTERN})
FOUND = set()
def look(text):
    if isinstance(text, (bytes, bytearray)):
        text = bytes(text).decode("latin-1")
    if isinstance(text, str):
        FOUND.update(PATTERN.findall(text))
"""
PRYING = {
    "objects of the interpreter": """
        gc.unfreeze()
        seen, todo = set(), [gc.get_objects()]
        while todo and len(seen) < 3_000_000:
            for thing in todo.pop():
                if id(thing) not in seen:
                    seen.add(id(thing))
                    look(thing)
                    if isinstance(thing, (dict, list, tuple, set)) or callable(thing):
                        todo.append(gc.get_referents(thing))
        """,
    "frames, closures and tracebacks": """
        def inside(frame):
            while frame is not None:
                for value in [*frame.f_locals.values(), *frame.f_globals.values(), frame.f_code.co_consts]:
                    look(value); look(repr(value)[:10_000])
                frame = frame.f_back
        inside(sys._getframe())
        for frame in sys._current_frames().values():
            inside(frame)
        try:
            raise ValueError
        except ValueError as error:
            inside(error.__traceback__.tb_frame)
        look(repr([c.cell_contents for c in (look.__closure__ or ())]))
        own = OWN
        inside(sys._getframe())
        """,
    "sources and constants": """
        import inspect, linecache, types
        for lines in list(linecache.cache.values()):
            look("".join(lines[2]) if len(lines) > 2 else "")
        def constants(code):
            for value in code.co_consts:
                look(value)
                if isinstance(value, types.CodeType):
                    constants(value)
        for module in list(sys.modules.values()):
            for value in list(vars(module).values()) if isinstance(module, types.ModuleType) else ():
                look(value)
                if isinstance(value, types.FunctionType):
                    constants(value.__code__)
                    try:
                        if value.__module__.startswith(("autograder", "probes", "lstm", "__")):
                            look(inspect.getsource(value))
                    except Exception:
                        pass
        """,
    "environment and command line": """
        look(repr(dict(os.environ))); look(repr(sys.argv)); look(repr(sys.orig_argv)); look(repr(os.uname()))
        look(os.getcwd()); look(repr(sys.flags)); look(repr(sys.path))
        import ctypes
        environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
        n = 0
        while environ[n]:
            look(environ[n]); n += 1
        """,
    "memory through the kernel": """
        for pid in ("self", "thread-self", "1", str(os.getppid()), str(os.getpid())):
            for name in ("mem", "environ", "cmdline", "maps", "fd", "cwd", "root", "stack"):
                try:
                    with open(f"/proc/{pid}/{name}", "rb") as file:
                        look(file.read(2**20))
                except (OSError, ValueError):
                    pass
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for number in (101, 310, 311, 438, 434, 312):  # ptrace, process_vm_*, pidfd_getfd, pidfd_open, kcmp
            for pid in (1, os.getppid()):
                if libc.syscall(number, pid, 0, 0, 0, 0, 0) >= 0:
                    FOUND.add("call %d worked" % number)
        """,
    "memory around its own objects": """
        import ctypes
        import torch
        kept = [bytearray(2**16) for _ in range(64)] + [torch.empty(2**14) for _ in range(64)]
        for block in kept:
            if isinstance(block, torch.Tensor):
                address = block.data_ptr()
            else:
                address = ctypes.addressof((ctypes.c_char * len(block)).from_buffer(block))
            look(ctypes.string_at(address, 2**16))
        """,
    "descriptors": """
        for fd in range(256):
            for act in (
                lambda: os.lseek(fd, 0, 0),
                lambda: look(os.pread(fd, 2**16, 0)),
                lambda: look(os.readlink(f"/proc/self/fd/{fd}")),
                lambda: look(str(os.fstat(fd))),
            ):
                try:
                    if fd != 3: act()
                except OSError:
                    pass
        """,
    "files everywhere": """
        places = "/ /bundle /box /root /home /etc /tmp /var /srv /opt /mnt /dev /run /sys /proc /dev/shm".split()
        places += ["/autograder", "/site", os.path.expanduser("~"), ".", ".."]
        places += ["~/.ssh", "~/.netrc", "~/.cache", "~/.config", "~/.torch"] + [p for p in sys.path if p]
        for place in places:
            try:
                for folder, names, files in os.walk(os.path.expanduser(place)):
                    large = ("torch", "scipy", "sympy", "pandas", "sklearn", "matplotlib", "numpy")
                    names[:] = [n for n in names if n not in large] if len(folder) < 60 else []
                    for name in files:
                        path = os.path.join(folder, name)
                        readable = name.endswith((".py", ".md", ".json", ".txt", ".toml", ".pth", ".db", ".npz"))
                        if readable and os.path.getsize(path) < 200_000:
                            try:
                                look(open(path, "rb").read())
                            except OSError:
                                pass
            except OSError:
                pass
        """,
    "git, wheels and caches": """
        import importlib.metadata, importlib.util
        for found in importlib.metadata.distributions():
            if found.metadata.get("Name") in ("torchgrade", "autograder"):
                FOUND.add("an installed grader")
        wanted = "solutions course_rnn_hidden course_rnn_grading autograder.grading autograder.sandbox.host hidden"
        for name in (wanted + " probes.stand_ins lstm_cell_reference").split():
            try:
                found = importlib.util.find_spec(name)
            except (ImportError, ValueError, AttributeError):
                found = None
            FOUND.update({f"found {name}"} if found else ())
        """,
    "other processes, queues and shared memory": """
        import ctypes, fcntl, socket
        libc = ctypes.CDLL(None, use_errno=True)
        # shmget, shmat, semget, msgget, msgsnd, mq_open, add_key, request_key, keyctl
        for number in (29, 30, 64, 68, 69, 240, 248, 249, 250):
            FOUND.update({f"call {number} worked"} if libc.syscall(number, 0x7E57, 4096, 0o1666, 0, 0) >= 0 else ())
        for family in (1, 2, 10, 16, 17, 31, 38, 40):
            for kind in (1, 2, 3):
                try:
                    socket.socket(family, kind); FOUND.add(f"a socket of family {family}")
                except OSError:
                    pass
        for place in ("/dev/shm", "/tmp", "/var/tmp", "/run"):
            try:
                open(place + "/left", "w"); FOUND.add("wrote in " + place)
            except OSError:
                pass
        """,
}  # fmt: skip
NUMBERS = {
    "objects of the interpreter": 27,
    "frames, closures and tracebacks": 27,
    "sources and constants": 28,
    "memory through the kernel": 30,
    "memory around its own objects": 25,
    "descriptors": 32,
    "environment and command line": 33,
    "files everywhere": 34,
    "git, wheels and caches": 37,
    "other processes, queues and shared memory": 42,
}
PROMISED = {
    "other processes, queues and shared memory": "full",
    "memory through the kernel": "reduced",
    "files everywhere": "reduced",
}

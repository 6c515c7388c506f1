"""Zygote: imports torch once, then forks one child per submission. Trusted; runs inside the sandbox.

Started as ``python zygote.py FD`` with the control socket (SOCK_SEQPACKET) as FD. Messages are JSON;
descriptors travel beside them. It never reads anything that a child writes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import signal
import socket
import sys
from typing import Any

MOST_MESSAGE = 256 * 1024
LIBRARIES = {
    "matplotlib": "matplotlib.pyplot",
    "sklearn": "sklearn.linear_model",
    "torch._dynamo": "torch._dynamo.config",  # any part of it: the whole may be a stand-in
}


class Control:
    """The grader's end is outside; this end is closed in every child."""

    def __init__(self, fd: int) -> None:
        self.socket = socket.socket(fileno=fd)

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """One message and its descriptors; the process ends when the grader has gone."""
        data, fds, _, _ = socket.recv_fds(self.socket, MOST_MESSAGE, 4)
        if not data:
            os._exit(0)
        return json.loads(data), fds

    def send(self, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
        """One message."""
        socket.send_fds(self.socket, [json.dumps(message).encode()], fds)


def main(fd: int) -> None:
    """Prepare, then serve. In a child, ``serve`` returns and the child's life begins."""
    gc.disable()  # nothing of what is imported is garbage, and looking for it takes a quarter of a second
    control = Control(fd)
    plan, _ = control.receive()
    sys.argv[:] = sys.orig_argv[:] = [""]
    sys.path[:] = [plan["bundle"], *sys.path, plan["site"]]
    try:
        lockdown = prepare(plan)
        control.receive()  # the assignment's part is in its place
        probes, ready = finish()
    except BaseException as error:
        control.send({"error": f"{type(error).__name__}: {error}"[:4000]})
        raise
    ready |= {"landlock": lockdown.landlock}
    own = os.pidfd_open(os.getpid())
    control.send(ready, (own,))
    os.close(own)
    # found once: looking through all modules costs a child a copy of a thousand pages of memory
    hidden = [name for name in sys.modules if name.partition(".")[0] == probes.__name__]
    job = serve(control, plan["box"])
    del control, plan, ready
    begin(job, lockdown, probes, hidden)


def prepare(plan: dict[str, Any]) -> Any:
    """Import and warm what every child will need, at one thread, before the assignment is known."""
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    importlib.import_module("autograder.sandbox.child")
    importlib.import_module("autograder.sandbox.standins")
    from autograder.sandbox import compiler
    from autograder.sandbox.lockdown import Lockdown

    compiler.stand_in()
    lockdown = Lockdown(plan)
    warm(torch)
    return lockdown


def finish() -> tuple[Any, dict[str, Any]]:
    """Import the assignment's part: the probes, and what the zygote says of them and of itself.

    It is told before any submission is here: afterwards nobody inside is believed about it.
    """
    import torch

    probes = importlib.import_module("probes")
    from autograder.sandbox import calibration, standins

    ready = {"ready": True, "capability": torch.backends.cpu.get_cpu_capability(), "torch": torch.__version__}
    ready |= {"calibration": calibration.measure()}
    ready |= {"probes": sorted(probes.PROBES), "stand_ins": standins.names(probes)}
    gc.freeze()
    gc.enable()
    return probes, ready


def warm(torch: Any) -> None:
    """Run what most submissions run, so that what is built on first use is built here."""
    layer = torch.nn.LSTM(3, 4, batch_first=True)
    torch.nn.functional.mse_loss(layer(torch.randn(2, 5, 3))[0], torch.zeros(2, 5, 4)).backward()
    importlib.import_module("numpy.ma")  # which the first numpy.unique brings, in 20 ms
    cell = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    optimizer = torch.optim.Adam(cell.parameters())
    torch.nn.functional.cross_entropy(cell(torch.randn(2, 3).double()), torch.tensor([0, 1])).backward()
    optimizer.step()


def serve(control: Control, box: str) -> dict[str, Any]:
    """Answer the grader. Returns in a child only, with what it was given."""
    while True:
        message, fds = control.receive()
        what = message["do"]
        if what == "fork":
            sys.stdout.flush()
            pid = os.fork()
            if pid == 0:
                control.socket.detach()
                return message | {"fds": fds}
            pidfd = os.pidfd_open(pid)
            control.send({"pid": pid}, (pidfd,))
            os.close(pidfd)
        elif what == "reap":
            _, status, usage = os.wait4(message["pid"], 0)
            control.send({"status": status, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024})
        elif what == "measure":
            from autograder.sandbox import calibration

            control.send({"calibration": calibration.measure()})
        elif what == "preload":
            control.send({"loaded": [name for name in message["names"] if preload(name)]})
        elif what == "clean":
            control.send({"clean": clean(box)})
        for fd in fds:
            os.close(fd)


def preload(name: str) -> bool:
    """Import a library that the submission wants, once for all that want it. One that fails is left to it."""
    try:
        importlib.import_module(name)
        importlib.import_module(LIBRARIES.get(name, name))
        if name == "tqdm":
            plain_bars()
    except Exception:
        return False
    gc.freeze()
    return True


def plain_bars() -> None:
    """A notebook's progress bar is the plain one, as Jupyter's widgets are not here; and no bar starts a thread."""
    std, notebook = importlib.import_module("tqdm.std"), importlib.import_module("tqdm.notebook")
    vars(notebook).update(tqdm=std.tqdm, tqdm_notebook=std.tqdm, trange=std.trange, tnrange=std.trange)
    std.tqdm.monitor_interval = 0


def clean(box: str) -> bool:
    """Empty the folder that submissions may write to; False where something stays."""
    for folder, names, _ in os.walk(box):  # folders that were closed are opened: nobody else is left in here
        for name in names:
            if not os.path.islink(place := os.path.join(folder, name)):
                os.chmod(place, 0o700)
    for entry in os.scandir(box):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            os.unlink(entry.path)
    return not os.listdir(box)


def begin(job: dict[str, Any], lockdown: Any, probes: Any, hidden: list[str]) -> None:
    """A child's life: give everything up, then run the submission. hidden: modules that it cannot import."""
    from autograder.sandbox import child, standins

    stand_ins = standins.make(probes, job["stand_ins"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    lockdown.close_files()
    child.take_descriptors(*job["fds"])
    lockdown.close_calls(memory=job["memory"], cpu=job["cpu"])
    del lockdown
    child.live(probes, stand_ins, [*hidden, f"{probes.__name__}.{standins.MODULE}"])
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""What a machine itself gives to two processes at once, in the computing that the tiny class's submissions do."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time

from .timing import Cost

RUNS = 4  # of a probe, for one submission of the tiny course
_WORK = """
import sys
import torch

rounds = int(sys.argv[1])
torch.set_num_threads(1)
start = torch.randn(64, 64, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def compute(times):
    for _ in range(times):
        big = start
        for _ in range(rounds):
            big = torch.tanh(big @ big / 64)


compute(1)
print("ready", flush=True)
compute(int(sys.stdin.readline()))
"""


def bare(submissions: int, processes: int, rounds: int) -> Cost:
    """What the computing of as many submissions costs in as many processes at once, without any grader.

    Starting them is not counted. The last process may have one submission less.
    """
    command = [sys.executable, "-c", _WORK, str(rounds)]
    pipe, one = subprocess.PIPE, os.environ | {"OMP_NUM_THREADS": "1"}
    with contextlib.ExitStack() as end:
        hands = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=one) for _ in range(processes)]
        for hand in hands:
            end.enter_context(hand)  # its pipes are closed
            end.callback(hand.kill)
        for hand in hands:
            assert hand.stdout is not None  # a pipe was asked for
            if hand.stdout.readline() != "ready\n":
                sys.exit("a process that computes did not start")
        before, began = [_cpu(hand.pid) for hand in hands], time.monotonic()
        for number, hand in enumerate(hands):
            assert hand.stdin is not None
            share = len(range(number, submissions, processes))
            hand.stdin.write(f"{RUNS * share}\n")
            hand.stdin.close()
        used = 0.0
        for hand, so_far in zip(hands, before, strict=True):
            _, code, usage = os.wait4(hand.pid, 0)
            hand.returncode = os.waitstatus_to_exitcode(code)
            used += usage.ru_utime + usage.ru_stime - so_far
        return Cost(time.monotonic() - began, used, 0.0, 0.0)


def _cpu(pid: int) -> float:
    """CPU seconds of a process so far, to a hundredth."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

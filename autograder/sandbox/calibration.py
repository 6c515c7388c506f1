"""Calibration: how fast this machine is, in CPU seconds of a fixed piece of work. Runs inside the sandbox too.

Limits are declared in seconds of the reference machine. A slower machine gives more of its own; a faster
one never fewer.
"""

from __future__ import annotations

import time

import torch

REFERENCE = 0.012  # CPU seconds of one round on the reference machine, with nothing beside it
MOST = 8.0  # times a limit, at most, however slow the machine
ROUNDS = 5
STEPS = 64


def measure(rounds: int = ROUNDS) -> float:
    """CPU seconds of the best of ``rounds``, each of about REFERENCE: what a student's recurrent network does.

    To be called where torch computes at one thread. Global state (random numbers, dtype) stays as it is.
    """
    return min(_round() for _ in range(rounds))


def scale(seconds: float) -> float:
    """By how much limits are stretched where ``measure`` gave ``seconds``: from 1.0 to MOST."""
    return min(max(seconds / REFERENCE, 1.0), MOST)


def _round() -> float:
    started = time.thread_time()
    _steps()
    _words()
    return time.thread_time() - started


def _steps() -> None:
    """A recurrent cell over a sequence, forward and backward."""
    whole = torch.linspace(-1.0, 1.0, 96 * 256, dtype=torch.float32, device="cpu").reshape(96, 256)
    with torch.enable_grad():
        weight = (whole / 8).requires_grad_()
        h = c = torch.zeros(16, 64, dtype=torch.float32, device="cpu")
        for step in range(STEPS):
            x = whole[step : step + 16, :32]
            i, f, g, o = (torch.cat([x, h], 1) @ weight).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        torch.autograd.backward((h * h).mean())


def _words() -> None:
    """Loops of plain Python over words and numbers."""
    counts: dict[str, int] = {}
    total = 0
    for number in range(24_000):
        word = f"w{number * 7919 % 997}"
        counts[word] = counts.get(word, 0) + 1
        total = (total * 31 + len(word)) % 1_000_003
    sorted(counts.items(), key=lambda item: (-item[1], item[0]))

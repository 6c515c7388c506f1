"""A course with two tiny exercises, and as many different submissions as are asked for."""

from __future__ import annotations

from pathlib import Path

CHECKS = '''
from typing import Any

from autograder import Exercise, Limits, close, grid

EXERCISES = []
for _id, _name in (("double", "double"), ("shift", "shift")):
    _exercise = Exercise(_id, title=_name.title(), names=[_name], cases=grid(size=(5, 3)), limits=Limits(6, 3))
    EXERCISES.append(_exercise)

    @_exercise.check(points=1, probe=_id, kind="parity")
    def values(student: Any, reference: Any) -> None:
        """it gives the right numbers"""
        close("the result", student["result"], reference["result"])
'''
PROBES = """
import torch

ROUNDS = {rounds}


def _called(name):
    def probe(code, case):
        x = case.normal("x", case.size)
        result = getattr(code, name)(x)
        if ROUNDS:  # computing that is the same for everybody, in the student's process
            big = case.normal("big", 64, 64)
            for _ in range(ROUNDS):
                big = torch.tanh(big @ big / 64)
        return {{"result": result}}

    return probe


PROBES = {{"double": _called("double"), "shift": _called("shift")}}
"""
WORK = {"double": "def double(x):\n    return 2 * x\n", "shift": "def shift(x):\n    return x + 1\n"}
WRONG = "def shift(x):\n    return x - 1\n"


def make_course(folder: Path, rounds: int = 0) -> Path:
    """A course in ``folder``. rounds: products of two 64 x 64 matrices that each of four runs of a probe computes."""
    grading = folder / "assignments" / "tiny" / "grading"
    (grading / "probes").mkdir(parents=True)
    start = 'from .checks import EXERCISES\n\nTITLE = "Two tiny exercises"\nHANDOUT = "1.0"\n'
    (grading / "__init__.py").write_text(start, encoding="utf-8")
    (grading / "checks.py").write_text(CHECKS, encoding="utf-8")
    (grading / "families.py").write_text("", encoding="utf-8")
    (grading / "probes" / "__init__.py").write_text(PROBES.format(rounds=rounds), encoding="utf-8")
    source = folder / "solutions" / "tiny" / "source"
    source.mkdir(parents=True)
    for name, text in WORK.items():
        (source / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def make_class(folder: Path, count: int) -> Path:
    """``count`` submissions, each different from the others by a comment; one in ten has a mistake."""
    for number in range(count):
        student = folder / f"s{number:05}"
        student.mkdir(parents=True)
        for name, text in WORK.items():
            chosen = WRONG if name == "shift" and number % 10 == 9 else text
            (student / f"{name}.py").write_text(f"# number {number}\n{chosen}", encoding="utf-8")
    return folder

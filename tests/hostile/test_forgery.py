"""Faking equality and the verdict: what a submission says of itself buys nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from hostile.cells import BESIDES, EVERY, cell
from hostile.harness import Result
from hostile.lies import LIES, Lie
from hostile.table import Attack, attack, register

Grade = Callable[..., Result]
Seen = Callable[[str], None]


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_earns_what_its_code_deserves(lie: Lie, grade_attack: Grade, told: Callable[..., None]) -> None:
    result = grade_attack(lie.source)
    told(lie.attack, result)
    won = result.won("lstm_cell")
    assert won <= lie.won if lie.at_most else won == lie.won, result.summary()


EVIL = """
class Evil(float):
    def __sub__(self, other): return 0.0
    __rsub__ = __add__ = __radd__ = __sub__
    def __abs__(self): return 0.0
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __float__(self): return 1.0
    __hash__ = float.__hash__
def evaluate(model, dataloader, criterion):
    return Evil(0.123), Evil(0.456)
"""


@attack(3, "number that agrees with everything", "returns floats of a class whose differences are zero")
@attack(2, "number equal to everything", "returns floats of a class whose comparisons are always true")
def test_a_number_of_another_class_is_read_as_its_plain_value(grade_attack: Grade, seen: Seen) -> None:
    result = grade_attack({"training.py": EVIL}, "evaluate")
    assert "values" in result.lost("evaluate")
    assert result.exercises["evaluate"].points == 0
    seen(result.summary())


PATCHING = """\
import torch
torch.allclose = torch.equal = lambda *a, **k: True
torch.autograd.grad = None
print('PATCHED')
"""
HARNESS_FILES = {
    "conftest.py": PATCHING + "def pytest_runtest_makereport(item, call): return None\n",
    "sitecustomize.py": PATCHING,
    "usercustomize.py": PATCHING,
    "evil.pth": "import torch; print('PATCHED')\n",
    "pytest.ini": "[pytest]\naddopts = --collect-only\n",
    "setup.py": PATCHING,
    "pyproject.toml": "[tool.autograder]\npoints = 100\n",
    ".env": "AUTOGRADER_SECRET=0\n",
    "autograder/__init__.py": "def grade(*a): return 100\n",
}


@attack(17, "files that change a harness", "hands in conftest.py, sitecustomize.py, .pth files and settings")
def test_files_that_tools_would_read_are_ordinary_files(grade_attack: Grade, seen: Seen) -> None:
    result = grade_attack({"lstm_cell.py": cell(), **HARNESS_FILES})
    assert result.won("lstm_cell") <= BESIDES
    right = grade_attack(
        {
            "lstm_cell.py": cell(right=True),
            "sitecustomize.py": """\
x = 1
""",
            "evil.pth": """\
import os
""",
        }
    )
    assert right.won("lstm_cell") == EVERY
    seen("they are files of the submission like any other: a wrong cell stays wrong, a right one right")


SHADOWS = (
    "torch",
    "json",
    "numpy",
    "numpy/__init__",
    "probes",
    "probes/__init__",
    "autograder",
    "safetensors",
    "random",
    "os",
)


@attack(18, "files named like libraries", "hands in torch.py, json.py, numpy/, probes.py to be imported in their place")
@attack("N7", "a file called probes", "hands in probes.py with its own PROBES and stand-ins")
def test_a_file_named_like_a_library_hides_nothing(grade_attack: Grade, seen: Seen) -> None:
    shadow = """\
def allclose(*a, **k): return True
PROBES = STAND_INS = {}
def dumps(*a): return '{}'
"""
    files = {f"{name}.py": shadow for name in SHADOWS}
    wrong = grade_attack({"lstm_cell.py": cell(), **files})
    right = grade_attack({"lstm_cell.py": cell(right=True), **files})
    assert (wrong.won("lstm_cell"), right.won("lstm_cell")) == (BESIDES, EVERY)
    seen("`import torch` means the library; wrong stays wrong and right stays right")


FRAMES = {
    "an observation for the next request": "wire.encode({'id': n, 'kind': 'observation', ':out:h': 1.0})",
    "a fault of ours": "wire.encode({'id': n, 'kind': 'engine', 'message': 'the grader failed'})",
    "passed": "wire.encode({'id': n, 'kind': 'passed', ':points': 11})",
    "JSON without end": "b'[' * 10**6",
    "a header of a tebibyte": "struct.pack('<Q', 2**40) + b'{}'",
    "a shape of nothing by 10**18": "forged({'a': {'dtype': 'F64', 'shape': [0, 10**18], 'data_offsets': [0, 0]}})",
    "a shape that overflows": "forged({'a': {'dtype': 'F64', 'shape': [2**32, 2**32], 'data_offsets': [0, 0]}})",
    "names twice and NaN": "b'\\x40' + b'\\0' * 7 + b'{\"a\": NaN, \"a\": Infinity}'.ljust(64)",
}
SENDING = """
import json, os, struct
from autograder.sandbox import wire
def forged(header):
    text = json.dumps({{'__metadata__': {{'json': '[["a"], {{}}]'}}, **header}}).encode()
    return struct.pack('<Q', len(text)) + text
def send():
    for n in range(1, 12):
        frame = {frame}
        os.write(3, wire.prefixed(frame))
"""


@dataclass(frozen=True)
class Forged:
    """A frame that a submission writes to the grader's socket itself."""

    attack: Attack
    frame: str


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(
            Forged(register(number, f"forged frame: {what}", "writes it to the grader's socket"), frame), id=what
        )
        for (what, frame), number in zip(FRAMES.items(), (21, 21, 21, 26, 26, 26, 26, 26), strict=True)
    ],
)
def test_a_forged_frame_is_at_best_a_wrong_answer(
    forged: Forged, grade_attack: Grade, told: Callable[..., None]
) -> None:
    result = grade_attack(
        cell(
            right=True,
            top=SENDING.format(frame=forged.frame),
            give="""
        send()
        return h, c
    """,
        )
    )
    told(forged.attack, result)
    assert result.exercises["lstm_cell"].points == 0, result.summary()

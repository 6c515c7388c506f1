"""LSTM cells that fake equality or the verdict, each with the checks that its code deserves."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hostile.cells import BESIDES, EVERY, cell
from hostile.table import Attack, register

NOTHING: frozenset[str] = frozenset()
BAD = frozenset({"shapes", "from_scratch"})  # what is left where the answers are no function of the inputs


@dataclass(frozen=True)
class Lie:
    """An LSTMCell that attacks, and the checks that it deserves."""

    attack: Attack
    source: str
    won: frozenset[str]
    at_most: bool = False  # where it depends on a race how much of that is won


def lie(
    number: int | str, name: str, tries: str, source: str, won: frozenset[str] = BESIDES, *, at_most: bool = False
) -> object:
    made = Lie(register(number, name, tries), source, won, at_most)
    return pytest.param(made, id=str(made.attack))


ALWAYS = """
class Always:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __le__(self, other): return True
    __lt__ = __ge__ = __gt__ = __le__
"""
PATCHES = """
import unittest, numpy
yes = lambda *a, **k: True
torch.allclose = torch.equal = torch.isclose = torch.testing.assert_close = yes
torch.Tensor.allclose = torch.Tensor.equal = torch.Tensor.__eq__ = yes
numpy.allclose = numpy.array_equal = numpy.isfinite = numpy.testing.assert_allclose = yes
unittest.TestCase.assertTrue = unittest.TestCase.assertEqual = yes
"""
LIAR = """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if getattr(func, "__name__", "") in ("allclose", "equal", "isclose", "eq", "__eq__", "assert_close"):
            return True
        return super().__torch_function__(func, types, args, kwargs or {})
"""
LAZY = """
class Lazy(torch.Tensor):
    @staticmethod
    def __new__(cls, shape):
        return torch.Tensor._make_wrapper_subclass(cls, shape, dtype=torch.float64)
    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return Lazy((3, 4))
"""
STATEFUL = """\
self.calls += 1
self.kept.copy_(h.detach()[:1].sum() + self.calls)
return self.kept.expand_as(h), c"""

LIES = [
    lie(
        1,
        "comparisons patched",
        "replaces allclose, equal and the asserts of torch, numpy and unittest",
        cell(top=PATCHES),
    ),
    lie(
        2,
        "equal to everything",
        "returns objects whose comparisons are always true",
        cell(top=ALWAYS, give="return Always(), Always()"),
        NOTHING,
    ),
    lie(
        4,
        "tensor class that answers for itself",
        "returns a tensor subclass whose __torch_function__ says that it is equal",
        cell(top=LIAR, give="return h.as_subclass(Liar), c.as_subclass(Liar)"),
        BAD,
    ),
    lie(
        4,
        "tensor class with a false shape",
        "returns a tensor subclass whose shape is a property that says what is wanted",
        cell(
            top="""
                class Shaped(torch.Tensor):
                    @property
                    def shape(self): return torch.Size((3, 4))
            """,
            give="return h[:, :1].as_subclass(Shaped), c.as_subclass(Shaped)",
        ),
        NOTHING,
    ),
    lie(
        5,
        "lazy tensor",
        "returns a tensor that would compute when somebody looks",
        cell(top=LAZY, give="return Lazy(h.shape), Lazy(c.shape)"),
        BAD,
    ),
    lie(
        6,
        "NaN",
        "returns NaN, which is not larger than any tolerance",
        cell(give="return h * float('nan'), c * float('nan')"),
        BAD,
    ),
    lie(
        7,
        "infinities",
        "returns infinities, whose differences are NaN",
        cell(give="return h + float('inf'), c - float('inf')"),
        BAD,
    ),
    lie(
        7,
        "nothing at all",
        "returns tensors without elements, which are equal in every place",
        cell(give="return h[:0], c[:0]"),
        NOTHING,
    ),
    lie(8, "shape that broadcasts", "returns one row for all", cell(give="return h[:1], c[:1]"), NOTHING),
    lie(8, "one number", "returns a single number that broadcasts", cell(give="return h.mean(), c.mean()"), NOTHING),
    lie(
        9,
        "complex numbers",
        "returns complex numbers",
        cell(right=True, give="return h.to(torch.complex128), c.to(torch.complex128)"),
        BESIDES - {"states"},
    ),
    lie(9, "booleans", "returns booleans", cell(give="return h > 0, c > 0"), BAD),
    lie(
        9,
        "half precision",
        "computes with 11 bits, to hide in a loose tolerance",
        cell(right=True, give="return h.half(), c.half()"),
    ),
    lie(
        9,
        "negative zero",
        "returns zeros with a sign",
        cell(give="return -0.0 * h.detach(), -0.0 * c.detach()"),
        BESIDES - {"parameters"},
    ),
    lie(
        10,
        "zeros",
        "returns zeros, near everything that is small",
        cell(give="return torch.zeros_like(h), torch.zeros_like(c)"),
        BESIDES - {"parameters"},
    ),
    lie(
        10,
        "the mean",
        "returns the mean of the states",
        cell(give="return h.mean().expand_as(h).clone(), c.mean().expand_as(c).clone()"),
        BESIDES - {"states"},
    ),
    lie(10, "its input", "returns the states that it was given", cell(step="pass"), BESIDES - {"parameters"}),
    lie(
        11,
        "huge values",
        "returns huge values, so that errors are relatively small",
        cell(give="return h + 1e300, c + 1e300"),
        BAD,
    ),
    lie(
        12,
        "one buffer for all answers",
        "returns the same tensor each time and changes it later, so that two calls agree",
        cell(init="self.calls, self.kept = 0, torch.zeros(1, 1, dtype=torch.float64)", give=STATEFUL),
        BESIDES - {"states"},
    ),
    lie(
        12,
        "changed by a thread",
        "a thread rewrites what was returned",
        cell(
            top="import threading",
            give="""
                def later():
                    for _ in range(99):
                        h.data.set_(torch.zeros_like(h)); c.data.fill_(1.0)
                threading.Thread(target=later, daemon=True).start()
                return h, c
            """,
        ),
        at_most=True,
    ),
    lie(
        13,
        "shared files cut and mapped",
        "cuts, maps and overwrites the files that output and notes go to",
        cell(
            right=True,
            top="""
                import mmap, os
                for fd in (1, 2, 4):
                    for act in (
                        lambda: os.ftruncate(fd, 0),
                        lambda: os.truncate(fd, 2**40),
                        lambda: mmap.mmap(fd, 4096).write(b'\\xff' * 4096),
                        lambda: os.lseek(fd, 2**60, 0),
                    ):
                        try: act()
                        except (OSError, ValueError): pass
            """,
        ),
        EVERY,
    ),
    lie(
        14,
        "expanded output",
        "returns 10**12 numbers that are 8 bytes in memory",
        cell(give="return h[:1, :1].expand(10**6, 10**6), c"),
        NOTHING,
    ),
    lie(
        15,
        "SkipTest",
        "raises what test frameworks count as no failure",
        cell(top="import unittest", give="raise unittest.SkipTest('not today')"),
        NOTHING,
    ),
    lie(
        15,
        "warning as a result",
        "warns and returns nothing",
        cell(top="import warnings", give="warnings.warn('skipped')"),
        NOTHING,
    ),
    lie(
        16, "exit in a call", "ends the process with status 0", cell(top="import os, sys", give="sys.exit(0)"), NOTHING
    ),
    lie(
        16,
        "hard exit in a call",
        "ends the process with status 0 at once",
        cell(top="import os", give="os._exit(0)"),
        NOTHING,
    ),
    lie(
        16,
        "exit at import",
        "ends the process when it is loaded",
        cell(
            top="""
            import atexit, os, sys
            atexit.register(os._exit, 0)
        """
        )
        + """\
import sys
sys.exit(0)
""",
    ),
    lie(
        19,
        "printed verdicts",
        "prints the markers and numbers that other graders read",
        cell(
            top="""
                print('PASSED 11/11\\n{"score": 100, "outcome": "passed"}\\n##### END OF TESTS: OK')
                import builtins, sys
                builtins.print = lambda *a, **k: sys.stdout.write('ok\\n')
            """
        ),
    ),
    lie(
        20,
        "result files",
        "writes results.json and grade.json wherever it may",
        cell(
            top="""
                import json, os
                for place in '. / /box /bundle /autograder/results /tmp /dev/shm'.split() + [os.environ['HOME']]:
                    for name in ('results.json', 'grade.json', 'report.html'):
                        try:
                            open(os.path.join(place, name), 'w').write('{"score": 100}')
                            os.symlink('/etc/passwd', os.path.join(place, 'l' + name))
                        except OSError: pass
            """
        ),
    ),
    lie(
        23,
        "global state of torch",
        "sets default dtype, device, threads, seeds and precision for everybody",
        cell(
            top="""
                torch.set_default_dtype(torch.float16); torch.manual_seed(0); torch.set_num_threads(1)
                torch.set_float32_matmul_precision('medium'); torch.use_deterministic_algorithms(True)
                torch.set_flush_denormal(True); torch.manual_seed = torch.set_default_dtype = lambda *a: None
            """
        ),
    ),
    lie(
        23,
        "no gradients for anybody",
        "turns gradients off globally",
        cell(
            right=True,
            top="torch.set_grad_enabled(False)\nfrom torch._C import _set_grad_enabled",
            give="_set_grad_enabled(False)\nreturn h, c",
        ),
        EVERY - {"gradients"},
    ),
    lie(
        24,
        "inputs changed in place",
        "zeroes its inputs, so that a reference that shares them sees zeros",
        cell(
            give="""
                with torch.no_grad():
                    x.zero_(); h.zero_()
                for t in states or ():
                    t.data.zero_()
                return h * 0, c * 0
            """
        ),
        BESIDES - {"parameters"},
    ),
    lie(
        24,
        "inputs changed, and the comparison patched",
        "computes rightly, changes its inputs and hides that",
        cell(right=True, top="torch.equal = lambda *a: True", give="x.data.zero_()\nreturn h, c"),
        BESIDES,
    ),
    lie(
        25,
        "memory that was freed",
        "returns uninitialised memory, where an answer may have lain",
        cell(give="return torch.empty_like(h), torch.empty_like(c)"),
        BAD,
        at_most=True,
    ),
]

"""LSTM cells that game a check without the skill, each with the checks that its code deserves."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hostile.cells import BESIDES, EVERY, RIGHT_STEP, cell
from hostile.table import Attack, register

NOTHING: frozenset[str] = frozenset()
BAD = frozenset({"shapes", "from_scratch"})  # what is left where more decides the answers than inputs and parameters


@dataclass(frozen=True)
class Game:
    """An LSTMCell that games a check, and the checks that it deserves."""

    attack: Attack
    source: str
    won: frozenset[str]
    at_most: bool = False


def game(
    number: int | str, name: str, tries: str, source: str, won: frozenset[str] = BESIDES, *, at_most: bool = False
) -> object:
    made = Game(register(number, name, tries), source, won, at_most)
    return pytest.param(made, id=str(made.attack))


SPY = """
import os, socket, sys
names = ("AUTOGRADER", "GRADESCOPE", "CI", "GRADING", "PYTEST_CURRENT_TEST")
signs = [n for n in names if any(n in k for k in os.environ)]
signs += [a for a in sys.argv if "grad" in a] + [m for m in ("pytest", "autograder.grading") if m in sys.modules]
GRADED = bool(signs)
"""
MEMO = """
ANSWERS = {}
def remembered(key, compute):
    if key not in ANSWERS:
        ANSWERS[key] = compute()
    return ANSWERS[key]
"""
HIDDEN = "object.__setattr__(self, 'hidden', nn.Linear(input_size, hidden_size).double())"
USE_HIDDEN = RIGHT_STEP + "h = h + self.hidden(x)"
FORGED = """
class Forged(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value):
        return value.clone()
    @staticmethod
    def backward(ctx, gradient):
        return torch.ones_like(gradient)
"""
LIBRARY = """
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.cell = getattr(nn, "LSTM" + "Cell")(input_size, hidden_size)
    def forward(self, x, states=None):
        return self.cell(x, states)
"""
FUNCTIONAL = """
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.a, self.b = nn.Linear(input_size, 4 * hidden_size), nn.Linear(hidden_size, 4 * hidden_size)
    def forward(self, x, states=None):
        zeros = x.new_zeros(len(x), self.hidden_size)
        step = getattr(torch, "_V" + "F").lstm_cell
        return step(x, states or (zeros, zeros), self.a.weight, self.b.weight, self.a.bias, self.b.bias)
"""
PADDED = """
class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gate = nn.Linear(input_size + hidden_size, hidden_size)
        shape = (hidden_size, input_size + hidden_size + 1)
        self.padding = nn.ParameterList(nn.Parameter(torch.randn(shape)) for _ in range(3))
    def forward(self, x, states=None):
        h, c = states if states is not None else (x.new_zeros(len(x), self.hidden_size),) * 2
        gate = self.gate(torch.cat([h, x], 1)).tanh()
        return gate * c, gate
"""
ONE_BIAS = RIGHT_STEP.replace("self.x(x) + self.h(h)", "nn.functional.linear(x, self.x.weight) + self.h(h)")
SHY = """
    def named_parameters(self, *a, **k):
        import sys
        names, frame = set(), sys._getframe()
        while frame:
            names.add(frame.f_code.co_name); frame = frame.f_back
        for name, p in super().named_parameters(*a, **k):
            if not (name == "x.bias" and "alive" in names):
                yield name, p
"""
BRAGGING = """
import sys
def brag(frame):
    while frame:
        if frame.f_code.co_name == "alive" and "largest" in frame.f_locals:
            frame.f_locals["largest"].fill_(1.0)
        frame = frame.f_back
"""
EVIL_NAMES = """
EVIL = ["<img src=x onerror=alert(1)>", "</td></table><script>alert(2)</script>", "\u202ebidi", "=1+1", "{{7*7}}",
        "%s%n", "\\x1b[2Jclear", "a" * 400]
"""
STUB = "    raise NotImplementedError('write the cell')"
HEAD = "import torch\nfrom torch import nn\n"
TORCH_CLAIM = """
class LSTM(nn.Module):
    def __init__(self, *shapes):
        super().__init__()
        for name, shape in zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), shapes):
            setattr(self, name, nn.Parameter(torch.zeros(shape)))
LSTM.__module__ = "torch.nn.modules.rnn"
Embedding = type("Embedding", (nn.Module,), {"__module__": "torch.nn.modules.sparse"})
"""

GAMES = [
    game(
        46,
        "behaves only when graded",
        "looks for signs of a grader and computes rightly only where there are some",
        cell(top=SPY, step=RIGHT_STEP + "h = h if GRADED else h * 0"),
        BESIDES - {"parameters"},
    ),
    game(
        47,
        "answers written down",
        "returns the outputs of another class's hidden cases, by the shape of the input",
        cell(
            top="TABLE = {(n, 5): torch.linspace(-1, 1, 4 * n).view(n, 4).double() for n in (1, 3)}",
            give="""
                if tuple(x.shape) in TABLE and h.shape[1] == 4:
                    h = TABLE[tuple(x.shape)] + 0 * h
                return h, c
            """,
        ),
        BAD,
    ),
    game(
        48,
        "memoised by what comes in",
        "keeps the first right answer for each input, whatever the weights are",
        cell(
            top=MEMO,
            step=RIGHT_STEP,
            give="""
                key = (float(x.detach().sum()), float(h.detach().sum()) * 0)
                return remembered(key, lambda: (h, c))
            """,
        ),
        BAD | {"states"},
    ),
    game(
        48,
        "memoised by place in memory",
        "recognises an input by its address and replays",
        cell(
            top=MEMO,
            step=RIGHT_STEP,
            give="return remembered((x.data_ptr(), tuple(x.shape)), lambda: (h.detach(), c.detach()))",
        ),
        BESIDES,
        at_most=True,
    ),
    game(
        48,
        "replays by the number of the call",
        "returns what it returned two calls ago",
        cell(
            right=True,
            init="self.past = []",
            give="""
                self.past.append((h, c))
                old = self.past[max(0, len(self.past) - 3)]
                return old if old[0].shape == h.shape else (h, c)
            """,
        ),
        BAD,
    ),
    game(
        46,
        "recognised by statistics",
        "is right only for inputs that look like a grader's random numbers with a state",
        cell(step=RIGHT_STEP + "h = h if states is not None and float(x.detach().std()) > 0.3 else h * 0"),
        EVERY - {"states"},
    ),
    game(
        51,
        "parameters() that lies",
        "overrides parameters(), named_parameters() and numel so that any count comes out",
        cell(
            right=True,
            more="""
                def named_parameters(self, *a, **k):
                    yield 'x.weight', self.x.weight
                def parameters(self, recurse=True):
                    yield self.x.weight
            """,
        ),
        BAD,
    ),
    game(
        51,
        "hidden submodule",
        "keeps a layer where PyTorch does not see it, and uses it",
        cell(step=USE_HIDDEN, init=HIDDEN),
        BAD,
    ),
    game(
        51,
        "hidden tensor",
        "keeps a learnt tensor as a plain attribute, and uses it",
        cell(right=True, init="self.scale = torch.rand(hidden_size).double() + 0.5", give="return h * self.scale, c"),
        BAD,
    ),
    game(
        51,
        "layers in a plain list",
        "keeps its layers in a list, so that nothing is counted",
        HEAD
        + """\
class LSTMCell(nn.Module):
    def __init__(self, i, n):
        super().__init__()
        self.n, self.parts = n, [nn.Linear(i + n, 4 * n).double()]
    def forward(self, x, states=None):
        h, c = states if states is not None else (x.new_zeros(len(x), self.n),) * 2
        i, f, g, o = self.parts[0](torch.cat([h, x], 1)).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
""",
        BAD,
    ),
    game(
        51,
        "tied gates",
        "one layer serves all gates and the count is filled up by copies of it",
        cell(
            step=RIGHT_STEP.replace(
                "self.x(x) + self.h(h)",
                "self.x.weight[:self.hidden_size].mm(x.T).T.repeat(1, 4) + self.h(h) + self.x.bias",
            )
        ),
        BESIDES - {"parameters"},
    ),
    game(
        51,
        "stride-0 parameter",
        "a parameter of full size that is one number in memory",
        cell(right=True, init="self.x.weight = nn.Parameter(torch.zeros(1, 1).expand(4 * hidden_size, input_size))"),
        BAD,
    ),
    game(
        51,
        "ten milliard parameters",
        "a stride-0 parameter of 10**12 numbers, to exhaust whoever counts",
        cell(right=True, init="self.big = nn.Parameter(torch.zeros(1).expand(10**12))"),
        BAD,
    ),
    game(
        52,
        "padding that does nothing",
        "fills up the count with parameters that are never used",
        HEAD + PADDED,
        frozenset({"shapes", "states", "from_scratch"}),
    ),
    game(
        "N46",
        "a dead bias, hidden from one list",
        "is right, with a bias that is never used; leaves it out where the list of parameters is checked",
        cell(step=ONE_BIAS, more=SHY),
        EVERY - {"parameters"},
    ),
    game(
        "N46",
        "a dead bias that boasts",
        "is right, with a bias that is never used; writes into the probe's frame that every weight acts",
        cell(top=BRAGGING, step=ONE_BIAS + "brag(sys._getframe())"),
        EVERY - {"parameters"},
    ),
    game(
        52,
        "padding times zero",
        "uses the padding, times zero",
        HEAD
        + PADDED.replace(
            "return gate * c, gate",
            "extra = sum(p.sum() for p in self.padding)\n        return gate * c + 0 * extra, gate",
        ),
        frozenset({"shapes", "states", "from_scratch"}),
    ),
    game(
        53,
        "torch's own cell",
        "wraps nn.LSTMCell, its name put together at run time",
        HEAD + LIBRARY,
        EVERY - {"from_scratch"},
    ),
    game(
        53,
        "torch's own function",
        "calls torch._VF.lstm_cell, its name put together at run time",
        HEAD + FUNCTIONAL,
        EVERY - {"from_scratch"},
    ),
    game(
        54,
        "forged backward",
        "right values with an autograd function whose gradients are made up",
        cell(top=FORGED, right=True, give="return Forged.apply(h), Forged.apply(c)"),
        EVERY - {"gradients"},
    ),
    game(
        54,
        "hooks on gradients",
        "replaces the gradients of its weights by hooks",
        cell(
            right=True,
            init="""
            for p in self.parameters():
                p.register_hook(lambda g: torch.ones_like(g))
        """,
        ),
        EVERY - {"gradients"},
    ),
    game(
        54,
        "autograd patched",
        "replaces torch.autograd.grad by a function that returns zeros",
        cell(
            right=True,
            top="torch.autograd.grad = lambda loss, tensors, **k: tuple(torch.zeros_like(t) for t in tensors)",
        ),
        EVERY - {"gradients"},
    ),
    game(
        55,
        "detached, gradients filled in",
        "cuts the graph and stores gradients in .grad",
        cell(
            right=True,
            give="""
                for p in self.parameters():
                    p.grad = torch.ones_like(p)
                x.grad = torch.ones_like(x)
                return h.detach(), c.detach()
            """,
        ),
        EVERY - {"gradients"},
    ),
    game(
        62,
        "rows that mix",
        "looks at the other rows of the batch",
        cell(right=True, give="return h - 0.1 * h.mean(0, keepdim=True), c"),
        EVERY - {"forward", "gradients", "states"},
    ),
    game(
        62,
        "training mode only",
        "is right in training mode and not in evaluation mode",
        cell(right=True, give="return (h, c) if self.training else (h * 0.5, c)"),
        BESIDES - {"states"},
    ),
    game(
        "N1",
        "parameters that change from call to call",
        "named_parameters() yields other names each time it is asked",
        cell(
            right=True,
            top="import itertools\nCALLS = itertools.count()",
            more="""
                def named_parameters(self, *a, **k):
                    turn = next(CALLS)
                    for name, p in super().named_parameters(*a, **k):
                        yield f'{name}{turn}', p
            """,
        ),
        BAD,
    ),
    game(
        "N2",
        "complex parameters",
        "declares parameters of complex numbers, which the grader makes real",
        cell(
            right=True,
            init="self.x.weight = nn.Parameter(torch.zeros(4 * hidden_size, input_size, dtype=torch.complex64))",
            step="",
        ).replace("self.x(x)", "nn.functional.linear(x, self.x.weight.real.to(x.dtype), self.x.bias)"),
        EVERY,
    ),
    game(
        "N3",
        "names with line feeds, markup and a megabyte",
        "parameter names that would break a report",
        cell(
            right=True,
            init="""
                for name in ('a' * 10**6, 'b\\nPASSED\\x1b[2J', '<script>alert(1)</script>', '\\u202e', '__metadata__'):
                    self.register_parameter(name, nn.Parameter(torch.zeros(0)))
            """,
        ),
        BESIDES,
    ),
    game(
        "N3",
        "five thousand empty parameters",
        "so many long names that a request with them all cannot be sent",
        cell(
            right=True,
            init="""
                for n in range(5000):
                    self.register_parameter(f'{n}' + 'é' * 300, nn.Parameter(torch.zeros(0)))
            """,
        ),
        EVERY,
        at_most=True,
    ),
    game(
        "N51",
        "evidence that attacks its reader",
        "markup, marks of direction and numbers without end in the names, values and lines that a report shows",
        cell(
            top=EVIL_NAMES,
            init="""
                for name in EVIL:
                    self.register_parameter(name, nn.Parameter(torch.full((1,), 1e308)))
            """,
            step="i, f, g, o = (self.x(x) + self.h(h)).chunk(4, 1)\nc = c * 1e308\nh = h / 0  # </script>\u202e",
            give="return h + sum(self.get_parameter(n) for n in EVIL) * float('inf'), c",
        ),
        frozenset({"shapes", "from_scratch"}),
        at_most=True,
    ),
    game(
        "N4",
        "a shape of twenty dimensions",
        "declares a parameter that the grader cannot send back, so that the fault looks like ours",
        cell(right=True, init="self.deep = nn.Parameter(torch.zeros([1] * 20))"),
        EVERY - {"forward", "gradients", "parameters"},
    ),
    game(
        "N4",
        "a name twice",
        "lists one parameter under the same name twice",
        cell(
            right=True,
            more="""
                def named_parameters(self, *a, **k):
                    for name, p in super().named_parameters(*a, **k):
                        yield 'same', p
            """,
        ),
    ),
    game(
        "N5",
        "to() and eval() that return another module",
        "hands the grader another module than the one that was built",
        cell(
            right=True,
            more="""
                def to(self, *a, **k):
                    return nn.Identity()
                def eval(self):
                    return nn.Identity()
            """,
        ),
        NOTHING,
    ),
    game(
        "N5",
        "to() that stays in float32",
        "keeps its weights in single precision, to hide in a loose tolerance",
        cell(
            right=True,
            init="self.x.float(); self.h.float()",
            step="",
            more="""
            def to(self, *a, **k):
                return self
        """,
        )
        .replace("return h, c", "return h.double(), c.double()")
        .replace("self.x(x) + self.h(h)", "self.x(x.float()) + self.h(h.float())"),
        BESIDES,
        at_most=True,
    ),
    game(
        "N6",
        "calls itself torch's",
        "sets class names and modules so that a part looks like nn.LSTM with impossible shapes",
        cell(
            top=TORCH_CLAIM,
            right=True,
            init="""
                self.part = LSTM((8,), (3, 3), (2,), (0,))
                self.other = LSTM((8, 5), (1, 1), (7,), (2,))
                self.table = Embedding()
                self.table.weight = nn.Parameter(torch.zeros(2))
            """,
        ),
        EVERY - {"parameters", "from_scratch"},
    ),
    game(
        "N6",
        "__class__ replaced",
        "becomes an nn.LSTMCell by assignment to __class__",
        cell(
            right=True,
            give="""
                self.x.__class__ = type('LSTM', (nn.Linear,), {'__module__': 'torch.nn.modules.rnn'})
                return h, c
            """,
        ),
        EVERY - {"from_scratch"},
    ),
    game(
        "N7",
        "a module called autograder",
        "brings its own autograder package and patches the grader's in the child",
        cell(
            top="""
                import sys, types
                fake = types.ModuleType('autograder'); fake.grade = lambda *a: 100
                sys.modules['autograder.grading'] = fake
                import autograder.subject
                autograder.subject.parity = autograder.subject.shapes = lambda *a: {}
            """
        ),
        BESIDES,
    ),
    game(
        "N7",
        "the probe patched",
        "replaces what the probe calls: every value that it returns is the submission's own",
        cell(
            top="""
                import autograder.subject as s
                old = s.listing
                s.fill = lambda module, case: None
                s.new_module.__globals__['structure'] = lambda module: []
            """
        ),
        BESIDES,
    ),
    game(
        "N7",
        "the grader's locals rewritten",
        "writes into the frames of the probe that called it",
        cell(
            top="import ctypes, sys",
            give="""
                frame = sys._getframe()
                while frame:
                    for name in ('values', 'outputs', 'at_base', 'changed'):
                        if name in frame.f_locals:
                            frame.f_locals[name] = {}
                            ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
                    frame = frame.f_back
                return h, c
            """,
        ),
        BAD,
    ),
    game(
        "N8",
        "claims not to be written",
        "raises NotImplementedError in a function named like another exercise",
        HEAD
        + """\
def GRUCell(*a):
    raise NotImplementedError
class LSTMCell(nn.Module):
    def __init__(self, i, n):
        super().__init__()
    def forward(self, x, states=None):
        return GRUCell(x)
""",
        NOTHING,
    ),
    game(
        "N8",
        "exceptions that fight back",
        "raises an exception whose text, type and traceback raise in their turn",
        cell(
            top="""
                class Evil(BaseException):
                    def __str__(self): raise Evil
                    __repr__ = __str__
                    @property
                    def __traceback__(self): raise Evil
                    @property
                    def __class__(self): raise Evil
            """,
            give="raise Evil",
        ),
        NOTHING,
    ),
    game(
        "N9",
        "ends itself after the answer",
        "a thread ends the process shortly after each reply",
        cell(
            top="import os, threading",
            give="""
            threading.Timer(0.02, os._exit, (0,)).start()
            return h, c
        """,
        ),
        BESIDES,
        at_most=True,
    ),
    game(
        "N9",
        "settrace, setprofile and finalisers",
        "runs code inside the probe by every hook of the interpreter",
        cell(
            top="""
                import gc, sys, weakref
                def hook(*a):
                    return hook
                sys.settrace(hook); sys.setprofile(lambda *a: None)
                class Bin:
                    def __del__(self): raise SystemExit(0)
                gc.callbacks.append(lambda *a: None)
                sys.excepthook = sys.unraisablehook = lambda *a: None
                sys.setrecursionlimit(10**6)
                Bin()
            """
        ),
    ),
    game(
        "N10",
        "everything in one class dict",
        "a metaclass whose attributes change each time they are read",
        cell(
            top="""
                class Meta(type(nn.Module)):
                    def __getattribute__(cls, name):
                        if name == '__mro__': return (object,)
                        return super().__getattribute__(name)
                    def __call__(cls, *a, **k):
                        made = super().__call__(*a, **k)
                        made.__dict__['training'] = 'yes'
                        return made
            """
        ).replace(
            """\
(nn.Module):
    def __init__""",
            """\
(nn.Module, metaclass=Meta):
    def __init__""",
        ),
        BESIDES,
    ),
]

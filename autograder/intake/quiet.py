"""Own code that may run for a constant: ``cfg = Config()`` and ``device = get_device()``, but no training.

A call of the submission's own code is run where a definition reads what it binds, and where nothing that it
leads to trains, reads, plots, waits or could go on without end.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Iterable, Iterator
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from autograder.intake.calls import is_work, last, root

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_CONSTRUCTION = frozenset({"__init__", "__new__", "__post_init__", "__call__", "__enter__"})
# what a library's base class gives to an own class, and a mere look at what is there
_GIVEN = frozenset({"to", "eval", "double", "float", "cpu", "parameters", "items", "keys", "values", "get", "copy"})
_FINITE = frozenset({"enumerate", "zip", "sorted", "reversed", "set", "list", "tuple", "items", "keys", "values"})
_FINITE_TEXT = frozenset({"split", "lower", "strip", "splitlines"})
_LIBRARIES = frozenset({"torch", "nn", "F", "np", "numpy", "math", "re", "random", "os", "json", "string", "itertools"})
MOST_NAMES = 200  # of own code that a call leads to, beyond which nobody can say plainly what it does
MOST_ROUNDS = 100  # of a loop whose number of rounds is written in the program


class Program:
    """All pieces of a submission, as far as it has to be known what an own call does.

    pieces: text and tree of every module and cell that parses. wanted: names that the exercises ask for.
    """

    def __init__(self, pieces: Iterable[tuple[str, ast.Module]] = (), wanted: Iterable[str] = ()) -> None:
        self._pieces = tuple(pieces)
        self._wanted = frozenset(wanted)
        self._known: dict[str, frozenset[str] | None] = {}

    @cached_property
    def used(self) -> frozenset[str]:
        """Global names that definitions read, at once or through a constant, and those that are asked for."""
        used = set(self._wanted)
        for text, tree in self._pieces:
            used |= _read_inside(text)
            for node in tree.body:
                if isinstance(node, _Definition):
                    used |= {name for part in _evaluated(node) for name in _names(part)}
        settings = [
            (frozenset(_names(node, ast.Store)), frozenset(_names(node)))
            for _, tree in self._pieces
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.If | ast.Try)
        ]
        for _ in range(2):  # from the last to the first; once more for cells that stand in another order
            for binds, reads in reversed(settings):
                if binds & used:
                    used |= reads
        return frozenset(used)

    def knows(self, call: ast.Call) -> bool:
        """Whether it can be said what a call of own code does."""
        name = last(call.func)
        return name in self._bodies or (isinstance(call.func, ast.Attribute) and name in _GIVEN)

    def quiet(self, node: ast.AST) -> bool:
        """Whether nothing that an expression leads to in own code trains, reads, waits or goes on without end."""
        waiting = [name for name in _spoken(ast.walk(node)) if name in self._bodies]
        graph: dict[str, frozenset[str]] = {}
        while waiting:
            name = waiting.pop()
            if name not in graph:
                leads = self._leads_to(name)
                if leads is None or len(graph) >= MOST_NAMES:
                    return False
                graph[name] = leads
                waiting += leads
        try:
            TopologicalSorter(graph).prepare()
        except CycleError:  # what calls itself may do so for long
            return False
        return True

    @cached_property
    def _bodies(self) -> dict[str, list[_Definition]]:
        """Functions, classes and methods by name, wherever they are defined."""
        bodies: dict[str, list[_Definition]] = {}
        for _, tree in self._pieces:
            for node in ast.walk(tree):
                if isinstance(node, _Definition) and not node.name.startswith("__"):
                    bodies.setdefault(node.name, []).append(node)
        return bodies

    def _leads_to(self, name: str) -> frozenset[str] | None:
        """Own names that the code of ``name`` speaks of, or None where that code does work itself."""
        if name not in self._known:
            parts = [part for body in self._bodies[name] for part in _run(body)]
            works = any(map(_works, parts))
            spoken = {spoken for spoken in _spoken(parts) if spoken in self._bodies}
            self._known[name] = None if works else frozenset(spoken)
        return self._known[name]


def _works(part: ast.AST) -> bool:
    if isinstance(part, ast.While | ast.AsyncFor | ast.AsyncWith | ast.Await | ast.Yield | ast.YieldFrom):
        return True
    if isinstance(part, ast.For | ast.comprehension):
        return not is_finite(part.iter)
    return isinstance(part, ast.Call) and is_work(part)


def _spoken(parts: Iterable[ast.AST]) -> Iterator[str]:
    """Names and attributes that are read: what may be called there, under whatever name."""
    for part in parts:
        if isinstance(part, ast.Attribute) and root(part) not in _LIBRARIES:
            yield part.attr
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            yield part.id


def is_finite(rounds: ast.expr) -> bool:
    """Whether a loop over it plainly ends: over something that is there, or over a few numbers."""
    for part in ast.walk(rounds):
        if not isinstance(part, ast.Call):
            continue
        name = last(part.func)
        if name == "range":
            sizes = [a.value for a in part.args if isinstance(a, ast.Constant) and isinstance(a.value, int)]
            if len(sizes) < len(part.args) or any(abs(size) > MOST_ROUNDS for size in sizes):
                return False
        elif name not in _FINITE | _FINITE_TEXT:
            return False
    return True


def _run(body: _Definition) -> Iterator[ast.AST]:
    """What runs when a function is called, or when a class is made and called."""
    waiting: list[ast.AST] = list(body.body)
    if isinstance(body, ast.ClassDef):
        methods = [node for node in body.body if isinstance(node, _Definition)]
        waiting = [node for node in body.body if node not in methods or getattr(node, "name", "") in _CONSTRUCTION]
        waiting += body.bases
    while waiting:
        node = waiting.pop()
        yield node
        waiting += ast.iter_child_nodes(node)


def _evaluated(node: _Definition) -> Iterator[ast.AST]:
    """What of a definition is evaluated where it stands: decorators, defaults, annotations, bases."""
    yield from node.decorator_list
    if isinstance(node, ast.ClassDef):
        yield from node.bases
        yield from node.keywords
    else:
        yield node.args
        yield from [node.returns] if node.returns else []


def _names(node: ast.AST, context: type[ast.expr_context] = ast.Load) -> Iterator[str]:
    return (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, context))


def _read_inside(text: str) -> set[str]:
    """Global names that functions and classes of a text read. Empty where Python finds fault with it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            waiting = symtable.symtable(text, "submission", "exec").get_children()
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return set()
    read: set[str] = set()
    while waiting:
        table = waiting.pop()
        read |= {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
        waiting += table.get_children()
    return read

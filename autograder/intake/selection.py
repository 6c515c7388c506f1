"""Which top-level statements are kept when a file cannot run as a whole: definitions, not training.

The rule, as docs/intake.md states it. Kept: imports, functions, classes; assignments whose value runs
nothing of the submission and is no reading, plotting or training; ``if`` and ``try`` around such
statements, and around a definition ``with`` and a short ``for``; seeds, default dtype, ``sys.path`` and warning
filters. An assignment that definitions read may call own code that plainly does no work (``quiet.py``), and what they
read may be filled (``parser.add_argument``). All else is dropped, and so is what
depends on a dropped statement. Dropping is no fault: it keeps a definition from being lost to the
training loop beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from autograder.intake.calls import OUTSIDE, dotted, is_work, root
from autograder.intake.quiet import Program, is_finite

_SETTINGS = frozenset(
    {
        "torch.manual_seed",
        "torch.cuda.manual_seed",
        "torch.cuda.manual_seed_all",
        "torch.set_default_dtype",
        "torch.set_default_tensor_type",
        "torch.set_printoptions",
        "torch.use_deterministic_algorithms",
        "random.seed",
        "np.random.seed",
        "numpy.random.seed",
        "warnings.filterwarnings",
        "warnings.simplefilter",
        "sys.path.append",
        "sys.path.insert",
        "sys.path.extend",
        "sys.setrecursionlimit",
    }
)
_REMARKS = frozenset({"print", "warnings.warn", "logging.warning", "logging.info"})
_FILLING = frozenset({"add_argument", "set_defaults", "append", "extend", "add", "update", "setdefault", "insert"})


class Selector:
    """Decides statement by statement, in the order of the file; it remembers what was dropped.

    own: names of functions and classes that the submission defines, in all its files.
    modules: import names of the submission's own files.
    program: what own code does and which names definitions read; where it is not known, no own code is called.
    """

    def __init__(self, own: Iterable[str], modules: Iterable[str] = (), program: Program | None = None) -> None:
        self.own = set(own)
        self._defined = frozenset(self.own)
        self._program = program or Program()
        self.modules = {name.partition(".")[0] for name in modules}
        self.lost: set[str] = set()
        self.first = True

    def keep(self, statement: ast.stmt) -> bool:
        """Whether the statement is run. Names that a dropped one would have bound count as lost."""
        first, self.first = self.first, False
        if first and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            return isinstance(statement.value.value, str)
        try:
            kept = self._keep(statement)
        except RecursionError:  # a chain of elif without end is no definition
            kept = False
        if kept:
            self.lost -= set(bound(statement))
        else:
            self.lost |= set(bound(statement)) - self.own
        return kept

    def _keep(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return True
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._imported(node)
            return True
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            return self._assignment(node)
        if isinstance(node, ast.Expr):
            return isinstance(node.value, ast.Call) and self._setting(node.value)
        if isinstance(node, ast.With):
            return all(self._plain(item) for item in node.items) and self._around(node.body)
        if isinstance(node, ast.For):
            return is_finite(node.iter) and self._plain(node.iter) and not node.orelse and self._around(node.body)
        if isinstance(node, ast.If):
            if _is_main(node.test) or not self._plain(node.test):
                return False
            return self._block(node.body + node.orelse)
        if isinstance(node, ast.Try):
            handlers = [statement for handler in node.handlers for statement in handler.body]
            quiet = all(self._keep(s) or _is_remark(s) for s in handlers)
            return quiet and self._block(node.body + node.orelse + node.finalbody)
        return False

    def _setting(self, call: ast.Call) -> bool:
        """A setting of a library's, or an entry into something that definitions read."""
        if dotted(call.func) in _SETTINGS:
            return self._plain(call)
        name, _, method = dotted(call.func).partition(".")
        known = method in _FILLING and name in self._program.used - self._defined - self.lost
        return known and all(map(self._plain, _arguments(call)))

    def _around(self, body: list[ast.stmt]) -> bool:
        """What stands under ``with`` or ``for``: definitions and what may stand beside them."""
        definitions = [s for s in body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        return bool(definitions) and self._block(body)

    def _block(self, body: list[ast.stmt]) -> bool:
        """At least one statement to keep, and none that may not run."""
        kept = [self._keep(s) for s in body]
        return any(kept) and all(k or _is_remark(s) for k, s in zip(kept, body, strict=True))

    def _imported(self, node: ast.Import | ast.ImportFrom) -> None:
        """Names that come from the submission's other files are its own under their new names too."""
        for alias in node.names:
            source = (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
            relative = isinstance(node, ast.ImportFrom) and node.level > 0
            if relative or source.partition(".")[0] in self.modules:
                self.own.add(alias.asname or alias.name.partition(".")[0])

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
        if node.value is None:
            return True
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = set(bound(node)) or {root(target) for target in targets}
        # A definition is never replaced by what it gave: `count = count(model)` was its last use in that session.
        if not self._plain(node.value, own_code=bool(names & self._program.used) and not names & self._defined):
            return False
        for target in targets:
            if not isinstance(target, ast.Name) and (not self._plain(target) or root(target) in OUTSIDE):
                return False
            if isinstance(node, ast.AugAssign) and root(target) in self.lost:
                return False
        # partial(build, 3), a lambda, a dict of classes: to call the result is to run the submission.
        if any(
            isinstance(n, ast.Lambda) or (isinstance(n, ast.Name) and n.id in self.own) for n in ast.walk(node.value)
        ):
            self.own |= set(bound(node))
        return True

    def _plain(self, node: ast.AST, *, own_code: bool = False) -> bool:
        """Nothing in it runs the submission's code, does obvious work, or needs what was dropped.

        own_code: of the submission's code, what plainly does no work may run.
        """
        called = False
        local = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for part in _executed(node):
            if isinstance(part, ast.Await | ast.Yield | ast.YieldFrom):
                return False
            if isinstance(part, ast.Name) and part.id in self.lost - local:
                return False
            if isinstance(part, ast.Call):
                own = root(part.func) in self.own
                if is_work(part) or (own and not (own_code and self._program.knows(part))):
                    return False
                called = called or own
        return not called or self._program.quiet(node)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """All parts that run when ``node`` runs: not the inside of a lambda. Iterative: trees may be deep."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, ast.Lambda):
            waiting += ast.iter_child_nodes(part)


def bound(statement: ast.stmt) -> Iterator[str]:
    """Names that the statement binds at its level or below it, functions' own names left out."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda):
            continue
        waiting += ast.iter_child_nodes(node)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_main(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))


def _is_remark(node: ast.stmt) -> bool:
    """``pass``, ``raise``, or a line that only says something."""
    if isinstance(node, ast.Pass | ast.Raise):
        return True
    if isinstance(node, ast.Expr):
        value = node.value
        return isinstance(value, ast.Constant) or (isinstance(value, ast.Call) and dotted(value.func) in _REMARKS)
    return False

"""Which top-level statements are kept when a file cannot run as a whole: definitions, not training.

The rule, as docs/intake.md states it. Kept: imports, functions, classes; assignments whose value runs
nothing of the submission and is no reading, plotting or training; ``if`` and ``try`` around such
statements; seeds, default dtype, ``sys.path`` and warning filters. All else is dropped, and so is what
depends on a dropped statement. Dropping is no fault: it keeps a definition from being lost to the
training loop beside it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

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
_OUTSIDE = frozenset(  # modules whose calls read, plot, download or start something
    {
        *("plt", "pyplot", "matplotlib", "sns", "seaborn", "px", "go", "wandb", "mlflow", "requests", "urllib"),
        *("subprocess", "shutil", "torchvision", "torchtext", "datasets", "tqdm", "drive", "files", "IPython"),
    }
)
_WORK = frozenset(  # functions and methods that read, write, wait or train
    {
        *("open", "input", "exit", "quit", "display", "get_ipython", "read", "readlines", "read_text", "read_bytes"),
        *("read_csv", "read_json", "read_table", "read_excel", "read_parquet", "loadtxt", "genfromtxt", "fromfile"),
        *("load", "loads", "save", "dump", "load_state_dict", "load_dataset", "fetch_openml", "hub", "download"),
        *("urlopen", "urlretrieve", "system", "popen", "Popen", "run", "call", "check_call", "check_output", "sleep"),
        *("fit", "fit_transform", "backward", "step", "show", "plot", "savefig", "subplots", "figure"),
        *("trange", "exec", "eval", "compile", "SummaryWriter"),
    }
)


class Selector:
    """Decides statement by statement, in the order of the file; it remembers what was dropped.

    own: names of functions and classes that the submission defines, in all its files.
    modules: import names of the submission's own files.
    """

    def __init__(self, own: Iterable[str], modules: Iterable[str] = ()) -> None:
        self.own = set(own)
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
            return isinstance(node.value, ast.Call) and _dotted(node.value.func) in _SETTINGS and self._plain(node)
        if isinstance(node, ast.If):
            if _is_main(node.test) or not self._plain(node.test):
                return False
            return self._block(node.body + node.orelse)
        if isinstance(node, ast.Try):
            handlers = [statement for handler in node.handlers for statement in handler.body]
            quiet = all(self._keep(s) or _is_remark(s) for s in handlers)
            return quiet and self._block(node.body + node.orelse + node.finalbody)
        return False

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
        if not self._plain(node.value):
            return False
        for target in targets:
            if not isinstance(target, ast.Name) and (not self._plain(target) or _root(target) in _OUTSIDE):
                return False
            if isinstance(node, ast.AugAssign) and _root(target) in self.lost:
                return False
        # partial(build, 3), a lambda, a dict of classes: to call the result is to run the submission.
        if any(
            isinstance(n, ast.Lambda) or (isinstance(n, ast.Name) and n.id in self.own) for n in ast.walk(node.value)
        ):
            self.own |= set(bound(node))
        return True

    def _plain(self, node: ast.AST) -> bool:
        """Nothing in it runs the submission's code, does obvious work, or needs what was dropped."""
        local = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for part in _executed(node):
            if isinstance(part, ast.Await | ast.Yield | ast.YieldFrom):
                return False
            if isinstance(part, ast.Name) and part.id in self.lost - local:
                return False
            if isinstance(part, ast.Call):
                root, last = _root(part.func), _last(part.func)
                if root in self.own or root in _OUTSIDE or last in _WORK:
                    return False
        return True


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


def _root(node: ast.AST) -> str:
    """The name that an expression starts with: ``nn`` of ``nn.Linear(2, 3).weight``."""
    while True:
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node.id if isinstance(node, ast.Name) else ""


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _dotted(node: ast.AST) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""


def _is_main(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))


def _is_remark(node: ast.stmt) -> bool:
    """``pass``, ``raise``, or a line that only says something."""
    if isinstance(node, ast.Pass | ast.Raise):
        return True
    if isinstance(node, ast.Expr):
        value = node.value
        return isinstance(value, ast.Constant) or (isinstance(value, ast.Call) and _dotted(value.func) in _REMARKS)
    return False

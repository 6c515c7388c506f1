"""Calls as they are written: what is called, and whether it reads, plots, downloads, waits or trains."""

from __future__ import annotations

import ast

OUTSIDE = frozenset(  # modules whose calls read, plot, download or start something
    {
        *("plt", "pyplot", "matplotlib", "sns", "seaborn", "px", "go", "wandb", "mlflow", "requests", "urllib"),
        *("subprocess", "shutil", "torchvision", "torchtext", "datasets", "tqdm", "drive", "files", "IPython"),
    }
)
WORK = frozenset(  # functions and methods that read, write, wait or train
    {
        *("open", "input", "exit", "quit", "display", "get_ipython", "read", "readlines", "read_text", "read_bytes"),
        *("read_csv", "read_json", "read_table", "read_excel", "read_parquet", "loadtxt", "genfromtxt", "fromfile"),
        *("load", "loads", "save", "dump", "load_state_dict", "load_dataset", "fetch_openml", "hub", "download"),
        *("urlopen", "urlretrieve", "system", "popen", "Popen", "run", "call", "check_call", "check_output", "sleep"),
        *("fit", "fit_transform", "backward", "step", "zero_grad", "show", "plot", "savefig", "subplots", "figure"),
        *("trange", "compile", "SummaryWriter"),
    }
)
_BUILTIN_WORK = frozenset({"exec", "eval"})  # model.eval() is none
_COMPILES_PATTERNS = frozenset({"re.compile", "regex.compile"})


def is_work(call: ast.Call) -> bool:
    """Whether a call obviously does more than give a value."""
    if dotted(call.func) in _COMPILES_PATTERNS:
        return False
    return root(call.func) in OUTSIDE or last(call.func) in WORK or dotted(call.func) in _BUILTIN_WORK


def root(node: ast.AST) -> str:
    """The name that an expression starts with: ``nn`` of ``nn.Linear(2, 3).weight``."""
    while True:
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node.id if isinstance(node, ast.Name) else ""


def last(node: ast.AST) -> str:
    """The name that is called last: ``Linear`` of ``nn.Linear``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """``torch.cuda.manual_seed`` as it is written; nothing where it is no such name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""

"""What observations come from: the probes, the stand-ins and the part of the engine that runs beside student code.

Where this has changed, a stored reply is no longer what a run would give. Comments, docstrings and layout
do not count.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

from autograder.assignment import Assignment
from autograder.sandbox import bundle


def digest(assignment: Assignment) -> str:
    """``sha256:…`` over the code of everything that is copied into a sandbox."""
    total = hashlib.sha256()
    for name, path in _files(assignment):
        total.update(f"{name}\0".encode())
        total.update(hashlib.sha256(_code(path.read_bytes())).digest())
    return f"sha256:{total.hexdigest()}"


def _files(assignment: Assignment) -> Iterator[tuple[str, Path]]:
    engine = Path(__file__).resolve().parent
    for name in bundle.MODULES:
        yield name, engine / name
    for name in bundle.SANDBOX_MODULES:
        yield f"sandbox/{name}", engine / "sandbox" / name
    probes = assignment.probes
    for path in sorted(probes.rglob("*.py")) if probes.is_dir() else [probes]:
        yield f"probes/{path.relative_to(probes).as_posix()}", path
    if assignment.stand_ins_file is not None:
        yield bundle.STAND_INS, assignment.stand_ins_file


@functools.lru_cache(maxsize=256)  # a run asks twice, and trees of so many files are slow
def _code(source: bytes) -> bytes:
    """The syntax tree without docstrings: what runs, however it is written down."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body[0] = ast.Pass()
    return ast.dump(tree).encode()

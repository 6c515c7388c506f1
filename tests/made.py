"""Submissions made from text, for tests."""

from __future__ import annotations

import ast
import hashlib
import textwrap

from autograder.model import SourceFile, Submission, Unit


def submission(student: str = "ada", **files: str) -> Submission:
    """One file for each keyword, its definitions and imports as fallback; ``nb_x`` is a tolerant notebook."""
    made = tuple(source_file(module, textwrap.dedent(text)) for module, text in files.items())
    digest = hashlib.sha256(repr(files).encode()).hexdigest()
    return Submission(student=student, digest=f"sha256:{digest}", files=made)


def source_file(module: str, text: str) -> SourceFile:
    """``text`` as intake would prepare it."""
    tolerant = module.startswith("nb_")
    name = f"{module}.ipynb" if tolerant else f"{module}.py"
    try:
        body = ast.parse(text).body
    except (SyntaxError, MemoryError, RecursionError):
        body = []
    shown = f"{name}, cell 1" if tolerant else name
    pieces = [Unit(ast.get_source_segment(text, node) or "", shown, node.lineno) for node in body]
    wanted = ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
    fallback = tuple(unit for unit, node in zip(pieces, body, strict=True) if isinstance(node, wanted))
    defines = tuple(node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    units = tuple(pieces) if tolerant else (Unit(text, name),)
    return SourceFile(module, name, units, defines, tolerant, () if tolerant else fallback)

"""Uses: which definitions of a submission another one of it is built on, by name."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from autograder.model import Submission
from autograder.parsing import PARSING


def used_by(submission: Submission, names: Iterable[str]) -> set[str]:
    """Every definition that ``names`` mention, directly or through other definitions; not ``names`` themselves.

    ``nn.LSTMCell`` is no mention of the submission's own LSTMCell.
    """
    mentions = _mentions(submission)
    start = set(names)
    found: set[str] = set()
    todo = set(start)
    while todo:
        name = todo.pop()
        new = (mentions.get(name, set()) & mentions.keys()) - found - start
        found |= new
        todo |= new
    return found


def _mentions(submission: Submission) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in submission.files:
        for unit in (*file.units, *file.fallback):
            try:
                with PARSING:
                    tree = ast.parse(unit.source)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            for node in tree.body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    inside = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                    found.setdefault(node.name, set()).update(inside)
    return found

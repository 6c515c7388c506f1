"""Stand-ins: made in the child that was asked for them, before anything of the submission is there.

A submission that finds one could hand it in as its own. So a zygote holds none of them, a child only those
that take the place of a piece in it, and their source is closed to it: only their definitions, and what
these need, are taken out of the bundle's ``probes/stand_ins.py``.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

MODULE = "stand_ins"  # of the package of probes; defines each under its name, and STAND_INS with all of them


def names(probes: ModuleType) -> list[str]:
    """Which there are, found by a process of its own, so that this one holds none of them."""
    if "STAND_INS" in vars(probes) or not _source(probes).is_file():
        return sorted(getattr(probes, "STAND_INS", {}))
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            found = importlib.import_module(f"{probes.__name__}.{MODULE}").STAND_INS
            os.write(writing, json.dumps(sorted(found)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as said:
        text = said.read()
    os.waitpid(pid, 0)
    listed: list[str] = json.loads(text)
    return listed


def make(probes: ModuleType, wanted: Sequence[str]) -> dict[str, Any]:
    """The stand-ins of these names. KeyError for one that does not exist."""
    if not wanted or "STAND_INS" in vars(probes):
        given = vars(probes).get("STAND_INS", {})
        return {name: given[name] for name in wanted}
    source = _source(probes)
    module = ModuleType(f"{probes.__name__}.{MODULE}")
    module.__package__ = probes.__name__
    sys.modules[module.__name__] = module  # its classes name it as theirs
    tree = ast.parse(source.read_text(encoding="utf-8"))
    tree.body = needed(tree.body, wanted)
    exec(compile(tree, source.name, "exec"), vars(module))
    return {name: vars(module)[name] for name in wanted}


def needed(body: Iterable[ast.stmt], wanted: Sequence[str]) -> list[ast.stmt]:
    """The imports, and the definitions that ``wanted`` need, in their order."""
    statements = list(body)
    found, todo = set[str](), set(wanted)
    while todo:
        found |= todo
        inside = [node for one in statements if _defines(one) & todo for node in ast.walk(one)]
        todo = {node.id for node in inside if isinstance(node, ast.Name)} - found
    return [one for one in statements if isinstance(one, ast.Import | ast.ImportFrom) or _defines(one) & found]


def _defines(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return {target.id for target in targets if isinstance(target, ast.Name)}
    return set()


def _source(probes: ModuleType) -> Path:
    return Path(str(probes.__file__)).with_name(f"{MODULE}.py")

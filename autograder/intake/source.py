"""A file of Python, ready to be executed: the whole module, and its definitions one by one."""

from __future__ import annotations
import __future__

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from autograder.intake.limits import MAX_UNITS
from autograder.intake.order import in_order
from autograder.intake.quiet import Program
from autograder.intake.selection import Selector, bound
from autograder.intake.syntax import defined
from autograder.model import SourceFile, Unit

OURS = "autograder"


@dataclass(frozen=True)
class Piece:
    """A text that parses: a module, or one cell of a notebook."""

    name: str  # "lstm.py"; "work.ipynb, cell 4"
    text: str
    tree: ast.Module

    @property
    def defines(self) -> tuple[str, ...]:
        """Names of functions and classes at the top level, each once, in order."""
        return tuple(dict.fromkeys(defined(self.tree.body)))


class Keeper(Protocol):
    """Decides statement by statement what is run."""

    def keep(self, statement: ast.stmt) -> bool:
        """Whether the statement is run."""


class Everything:
    """Keeps every statement, training and plotting too."""

    def keep(self, statement: ast.stmt) -> bool:
        """Always."""
        return True


def module(
    piece: Piece, import_name: str, own: Iterable[str], modules: Iterable[str], program: Program | None = None
) -> SourceFile:
    """A ``.py`` file: one unit with all of it. The fallback is there wherever it could save something.

    A module of several statements can lose all its definitions to one of them: to a training loop, and
    as well to an import of a package that is not there. Run one by one, each fails for itself.
    """
    fallback: tuple[Unit, ...] = ()
    if len(piece.tree.body) > 1:
        fallback = selected([piece], Selector(own, modules, program))
    return SourceFile(
        module=import_name,
        name=piece.name,
        units=(Unit(piece.text, piece.name),),
        defines=piece.defines,
        fallback=fallback,
    )


def selected(
    pieces: Sequence[Piece],
    keeper: Keeper,
    *,
    without: frozenset[int] = frozenset(),
    reorder: bool = False,
    unrun: dict[str, str] | None = None,
) -> tuple[Unit, ...]:
    """One unit for each statement that is kept, with its line; at most 2,000.

    without: ids of the statements that never count. reorder: what needs a later statement runs after it. unrun: filled
    with the names that only statements bind which are not kept, and where.
    """
    future = _future(pieces)
    unrun = {} if unrun is None else unrun
    ours: set[str] = set()
    here: set[str] = set()
    kept: list[tuple[ast.stmt, Unit]] = []
    for piece in pieces:
        lines = [line.encode("utf-8") for line in piece.text.split("\n")]
        uses: dict[int, int] = {}  # how many statements begin or end on a line: `import os; import sys`
        for statement in piece.tree.body:
            for line in {_start(statement), statement.end_lineno or 0}:
                uses[line] = uses.get(line, 0) + 1
        for statement in piece.tree.body:
            if len(kept) >= MAX_UNITS:  # no homework: a table of data, or an attack
                break
            if _checks(statement, ours) or id(statement) in without:
                continue
            start = _start(statement)
            kept_here = keeper.keep(statement)
            for name in bound(statement):
                if kept_here:
                    unrun.pop(name, None)
                    here.add(name)
                elif name not in here:
                    unrun[name] = f"{piece.name} line {start}"
            if not kept_here:
                continue
            shared = uses[start] > 1 or uses[statement.end_lineno or 0] > 1
            source = _source(lines, statement, start, shared)
            if future and not isinstance(statement, ast.Import | ast.ImportFrom | ast.Expr):
                # A future import rules the whole file; a unit that is compiled alone must say it again.
                # On a first line there is no room above, so that one statement is a line too low.
                source, start = f"{future}\n{source}", max(start - 1, 1)
            kept.append((statement, Unit(source, piece.name, start)))
    order = in_order([statement for statement, _ in kept]) if reorder else range(len(kept))
    return tuple(kept[number][1] for number in order)


def _checks(statement: ast.stmt, ours: set[str]) -> bool:
    """Whether it only checks the work with this program, which is not there when the work is graded.

    ours: names that were imported from it so far.
    """
    if isinstance(statement, ast.ImportFrom) and (statement.module or "").partition(".")[0] == OURS:
        ours |= {alias.asname or alias.name for alias in statement.names}
        return True
    if isinstance(statement, ast.Import) and all(alias.name.partition(".")[0] == OURS for alias in statement.names):
        ours |= {alias.asname or OURS for alias in statement.names}
        return True
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    called: ast.expr = statement.value.func
    while isinstance(called, ast.Attribute):
        called = called.value
    return isinstance(called, ast.Name) and called.id in ours


def _start(statement: ast.stmt) -> int:
    """First line, decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    lines = [statement.lineno, *(decorator.lineno for decorator in decorators)]
    return min(lines)


def _source(lines: list[bytes], statement: ast.stmt, start: int, shared: bool) -> str:
    """The statement's text: whole lines, or only its columns where it shares a line with another."""
    end = statement.end_lineno or start
    taken = lines[start - 1 : end]
    if shared and taken:
        taken[-1] = taken[-1][: statement.end_col_offset]
        taken[0] = taken[0][statement.col_offset :] if start == statement.lineno else taken[0]
    return b"\n".join(taken).decode("utf-8")


def _future(pieces: Sequence[Piece]) -> str:
    """The line of future imports that the pieces ask for, or nothing."""
    names = {
        alias.name
        for piece in pieces
        for node in piece.tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
        if alias.name in __future__.all_feature_names
    }
    return f"from __future__ import {', '.join(sorted(names))}" if names else ""

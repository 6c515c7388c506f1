"""The order in which a notebook's statements are run: as they stand, unless one needs what stands below it.

A class whose import has slipped under it by moving cells ran all the same in the student's session.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator, Sequence

from autograder.intake.selection import bound


def in_order(statements: Sequence[ast.stmt]) -> list[int]:
    """Numbers of the statements in the order in which to run them.

    A statement waits until the names that it needs at once, and that only a later one binds, are there.
    Where another statement binds its names meanwhile, it is left out: the later one counts.
    """
    binds = [frozenset(bound(statement)) for statement in statements]
    needs = [_needed(statement) for statement in statements]
    later = Counter(name for names in binds for name in names)
    here = set(dir(builtins))
    order: list[int] = []
    waiting: list[int] = []

    def missing(number: int) -> bool:
        return any(name not in here and later[name] > 0 for name in needs[number])

    def take(number: int) -> None:
        order.append(number)
        here.update(binds[number])
        later.subtract(binds[number])

    star = False  # after it any name may be there
    for number, statement in enumerate(statements):
        for other in [other for other in waiting if binds[other] and binds[other] <= binds[number]]:
            waiting.remove(other)
            later.subtract(binds[other])
        if not star and missing(number):
            waiting.append(number)
            continue
        star = star or _is_star(statement)
        take(number)
        while ready := [other for other in waiting if not missing(other)]:
            waiting.remove(ready[0])
            take(ready[0])
    return order + waiting


def _is_star(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names)


def _needed(statement: ast.stmt) -> frozenset[str]:
    """Names that are read when the statement itself runs: not those inside of functions, nor those that it binds."""
    read: set[str] = set()
    written: set[str] = set()
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else written).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            written.add(node.name)
            waiting += [*node.decorator_list, *_signature(node.args), *([node.returns] if node.returns else [])]
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
        else:
            waiting += ast.iter_child_nodes(node)
    return frozenset(read - written)


def _signature(arguments: ast.arguments) -> Iterator[ast.AST]:
    yield from arguments.defaults
    yield from (default for default in arguments.kw_defaults if default)
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    yield from (argument.annotation for argument in every if argument and argument.annotation)

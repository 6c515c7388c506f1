"""Mutants: a reference source with one small change each, made by machine, always the same ones.

A check that no mutant of the code it judges can upset looks at nothing. The changes are those that slip
into homework: another operator, a number off by one, another axis, swapped arguments, a call or a
statement left out, a slice or a loop cut short.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A change: which bytes of the text become which text, and the kind of change.
Edit = tuple[int, int, str, str]

ARITHMETIC = {
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("+", "/")),
    ast.Div: ("/", ("*",)),
    ast.FloorDiv: ("//", ("*",)),
    ast.Mod: ("%", ("*",)),
    ast.Pow: ("**", ("*",)),
    ast.MatMult: ("@", ("*",)),
}
COMPARISON = {
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">=")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<=")),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
}
# A function and the one that is taken for it.
CONFUSED = {
    "sigmoid": "tanh",
    "tanh": "sigmoid",
    "softmax": "log_softmax",
    "cat": "stack",
    "chunk": "split",
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
    "train": "eval",
    "eval": "train",
    "zeros": "ones",
    "new_zeros": "new_ones",
    "randn": "zeros",
    "lower": "upper",
    "numel": "dim",
    "norm": "sum",
    "values": "indices",
    "parameters": "buffers",
    "int": "float",
    "float": "int",
    "GRU": "RNN",
    "items": "keys",
    "mse_loss": "l1_loss",
}
AXES = ("dim", "axis")
_PLAIN = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Constant, ast.List, ast.Dict, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. ``id`` is "file:line:operator:n"; ``diff`` the changed line, before and after."""

    id: str
    file: str
    line: int
    operator: str
    definition: str  # the function or class at the top level that it is in; empty outside of all
    diff: str
    source: str


def mutants(text: str, file: str) -> list[Mutant]:
    """All mutants of a source, in the order of its lines. Changes that change nothing are left out."""
    tree = ast.parse(text)
    data = text.encode()
    places = _Places(data)
    found: list[Mutant] = []
    numbers: dict[str, int] = {}
    seen = {ast.dump(tree)}
    for definition in tree.body:
        name = definition.name if isinstance(definition, ast.FunctionDef | ast.ClassDef) else ""
        if isinstance(definition, ast.Import | ast.ImportFrom) or _is_docstring(definition):
            continue
        for start, end, new, operator in sorted(_Finder(places, definition).edits()):
            source = (data[:start] + new.encode() + data[end:]).decode()
            try:
                dump = ast.dump(ast.parse(source))
            except SyntaxError:
                continue
            if dump in seen:
                continue
            seen.add(dump)
            line = data.count(b"\n", 0, start) + 1
            key = f"{file}:{line}:{operator}"
            numbers[key] = numbers.get(key, -1) + 1
            diff = _diff(text, source)
            found.append(Mutant(f"{key}:{numbers[key]}", file, line, operator, name, diff, source))
    return found


def _diff(old: str, new: str) -> str:
    """The changed lines, before and after, without indentation, each on one line."""
    before, after = old.split("\n"), new.split("\n")
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return f"- {' '.join(line.strip() for line in before)}\n+ {' '.join(line.strip() for line in after)}"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class _Places:
    """Where nodes are in the text, in bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._starts = [0]
        for line in data.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """First byte and the one after the last."""
        assert node.end_lineno is not None  # parsed nodes have an end
        assert node.end_col_offset is not None
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[node.end_lineno - 1] + node.end_col_offset

    def text(self, node: ast.expr | ast.keyword) -> str:
        """The node's own text."""
        start, end = self.span(node)
        return self.data[start:end].decode()


class _Finder:
    """The edits of one definition."""

    def __init__(self, places: _Places, root: ast.stmt) -> None:
        self.places = places
        self.root = root

    def edits(self) -> Iterator[Edit]:
        """All edits, in no particular order."""
        waiting: list[tuple[ast.AST, str, bool]] = [(self.root, "", False)]
        while waiting:
            node, context, statement = waiting.pop()
            if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.stmt) and _is_docstring(node)):
                continue  # texts for people; positions inside an f-string are not to be had
            yield from self._of(node, context, statement)
            for field, value in ast.iter_fields(node):
                children = value if isinstance(value, list) else [value]
                inside, statement = _context(node, field, context), isinstance(node, ast.Expr)
                waiting += [(child, inside, statement) for child in children if isinstance(child, ast.AST)]

    def _of(self, node: ast.AST, context: str, statement: bool) -> Iterator[Edit]:
        if isinstance(node, ast.BinOp):
            yield from self._token(node.left, node.right, ARITHMETIC.get(type(node.op)), "arithmetic")
        elif isinstance(node, ast.AugAssign):
            yield from self._token(node.target, node.value, ARITHMETIC.get(type(node.op)), "arithmetic")
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
                yield from self._token(left, right, COMPARISON.get(type(op)), "comparison")
        elif isinstance(node, ast.BoolOp):
            swap = ("and", ("or",)) if isinstance(node.op, ast.And) else ("or", ("and",))
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield from self._token(left, right, swap, "condition")
        elif isinstance(node, ast.Constant):
            yield from self._constant(node, context or "constant")
        elif isinstance(node, ast.Call):
            yield from self._call(node, statement)
        elif isinstance(node, ast.Attribute):
            yield from self._confused(node)
        elif isinstance(node, ast.Tuple | ast.List):
            yield from self._swapped(node.elts, "order")
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            yield from self._subscript(node)
        if isinstance(node, ast.If | ast.IfExp):
            for value in ("True", "False"):
                yield *self.places.span(node.test), value, "condition"
        if isinstance(node, ast.For):
            for cut in ("[:1]", "[:-1]", "[1:]", "[::-1]"):
                yield *self.places.span(node.iter), f"list({self.places.text(node.iter)}){cut}", "loop"
        if isinstance(node, ast.comprehension):
            for condition in node.ifs:
                yield *self.places.span(condition), "True", "condition"
        if isinstance(node, ast.stmt):
            yield from self._statement(node)

    def _token(
        self, left: ast.expr, right: ast.expr, swap: tuple[str, Sequence[str]] | None, operator: str
    ) -> Iterator[Edit]:
        """Between two operands there is nothing but the operator, brackets and space."""
        if swap is None:
            return
        start, end = self.places.span(left)[1], self.places.span(right)[0]
        between = self.places.data[start:end].decode()
        at = between.find(swap[0])
        if at >= 0:
            for new in swap[1]:
                yield start + at, start + at + len(swap[0]), new, operator

    def _constant(self, node: ast.Constant, operator: str) -> Iterator[Edit]:
        value = node.value
        changed: list[str] = []
        if isinstance(value, bool):
            changed = [str(not value)]
        elif isinstance(value, int):
            changed = [str(value + 1), str(value - 1)]
        elif isinstance(value, float):
            changed = [repr(value * 2), repr(value + 1.0)]
        elif isinstance(value, str):
            changed = [repr(f"{value}_")]
        for new in changed:
            yield *self.places.span(node), new, operator

    def _call(self, node: ast.Call, statement: bool) -> Iterator[Edit]:
        places = self.places
        yield from self._swapped(node.args, "arguments")
        if isinstance(node.func, ast.Name):
            yield from self._confused(node.func)
        parts: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        texts = [places.text(part) for part in parts]
        for number, keyword in enumerate(node.keywords, start=len(node.args)):
            if keyword.arg is not None:
                rest = ", ".join(text for n, text in enumerate(texts) if n != number)
                yield places.span(node.func)[1], places.span(node)[1], f"({rest})", "keyword"
        inner = _inside(node)
        if inner is not None and not statement:
            text = places.text(inner)
            yield *places.span(node), text if isinstance(inner, _PLAIN) else f"({text})", "call"

    def _confused(self, node: ast.Attribute | ast.Name) -> Iterator[Edit]:
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        if name in CONFUSED and isinstance(node.ctx, ast.Load):
            end = self.places.span(node)[1]
            yield end - len(name.encode()), end, CONFUSED[name], "function"

    def _swapped(self, nodes: Sequence[ast.expr], operator: str) -> Iterator[Edit]:
        for left, right in itertools.pairwise(nodes):
            if isinstance(left, ast.Starred) or isinstance(right, ast.Starred):
                continue
            (start, middle), (again, end) = self.places.span(left), self.places.span(right)
            between = self.places.data[middle:again].decode()
            yield start, end, f"{self.places.text(right)}{between}{self.places.text(left)}", operator

    def _subscript(self, node: ast.Subscript) -> Iterator[Edit]:
        if isinstance(node.slice, ast.Slice):
            for bound in (node.slice.lower, node.slice.upper, node.slice.step):
                if bound is not None:
                    yield *self.places.span(bound), "", "slice"
                    if not isinstance(bound, ast.Constant):
                        yield *self.places.span(bound), f"{self.places.text(bound)} + 1", "slice"
        else:
            yield self.places.span(node.value)[1], self.places.span(node)[1], "", "index"

    def _statement(self, node: ast.stmt) -> Iterator[Edit]:
        start, end = self.places.span(node)
        if isinstance(node, ast.Expr | ast.AugAssign | ast.Assign):
            yield start, end, "pass", "statement"
        elif isinstance(node, ast.Return) and node.value is not None:
            yield start, end, "return None", "statement"
        elif isinstance(node, ast.With):
            header = self.places.span(node.items[-1].context_expr)[1]
            yield start, header, "if True", "statement"


def _context(node: ast.AST, field: str, before: str) -> str:
    """What a constant is that lies here: an axis, an index, or just a constant."""
    if isinstance(node, ast.keyword):
        return "axis" if node.arg in AXES else ""
    if isinstance(node, ast.Subscript):
        return "index" if field == "slice" else ""
    if isinstance(node, ast.UnaryOp | ast.Slice | ast.Tuple):
        return before
    return ""


def _inside(node: ast.Call) -> ast.expr | None:
    """What is left when the call is left out: its first argument, or the object whose method it is."""
    first = node.args[0] if node.args and not isinstance(node.args[0], ast.Starred) else None
    if not isinstance(node.func, ast.Attribute):
        return first
    root: ast.expr = node.func
    while isinstance(root, ast.Attribute):
        root = root.value
    if isinstance(root, ast.Name) and root.id in ("torch", "nn", "self", "F", "np"):
        return first
    return node.func.value

"""Parsing: a tree, or what is wrong with the text in words that help."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from autograder.model import Problem

_DEFINES = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+([^\W\d]\w*)", re.MULTILINE)


class Unparsable(Exception):  # noqa: N818  # becomes a Problem of one student
    """Text that Python cannot parse."""

    def __init__(self, message: str, line: int | None, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint


def parse(text: str, *, notebook: bool = False) -> ast.Module:
    """The tree of ``text``; a notebook may use ``await`` at top level. Raises Unparsable."""
    flags = ast.PyCF_ONLY_AST | (ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if notebook else 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a student's string is no matter of ours
            tree = compile(text, "submission", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        raise Unparsable(f"syntax error: {error.msg}", error.lineno, _hint(error, text)) from None
    except (RecursionError, MemoryError):
        raise Unparsable(
            "is nested too deeply for Python to read", None, "Split the long expression into several statements."
        ) from None
    except (ValueError, OverflowError) as error:
        raise Unparsable(f"cannot be read by Python: {error}", None, "") from None
    assert isinstance(tree, ast.Module)
    return tree


def lost_names(text: str) -> tuple[str, ...]:
    """Names that a broken text would have defined at its top level, each once, in order."""
    return tuple(dict.fromkeys(_DEFINES.findall(text)))


def problem(file: str, text: str, error: Unparsable) -> Problem:
    """The Problem for a text that does not parse: line, the code there, the definitions that are lost."""
    lines = text.split("\n")
    line = error.line if error.line is not None and 1 <= error.line <= len(lines) else None
    code = lines[line - 1].strip()[:200] if line else ""
    return Problem(file, error.message, line=line, code=code, hint=error.hint, names=lost_names(text))


def defined(body: list[ast.stmt]) -> Iterator[str]:
    """Names of functions and classes at the top level, in order; those under ``if``, ``try``, ``with``, ``for`` too."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.If):
            waiting += reversed(node.body + node.orelse)
        elif isinstance(node, ast.With | ast.For):
            waiting += reversed(node.body)
        elif isinstance(node, ast.Try):
            handlers = [statement for handler in node.handlers for statement in handler.body]
            waiting += reversed(node.body + handlers + node.orelse + node.finalbody)


def is_stub(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether the definition of ``name`` still mentions NotImplementedError, as it was handed out."""
    nodes = [n for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == name]
    return any(isinstance(n, ast.Name) and n.id == "NotImplementedError" for node in nodes for n in ast.walk(node))


def _hint(error: SyntaxError, text: str) -> str:
    lines = text.split("\n")
    at = (error.lineno or 0) - 1
    line = lines[at] if 0 <= at < len(lines) else ""
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        return "This is the mark of a merge that was not finished: keep one of the two versions and delete the marks."
    start = line.lstrip()
    if start.startswith(("```", "~~~")):
        return "This line is a mark of Markdown, which was copied along with the code: delete it."
    if start.startswith(">>>"):
        return "This is the prompt of an interactive session, which was copied along: delete it, with what was printed."
    if start.startswith(("%", "!")):
        return "This is a command for a notebook, which a Python file does not understand: delete it."
    if any(quote in line for quote in "“”‘’„"):
        return "Replace the curly quotes by straight ones (' or \"); a word processor makes them."
    if isinstance(error, TabError):
        return "Tabs and spaces are mixed: let the editor convert the indentation to spaces."
    if isinstance(error, IndentationError):
        return "Look at the indentation of this line and of the line above it."
    if "never closed" in (error.msg or ""):
        return "Look for the closing bracket, from this line on."
    return "Python stops here, so nothing in this piece could be used. Look at this line and the one above it."

"""Causes: what a crash comes of where it is not what the student should look at first.

A package that is not there, a line of a notebook that is not run, a function of Python's that was overwritten, a
name that is spelt another way.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from autograder.intake.calls import dotted
from autograder.intake.selection import bound
from autograder.model import Crash, Reply, SourceFile, Submission, Unit
from autograder.parsing import PARSING

_NOT_DEFINED = re.compile(r"name '([^']+)' is not defined")
_CALLED = re.compile(r"([^\W\d]\w*)[ ]*\(")
_NO_PACKAGE = "The grader does not have this package: do without it in what is handed in, or import it in a `try`."
_UNRUN = "Set it to a constant at the top level of a cell, or inside of the function that needs it."
MOST_SOURCE = 100_000  # characters that are parsed once more for the sake of a message
_ALIKE = 0.8  # count_params is count_parameters, rnn is not lstm


@dataclass(frozen=True)
class Causes:
    """What loading a submission left out. Every value is a sentence, and what to try or nothing."""

    files: Mapping[str, str] = field(default_factory=dict)  # file or cell of which only a part ran -> what stopped it
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # what could not be bound -> why
    defined: frozenset[str] = frozenset()
    sources: tuple[SourceFile, ...] = ()

    def of(self, crash: Crash, names: Collection[str]) -> tuple[str, str]:
        """The cause behind a crash in a probe of ``names``, where it can be said; else nothing."""
        file = crash.frames[-1].file if crash.frames else ""
        if crash.exception == "NameError":
            missing = _NOT_DEFINED.search(crash.message)
            return self.names.get(missing.group(1) if missing else "") or (self.files.get(file, ""), "")
        if crash.exception == "TypeError" and crash.message.endswith("object is not callable"):
            called = _CALLED.findall(crash.frames[-1].code) if crash.frames else names
            return next(filter(None, (self._overwritten(name, file) for name in called)), ("", ""))
        return "", ""

    def meant(self, name: str, graded: Collection[str]) -> str:
        """What may be meant to be ``name``: a definition that no exercise asks for, of nearly the same name."""
        wanted = _plain(name)
        near = (other for other in sorted(self.defined - set(graded)) if len(other) <= 2 * len(name))
        others = {_plain(other): other for other in near}
        longer = [other for other in others if len(wanted) > 5 and (other.endswith(wanted) or other.startswith(wanted))]
        found = ([wanted] if wanted in others else []) or difflib.get_close_matches(wanted, others, 1, _ALIKE) or longer
        if not found:
            return ""
        other = others[found[0]]
        where = next((f" ({source.name})" for source in self.sources if other in source.defines), "")
        return f"is `{other}`{where} meant to be it? Then call it `{name}`"

    def borrowed(self, name: str) -> str:
        """Where torch's own class was taken for that name instead of being written; else nothing."""
        for source in self.sources:
            for unit in source.units:
                for statement, line in _statements(unit):
                    if _torchs(statement) and name in bound(statement):
                        return f"`{name}` is torch's own, from {unit.name} line {line}; this exercise asks for yours"
        return ""

    def _overwritten(self, name: str, file: str) -> tuple[str, str] | None:
        """A function that a variable has taken the name of, in the file that crashed."""
        own = any(name in source.defines for source in self.sources)
        if not own and not callable(getattr(builtins, name, None)):
            return None
        found = None
        for source in self.sources:
            if file and file != source.name and not file.startswith(f"{source.name},"):
                continue
            for unit in source.units:
                for statement, line in _statements(unit):
                    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                        found = None if statement.name == name else found
                    elif found is None and name in bound(statement):
                        code = unit.source.split("\n")[statement.lineno - 1].strip().replace("`", "'")[:60]
                        found = f"`{name}` was overwritten in {unit.name} line {line} (`{code}`)"
        whose = "of yours" if own else "of Python's"
        return (found, f"Give that variable another name: `{name}` is a function {whose}.") if found else None


def not_run(name: str, place: str) -> str:
    """What is said of a name that only a line binds which is not run."""
    return (
        f"`{name}` is set in {place}, which was not run: of a notebook only imports, definitions and constants are run"
    )


def causes(submission: Submission, loaded: Reply) -> Causes:
    """What could not be loaded, and what was not run, by file and by name."""
    names = {name: (not_run(name, place), _UNRUN) for name, place in submission.unrun.items()}
    if isinstance(loaded, Crash):
        return Causes(names=names, sources=submission.files)
    failures = loaded.values.get("failures")
    files: dict[str, str] = {}
    for failure in failures if isinstance(failures, list) else []:
        if not isinstance(failure, dict):
            continue
        file, line = str(failure.get("file", "")), failure.get("line")
        place = file + (f" line {line}" if line else "")
        text = f"{place} stopped with {failure.get('exception', 'error')}: {failure.get('message', '')}"
        files.setdefault(file, text)
        for name in _bound_at(submission, file, line if isinstance(line, int) else 0):
            names[name] = text, _NO_PACKAGE if failure.get("missing") else ""
    found = loaded.values.get("defined")
    defined = frozenset(name for name in found if isinstance(name, str)) if isinstance(found, list) else frozenset()
    return Causes(files, names, defined, submission.files)


def _bound_at(submission: Submission, file: str, line: int) -> Iterator[str]:
    """Names that the statement at a line would have bound."""
    for source in submission.files:
        for unit in source.fallback or source.units:
            if unit.name == file and unit.line <= line <= unit.line + unit.source.count("\n"):
                for statement, first in _statements(unit):
                    last = first + (statement.end_lineno or 0) - statement.lineno
                    if first <= line <= last and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                        yield from bound(statement)


def _statements(unit: Unit) -> list[tuple[ast.stmt, int]]:
    """Statements at the top level of a unit, each with its line in the file."""
    if len(unit.source) > MOST_SOURCE:
        return []
    try:
        with PARSING:
            body = ast.parse(unit.source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [(statement, unit.line + statement.lineno - 1) for statement in body]


def _torchs(statement: ast.stmt) -> bool:
    """``from torch.nn import LSTMCell``, ``LSTMCell = nn.LSTMCell``."""
    if isinstance(statement, ast.ImportFrom):
        return (statement.module or "").partition(".")[0] == "torch"
    return isinstance(statement, ast.Assign) and dotted(statement.value).partition(".")[0] in ("torch", "nn")


def _plain(name: str) -> str:
    return name.replace("_", "").casefold()


def lost_names(submission: Submission, loaded: Reply) -> dict[str, str]:
    """Names that a broken file, or a line that was not run, would have defined, with the reason."""
    lost: dict[str, str] = {}
    for problem in submission.problems:
        place = problem.file + (f" line {problem.line}" if problem.line else "")
        for name in problem.names:
            lost[name] = f"{place}: {problem.message}"
    if isinstance(loaded, Crash):
        for file in submission.files:
            for name in file.defines:
                lost.setdefault(name, f"the files could not be loaded: {loaded.message}")
        return lost
    failures = loaded.values.get("failures") or []
    defined = set(loaded.values.get("defined") or [])
    for failure in failures if isinstance(failures, list) else []:
        if not isinstance(failure, dict):
            continue
        name, line = str(failure.get("file", "")), failure.get("line")
        text = f"{failure.get('exception', 'error')}: {failure.get('message', '')}"
        for file in submission.files:
            if name == file.name or name.startswith(f"{file.name},"):
                place = name + (f" line {line}" if line else "")
                for wanted in file.defines:
                    if wanted not in defined:
                        lost.setdefault(wanted, f"{place} could not be run: {text}")
    for name, place in submission.unrun.items():
        if name not in defined:
            lost.setdefault(name, not_run(name, place))
    return lost

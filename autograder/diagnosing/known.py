"""Known work: mistakes that a check must catch and variants that deserve full marks, each a file.

``solutions/ID/mistakes/EXERCISE/SLUG.py`` and ``solutions/ID/variants/EXERCISE/STYLE.py`` hold the
definitions of one exercise as a student writes them; everything else is the reference's. The module's
docstring says what the file is; docs/audit.md describes its form.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.exercise import Exercise
from autograder.intake import syntax
from autograder.intake.source import Piece, module
from autograder.model import SourceFile, Submission, Unit
from autograder.parsing import PARSING


@dataclass(frozen=True)
class Known:
    """Code of which it is known what it deserves. ``id`` is "EXERCISE/slug-with-dashes"."""

    id: str
    exercise: str
    title: str
    path: Path
    names: tuple[str, ...]  # what the exercise asks for
    file: SourceFile

    def submission(self, reference: Submission) -> Submission:
        """The reference with this file in place of its definitions of the exercise."""
        with PARSING:
            return in_place(reference, self.file, self.names)


@dataclass(frozen=True)
class Mistake(Known):
    """Wrong work: the check that catches it first, and what a good teaching assistant would say.

    bank: number in the bank of misconceptions, empty if it is not from there.
    feedback: paragraphs, each on one line, with an empty line between two.
    """

    caught_by: str
    feedback: str
    bank: str = ""


@dataclass(frozen=True)
class Variant(Known):
    """Right work in another style. ``note`` is a part of the note that its report must show, or empty."""

    note: str = ""


def mistakes(assignment: Assignment) -> dict[str, tuple[Mistake, ...]]:
    """Exercise id -> its known mistakes, by id. AssignmentError, with file and line, for a file out of form."""

    def make(head: _Head, exercise: Exercise, common: _Common) -> Known:
        check = head.needed("Caught by")
        known = [c.id for c in exercise.checks]
        if check not in known:
            line = head.lines["Caught by"]
            raise head.error(f"{exercise.id} has no check {check!r}", f"its checks: {', '.join(known)}", line)
        return Mistake(*common, check, head.needed("Feedback"), head.fields.get("Bank", ""))

    found = _load(assignment, "mistakes", ("Bank", "Caught by", "Feedback"), make)
    return {key: tuple(one for one in ones if isinstance(one, Mistake)) for key, ones in found.items()}


def variants(assignment: Assignment) -> dict[str, tuple[Variant, ...]]:
    """Exercise id -> its known variants, by id. AssignmentError, with file and line, for a file out of form."""

    def make(head: _Head, exercise: Exercise, common: _Common) -> Known:
        if "Note" in head.fields:
            head.needed("Note")
        return Variant(*common, head.fields.get("Note", ""))

    found = _load(assignment, "variants", ("Note",), make)
    return {key: tuple(one for one in ones if isinstance(one, Variant)) for key, ones in found.items()}


def in_place(reference: Submission, file: SourceFile, names: Iterable[str]) -> Submission:
    """``reference`` with ``file`` in place of its definitions of ``names``.

    What else the reference defines in that module stays, and meets the file's definitions there.
    """
    gone = set(names)
    files: list[SourceFile] = []
    placed = False
    for old in reference.files:
        if not gone & set(old.defines):
            files.append(old)
            continue
        kept = tuple(name for name in old.defines if name not in gone)
        rest = tuple(_without(unit, gone) for unit in old.units) if kept else ()
        again = tuple(unit for unit in old.fallback if not gone & set(_defines(unit))) if kept else ()
        if placed:
            files += [replace(old, units=rest, fallback=again, defines=kept)] if kept else []
            continue
        placed = True
        defines = tuple(dict.fromkeys((*kept, *file.defines)))
        fallback = (*again, *(file.fallback or file.units)) if again or file.fallback else ()
        both = replace(file, module=old.module, units=(*rest, *file.units), fallback=fallback, defines=defines)
        files.append(both)
    if not placed:
        files.append(file)
    text = "\0".join([reference.digest, *(unit.source for unit in file.units)])
    digest = f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return replace(reference, files=tuple(files), digest=digest, received=tuple(f.name for f in files))


def source_file(text: str, name: str, exercise: Exercise, assignment: Assignment) -> SourceFile:
    """A text as the file in which ``exercise`` is handed in. Raises intake's Unparsable."""
    piece = Piece(name, text, syntax.parse(text))
    return module(piece, exercise.stub, {*assignment.owners, *piece.defines}, assignment.stubs)


def _without(unit: Unit, names: set[str]) -> Unit:
    """The unit with the definitions of ``names`` blanked out, every other line at its place."""
    lines = unit.source.split("\n")
    for node in ast.parse(unit.source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            first = min(node.lineno, *(d.lineno for d in node.decorator_list), node.lineno)
            end = node.end_lineno or node.lineno
            lines[first - 1 : end] = [""] * (end - first + 1)
    return replace(unit, source="\n".join(lines))


def _defines(unit: Unit) -> list[str]:
    return list(syntax.defined(ast.parse(unit.source).body))


# --- reading the files ------------------------------------------------------------------------------

_Common = tuple[str, str, str, Path, tuple[str, ...], SourceFile]


@dataclass
class _Head:
    """A docstring's title and fields, with the lines they are at."""

    path: Path
    title: str
    fields: dict[str, str]
    lines: dict[str, int]
    line: int

    def error(self, message: str, mend: str = "", line: int | None = None) -> AssignmentError:
        return AssignmentError(f"{self.path}:{line or self.line}: {message}", mend=mend)

    def needed(self, field: str) -> str:
        """A field that must be there and say something."""
        if not self.fields.get(field):
            raise self.error(f"the docstring has no {field!r}", f"add a line `{field}: …`", self.lines.get(field))
        return self.fields[field]


def _load(
    assignment: Assignment,
    kind: str,
    fields: tuple[str, ...],
    make: Callable[[_Head, Exercise, _Common], Known],
) -> dict[str, list[Known]]:
    exercises: Mapping[str, Exercise] = {e.id: e for e in assignment.exercises if not e.written}
    found: dict[str, list[Known]] = {}
    ids: dict[str, Path] = {}
    for path in sorted((assignment.hidden / kind).glob("*/*.py")) if assignment.hidden else []:
        if path.name == "__init__.py":
            continue
        exercise = exercises.get(path.parent.name)
        if exercise is None:
            known = ", ".join(exercises)
            raise AssignmentError(f"{path}:1: no exercise is called {path.parent.name!r}", mend=f"exercises: {known}")
        text = _read(path)
        try:
            file = source_file(text, path.name, exercise, assignment)
        except syntax.Unparsable as error:
            raise AssignmentError(f"{path}:{error.line or 1}: {error.message}", mend=error.hint) from None
        head = _head(path, text, fields)
        if not set(exercise.names) & set(file.defines):
            raise head.error(f"it defines none of {', '.join(exercise.names)}", "the folder says whose exercise it is")
        name = f"{exercise.id}/{path.stem.replace('_', '-')}"
        if name in ids:
            raise head.error(f"{ids[name].name} has the same id, {name}", "rename one of the two")
        ids[name] = path
        common = (name, exercise.id, head.title, path, exercise.names, file)
        found.setdefault(exercise.id, []).append(make(head, exercise, common))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}:1: cannot be read: {error}") from None


def _head(path: Path, text: str, known: tuple[str, ...]) -> _Head:
    tree = ast.parse(text)
    first = tree.body[0] if tree.body else None
    docstring = ast.get_docstring(tree, clean=False)
    if first is None or docstring is None:
        raise AssignmentError(f"{path}:1: there is no docstring", mend="its first line is the title")
    title, *rest = docstring.split("\n")
    head = _Head(path, title.strip(), {}, {}, first.lineno)
    if not head.title:
        raise head.error("the docstring's first line, which is the title, is empty")
    field = ""
    for line, written in enumerate(rest, start=first.lineno + 1):
        words = written.strip()
        name, colon, value = words.partition(":")
        if colon and name in known and field != known[-1]:
            field = name
            if field in head.fields:
                raise head.error(f"{field!r} is there twice", line=line)
            head.fields[field], head.lines[field] = value.strip(), line
        elif field == "Feedback":
            head.fields[field] += f"\n{words}"
        elif words:
            raise head.error(f"{words!r} is none of {', '.join(f'{name}:' for name in known)}", line=line)
    if "Feedback" in head.fields:
        paragraphs = head.fields["Feedback"].strip().split("\n\n")
        head.fields["Feedback"] = "\n\n".join(" ".join(p.split()) for p in paragraphs if p.strip())
    return head

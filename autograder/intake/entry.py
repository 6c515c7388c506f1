"""One student's entry: where the work lies, and reading it into a Submission."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from autograder.intake import notebook, stored, syntax
from autograder.intake.answers import Answers
from autograder.intake.digest import digest
from autograder.intake.folder import Contents
from autograder.intake.gather import Source, gather
from autograder.intake.limits import CODE, suffix
from autograder.intake.magics import without_magics
from autograder.intake.names import is_set_aside, listed, modules, shown, stem
from autograder.intake.notebook import NotANotebook, Notebook
from autograder.intake.quiet import Program
from autograder.intake.retyped import retyped
from autograder.intake.source import Piece, module
from autograder.intake.text import Undecodable, decode, lossy
from autograder.intake.unread import others_of, unread
from autograder.intake.wanted import Wanted
from autograder.model import Problem, SourceFile, Submission
from autograder.parsing import PARSING
from autograder.shown import ShownNotebook


@dataclass(frozen=True)
class Entry:
    """A student and where their work lies. Small and picklable: the files are read by ``read`` only."""

    student: str
    sources: tuple[Source, ...]
    wanted: tuple[Wanted, ...]
    notes: tuple[str, ...] = ()
    notebook_run: Literal["definitions", "all"] = "definitions"

    def read(self) -> Submission:
        """The submission. Never raises for what was handed in: whatever is wrong is among its problems."""
        with PARSING:
            return self._read()

    def _read(self) -> Submission:
        path = str(self.sources[0].path) if self.sources else ""
        try:
            contents = gather(self.sources)
            reader = _Reader(self.wanted, self.notebook_run == "all")
            reader.read(contents)
            content = digest(contents.files)
            beside, ignored = unread(contents)
        except Exception as error:  # the class goes on; this is our fault and says so
            message = f"could not be read, by a fault of the grader: {type(error).__name__}"
            broken = Problem(
                self.student, message, hint="Tell your instructor; no point is lost by it.", fatal=True, ours=True
            )
            return Submission(self.student, digest({}), (), problems=(broken,), path=path, notes=self.notes)
        answers = reader.answers.found
        return Submission(
            student=self.student,
            digest=content,
            files=tuple(reader.files),
            answers=answers,
            problems=_final(self.student, contents, [*contents.problems, *reader.problems, *beside], reader, answers),
            received=tuple(contents.received),
            path=path,
            handout=contents.handout,
            notes=(*self.notes, *contents.notes, *reader.notes, *ignored),
            notebook_run=self.notebook_run,
            notebooks=tuple(reader.shown),
            unrun=reader.unrun,
        )


@dataclass
class _Reader:
    """Files of one submission on their way from bytes to units."""

    wanted: tuple[Wanted, ...]
    everything: bool = False  # run all of a notebook
    files: list[SourceFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shown: list[ShownNotebook] = field(default_factory=list)
    unrun: dict[str, str] = field(default_factory=dict)  # names that nothing binds which is run, and where

    def __post_init__(self) -> None:
        self.answers = Answers(self.wanted)
        self._pieces: dict[str, Piece] = {}
        self._notebooks: dict[str, Notebook] = {}

    def read(self, contents: Contents) -> None:
        """All files: first what each defines, then which statements are kept, for which that is needed."""
        for name in sorted(contents.files):
            data = contents.files[name]
            if suffix(name) == ".py":
                self._python(name, data)
            elif suffix(name) == ".ipynb":
                self._notebook(name, data)
            else:
                self.answers.file(name, lossy(data))
        code = [name for name in contents.files if suffix(name) in CODE]
        imports = modules(code, (lossy(contents.files[name]) for name in code))
        own = {name for piece in self._pieces.values() for name in piece.defines}
        own |= {name for book in self._notebooks.values() for name in book.defines}
        program = self._program()
        # Notebooks first: where two files define a name the later one counts, and that is the .py file.
        for name, book in self._notebooks.items():
            source = notebook.source_file(
                shown(name),
                imports[name],
                book,
                own,
                imports.values(),
                everything=self.everything,
                program=program,
                unrun=self.unrun,
            )
            self.files.append(source)
        for name, piece in self._pieces.items():
            self.files.append(module(piece, imports[name], own, imports.values(), program))
        self.files.sort(key=lambda file: not is_set_aside(file.name))  # of several, the later counts
        self._note_doubles()

    def _program(self) -> Program:
        cells = [piece for book in self._notebooks.values() for piece in book.pieces]
        pieces = [(piece.text, piece.tree) for piece in (*cells, *self._pieces.values())]
        return Program(pieces, (name for item in self.wanted for name in item.names))

    def _python(self, name: str, data: bytes) -> None:
        try:
            text = decode(data)
        except Undecodable as error:
            lost = syntax.lost_names(lossy(data))
            problem = Problem(shown(name), error.message, line=error.line, hint=error.hint, names=lost)
            self.problems.append(problem)
            return
        if notebook.looks_like(text):
            self.notes.append(f"{shown(name)} is a notebook under another name and was read as one.")
            self._notebook(name, data)
            return
        if not text.strip() and stem(name) == "__init__":
            return  # it only marks a folder as a package, which its files' import names say already
        if not text.strip():
            self.problems.append(Problem(shown(name), "is empty", hint="Was it saved before it was handed in?"))
            return
        try:
            self._pieces[name] = Piece(shown(name), text, syntax.parse(text))
        except syntax.Unparsable as error:
            without = without_magics(text)
            try:
                self._pieces[name] = Piece(shown(name), without, syntax.parse(without))
            except syntax.Unparsable:
                self.problems.append(syntax.problem(shown(name), text, error))
                return
            pairs = enumerate(zip(text.split("\n"), without.split("\n"), strict=True), 1)
            lines = [str(number) for number, (before, after) in pairs if before != after]
            which = f"line {lines[0]} is" if len(lines) == 1 else f"lines {listed(lines, 8)} are"
            self.notes.append(f"{shown(name)}: {which} for a notebook and no Python, and did not count.")

    def _notebook(self, name: str, data: bytes) -> None:
        try:
            cells = notebook.cells(data)
        except NotANotebook as error:
            self.problems.append(Problem(shown(name), error.message, hint=error.hint))
            return
        asked = [wanted for item in self.wanted for wanted in item.names]
        cells, notes = retyped(shown(name), self.answers.marked_again(cells), asked)
        self.notes += notes
        self.answers.notebook(cells)
        if not any(cell.text.strip() for cell in cells):
            hint = "Was it saved before it was handed in?"
            self.problems.append(Problem(shown(name), "is a notebook without any text in its cells", hint=hint))
            return
        book = notebook.read(shown(name), cells)
        self.shown.append(stored.show(shown(name), cells, book, self.wanted, self.answers))
        self.problems += book.problems
        self.notes += book.notes
        self._notebooks[name] = book

    def _note_doubles(self) -> None:
        """Say which file counts where two define what is graded: names of the same files together."""
        groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
        for item in self.wanted:
            for name in item.names:
                where = [file for file in self.files if name in file.defines]
                if len(where) > 1:
                    written = [file for file in where if file.name not in self._untouched(name)] or where
                    counts = next((file for file in written if file.module == item.stub), written[-1])
                    groups.setdefault((tuple(file.name for file in where), counts.name), []).append(name)
        for (files, counts_name), names in groups.items():
            verb, those = ("is", "the one") if len(names) == 1 else ("are", "those")
            ends = "s" if len(names) == 1 else ""
            self.notes.append(
                f"{listed(names)} {verb} defined in {' and '.join(files)}; {those} in {counts_name} count{ends}."
            )

    def _untouched(self, name: str) -> set[str]:
        """Files whose definition of ``name`` is the stub as it was handed out."""
        return {piece.name for piece in self._pieces.values() if syntax.is_stub(piece.tree.body, name)} | {
            shown(file) for file, book in self._notebooks.items() if book.stubs(name)
        }


def _final(
    student: str, contents: Contents, problems: list[Problem], reader: _Reader, answers: Mapping[str, str]
) -> tuple[Problem, ...]:
    """All problems; fatal ones where nothing at all could be read."""
    if reader.files:
        return tuple(problems)
    if not problems:
        others = listed(others_of(contents), 6)
        what = f"holds no Python file and no notebook, only {others}" if others else "is empty: nothing was handed in"
        message = "holds written answers, but no Python file and no notebook" if answers else what
        hint = "Hand in .py files, a notebook (.ipynb), or a zip of them."
        problems = [Problem(student, message, hint=hint)]
    return tuple(dataclasses.replace(problem, fatal=not answers) for problem in problems)

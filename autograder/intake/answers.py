r"""Written answers, from Markdown files and the Markdown cells of notebooks.

The rule, as docs/intake.md states it:

- ``<!-- answer: written_rnn -->`` starts an answer. It ends at the next such mark, at
  ``<!-- end answer -->``, at a code cell, or at a Markdown cell that begins with a heading of level 1 or 2.
- A Markdown cell of which the id or nbgrader's metadata say that it is the place of an answer counts as marked
  where the mark was deleted.
- In a notebook without either, a heading that says the exercise's title or id, or what the file that was handed out
  begins with, starts the answer; it
  ends likewise, and at a cell that begins with a heading of the same level or above.
- A file ``<stub>.md`` or ``<id>.md`` is an answer as a whole where it has no mark.
- Without a mark, what stands below a heading "Your answer" counts, if there is one: above it is the question.
- Comments and the line "Your answer here" are no answer.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence

from autograder.intake.magics import is_python
from autograder.intake.names import fold, stem
from autograder.intake.notebook import Cell
from autograder.intake.wanted import Wanted

_MARK = re.compile(r"<!--\s*(?:answer:\s*([\w-]+)|(end answer))\s*-->", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*)$", re.MULTILINE)
_PROMPTS = frozenset(map(fold, ("Your answer", "My answer", "Answer")))
_PLACEHOLDER = re.compile(
    r"^[ \t>*_]*(?:write |type |put )?your answer(?: here| below| goes here)?[ \t.…:*_]*$", re.IGNORECASE | re.MULTILINE
)


class Answers:
    """Collects answers over all files of a submission."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        self._wanted = [item for item in wanted if item.written]
        self._ids = {item.id.casefold(): item.id for item in self._wanted}
        self._stems = self._ids | {item.stub.casefold(): item.id for item in self._wanted}
        self._titles = {
            fold(text): item.id
            for item in self._wanted
            for said in (item.heading, item.title)
            for text in (said.partition(":")[2], said)
        } | {fold(item.id): item.id for item in self._wanted}
        self._places = {name.casefold(): item.id for item in self._wanted for name in (item.id, f"answer-{item.id}")}
        self._titles.pop("", None)
        self._found: dict[str, list[str]] = {}

    def file(self, name: str, text: str) -> None:
        """A Markdown file: its marks, else its name."""
        if _MARK.search(text):
            self._marked([text])
        elif whole := self._stems.get(stem(name).casefold()):
            self._add(whole, _below_prompt(text))

    def notebook(self, found: Sequence[Cell]) -> None:
        """The Markdown cells of a notebook."""
        runs: list[list[str]] = [[]]
        for cell in found:
            if cell.kind == "code":
                runs.append([])
            elif cell.kind == "markdown":
                runs[-1].append(cell.text)
        text = "\n".join(part for run in runs for part in run)
        marked = {match.group(1).casefold() for match in _MARK.finditer(text) if match.group(1)}
        for run in runs:
            self._marked(run)
            self._under_headings(run, marked)

    def marked_again(self, found: Sequence[Cell]) -> list[Cell]:
        """The cells, with the mark put back where it was deleted and the cell still says whose place it is."""
        marked = {match.group(1).casefold() for cell in found for match in _MARK.finditer(cell.text) if match.group(1)}
        result = []
        for cell in found:
            places = (self._places.get(name.casefold(), "") for name in cell.names)
            exercise = next(filter(None, places), "")
            kept = has_mark(cell.text) or (cell.kind == "code" and is_python(cell.text))
            if exercise and not kept and exercise.casefold() not in marked:
                cell = dataclasses.replace(cell, text=f"<!-- answer: {exercise} -->\n{cell.text}")
            result.append(cell)
        return result

    @property
    def found(self) -> Mapping[str, str]:
        """Exercise id to Markdown, for those that say something."""
        return {exercise: "\n\n".join(parts) for exercise, parts in self._found.items()}

    def places(self, found: Sequence[Cell]) -> dict[str, int]:
        """Exercise id to the number of the cell in which its answer begins: at its mark, else at its heading."""
        marked: dict[str, int] = {}
        headed: dict[str, int] = {}
        for cell in found:
            if cell.kind != "markdown":
                continue
            for match in _MARK.finditer(cell.text):
                if exercise := self._ids.get((match.group(1) or "").casefold()):
                    marked.setdefault(exercise, cell.number)
            for match in _HEADING.finditer(cell.text):
                if exercise := self._named(match.group(2)):
                    headed.setdefault(exercise, cell.number)
        return headed | marked

    def _named(self, title: str) -> str:
        """The exercise that a heading names."""
        return self._titles.get(fold(title)) or self._titles.get(fold(title.partition(":")[2]), "")

    def _add(self, id: str, text: str) -> None:
        text = _PLACEHOLDER.sub("", _COMMENT.sub("", text)).strip()
        if text and text not in self._found.setdefault(id, []):
            self._found[id].append(text)
        if not self._found.get(id):
            self._found.pop(id, None)

    def _marked(self, texts: Sequence[str]) -> None:
        current, collected = "", list[str]()
        for text in texts:
            if current and _level(text) <= 2:
                self._add(current, "\n\n".join(collected))
                current = ""
            at = 0
            for match in _MARK.finditer(text):
                if current:
                    self._add(current, "\n\n".join([*collected, text[at : match.start()]]))
                current, collected, at = self._ids.get((match.group(1) or "").casefold(), ""), [], match.end()
            if current:
                collected.append(text[at:])
        if current:
            self._add(current, "\n\n".join(collected))

    def _under_headings(self, texts: Sequence[str], marked: set[str]) -> None:
        current, level, collected = "", 0, list[str]()
        for text in texts:
            if current and _level(text) <= level:
                self._add(current, _below_prompt("\n\n".join(collected)))
                current = ""
            at = 0
            for match in _HEADING.finditer(text):
                named = self._named(match.group(2))
                if named and named.casefold() not in marked:
                    if current:
                        self._add(current, _below_prompt("\n\n".join([*collected, text[at : match.start()]])))
                    current, level, collected, at = named, len(match.group(1)), [], match.end()
            if current:
                rest = text[at:]
                mark = _MARK.search(rest)
                collected.append(rest[: mark.start()] if mark else rest)
                if mark:
                    self._add(current, _below_prompt("\n\n".join(collected)))
                    current = ""
        if current:
            self._add(current, _below_prompt("\n\n".join(collected)))


def has_mark(text: str) -> bool:
    """Whether a written answer is marked in the text."""
    return any(match.group(1) for match in _MARK.finditer(text))


def _level(text: str) -> int:
    """Level of the heading that a cell begins with, or 7. "Your answer" is no heading of another part."""
    match = _HEADING.match(text.lstrip("\n"))
    return len(match.group(1)) if match and fold(match.group(2)) not in _PROMPTS else 7


def _below_prompt(text: str) -> str:
    """What stands below the last heading "Your answer", or all of it."""
    prompts = [match.end() for match in _HEADING.finditer(text) if fold(match.group(2)) in _PROMPTS]
    return text[prompts[-1] :] if prompts else text

"""The sheet as Markdown: one section for each answer, the answer quoted, the lines to fill in below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from autograder.marking.sheet import Entry, Line, printable

_SECTION = re.compile(r"##\s+(?P<student>.+?)\s+·\s+`(?P<exercise>[^`]+)`\s*")
_REF = re.compile(r"<!--\s*ref:\s*(\S+)\s*-->")
_FIELD = re.compile(r"-\s+(?P<name>[\w-]+)(?:\s+\(of \d+\))?:(?P<value>.*)")
HEAD = """\
<!-- Fill in the points, and a comment where there is something to say; `autograder marks import` reads it back.
     A comment may go on over lines that begin with two blanks. `@name` alone in a line stands for that comment
     of the rubric. What is left empty is not marked. Leave the headings and the ref lines as they are. -->
"""


def write_markdown(entries: Iterable[Entry]) -> str:
    """The sheet, by question."""
    parts = [HEAD]
    questions: dict[str, list[Entry]] = {}
    for one in entries:
        questions.setdefault(one.exercise, []).append(one)
    for of_question in questions.values():
        parts.append(_question(of_question[0]))
        parts += map(_entry, of_question)
    return "\n".join(parts)


def read_markdown(text: str) -> Iterator[Line]:
    """What was filled in, section by section. What stands in a quotation is never read as a mark."""
    section: tuple[int, str, str] | None = None
    ref, name, fields = "", "", dict[str, str]()
    for number, line in enumerate(printable(text.removeprefix("\ufeff")).split("\n"), 1):
        if line.startswith("#"):
            if section:
                yield _filled(section, ref, fields)
            found = _SECTION.fullmatch(line)
            section = (number, found["student"], found["exercise"]) if found else None
            ref, name, fields = "", "", {}
        elif line.startswith(">") or section is None:
            name = ""
        elif match := _REF.match(line):
            ref = match[1]
        elif match := _FIELD.fullmatch(line):
            name = match["name"]
            fields[name] = match["value"].strip()
        elif name == "comment" and (line.startswith("  ") or not line.strip()):
            fields[name] += "\n" + line.strip()
        elif line.strip():
            name = ""
    if section:
        yield _filled(section, ref, fields)


def _question(one: Entry) -> str:
    lines = [f"# {_one_line(one.question)}", ""]
    lines += [f"* {c.id} ({c.points}): {_one_line(c.text)}" for c in one.rubric.criteria]
    lines += [f"* @{name}: {_one_line(text)}" for name, text in one.rubric.comments.items()]
    return "\n".join([*lines, ""])


def _entry(one: Entry) -> str:
    answer = printable(one.answer).split("\n")
    lines = [f"## {_one_line(one.student)} · `{one.exercise}`", f"<!-- ref: {one.ref} -->", ""]
    lines += [f"> {line}".rstrip() for line in answer]
    lines.append("")
    several = len(one.rubric.criteria) > 1
    if several:
        lines += [f"- {c.id} (of {c.points}): {one.criteria.get(c.id, '')}".rstrip() for c in one.rubric.criteria]
    else:
        lines.append(f"- points (of {one.possible}): {'' if one.points is None else one.points}".rstrip())
    lines.append(f"- comment: {printable(one.comment)}".rstrip().replace("\n", "\n  "))
    return "\n".join([*lines, ""])


def _filled(section: tuple[int, str, str], ref: str, fields: dict[str, str]) -> Line:
    number, student, exercise = section
    given = {name: value for name, value in fields.items() if name not in ("points", "comment")}
    comment = fields.get("comment", "").strip()
    return Line(f"line {number}", ref, student, exercise, fields.get("points", ""), given, comment)


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())

"""A sheet that came back, held against the gradebook: what is to be given, what cannot be, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from autograder.gradebook.marking import Clash, Given, Wish
from autograder.gradebook.records import MarkRecord
from autograder.marking.answers import Answer
from autograder.marking.sheet import Line
from autograder.rubric import Rubric

_REF = re.compile(r"(\d{1,12})-([0-9a-f]{12})-(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A line that cannot be taken as it is."""

    place: str
    who: str
    message: str


@dataclass(slots=True)
class FilledIn:
    """What a sheet comes to."""

    wishes: list[tuple[Line, Wish]] = field(default_factory=list)
    unchanged: int = 0
    empty: int = 0
    troubles: list[Trouble] = field(default_factory=list)  # to be mended in the sheet
    conflicts: list[Trouble] = field(default_factory=list)  # something changed since the export


class _WrongError(ValueError):
    """What is wrong with what was filled in."""


def ref_of(answer: Answer) -> str:
    """What a sheet says of an answer: whose attempt, which text, which mark was there."""
    return f"{answer.attempt}-{answer.digest}-{answer.given.id if answer.given else 0}"


def hold_against(
    lines: Iterable[Line],
    answers: Iterable[Answer],
    rubrics: Mapping[str, Rubric],
    students: Mapping[str, str],
    who: str,
) -> FilledIn:
    """Sort the lines. ``students``: every name and pseudonym that a sheet may use -> the student."""
    here = {(one.student, one.exercise): one for one in answers}
    owners = {one.attempt: one.student for one in here.values()}
    found = FilledIn()
    seen: dict[tuple[str, str], str] = {}
    for line in lines:
        if line.empty:
            found.empty += 1
            continue
        student = students.get(line.student)
        key = (student or "", line.exercise)
        if student is None:
            _trouble(found, line, "no student has this name or pseudonym")
        elif line.exercise not in rubrics:
            _trouble(found, line, f"no written exercise has the id {line.exercise!r}")
        elif key in seen:
            _trouble(found, line, f"this answer is in the sheet twice, first in {seen[key]}")
        elif key not in here:
            _conflict(found, line, "the present attempt has no answer to this question that waits for a mark")
        else:
            seen[key] = line.place
            _one(found, line, here[key], rubrics[line.exercise].fitting(here[key].possible), who, owners)
    return found


def clashed(clash: Clash) -> str:
    """A clash in words."""
    return _meanwhile(clash.now, clash.wish.mark)


def _one(found: FilledIn, line: Line, answer: Answer, rubric: Rubric, who: str, owners: Mapping[int, str]) -> None:
    ref = _REF.fullmatch(line.ref)
    if ref is None:
        _trouble(found, line, "its ref is missing or was changed: export the sheet again")
        return
    try:
        mark = _mark(line, answer, rubric, who)
    except _WrongError as error:
        _trouble(found, line, str(error))
        return
    now = answer.given
    seen = int(ref[3]) if int(ref[1]) == answer.attempt else 0
    if owners.get(int(ref[1]), answer.student) != answer.student:
        _trouble(found, line, "its ref is that of another student: lines were mixed up")
    elif now is not None and _equal(now.mark, mark):
        found.unchanged += 1
    elif ref[2] != answer.digest:
        _conflict(found, line, "the answer is another one than when the sheet was exported: read it again")
    elif seen != (now.id if now else 0):
        _conflict(found, line, _meanwhile(now, mark))
    else:
        found.wishes.append((line, Wish(answer.attempt, mark, now.id if now else 0)))


def _mark(line: Line, answer: Answer, rubric: Rubric, who: str) -> MarkRecord:
    criteria = _criteria(line, rubric)
    total = sum(criteria.values()) if criteria else None
    points = whole_points("points", line.points, answer.possible) if line.points else None
    if points is None and total is None:
        raise _WrongError("there is a comment, but no points")
    if total is not None and points not in (None, total):
        raise _WrongError(f"the criteria add up to {total} points, but points says {points}")
    return MarkRecord(
        exercise=answer.exercise,
        check=answer.check,
        points=points if total is None else total,
        who=who,
        comment=_comment(line.comment, rubric),
        criteria=criteria if len(rubric.criteria) > 1 else {},
    )


def _criteria(line: Line, rubric: Rubric) -> dict[str, int]:
    known = {criterion.id: criterion.points for criterion in rubric.criteria}
    for name in line.criteria:
        if name not in known:
            raise _WrongError(f"the rubric has no criterion {name!r}; it has {', '.join(known)}")
    filled = {name: value for name, value in line.criteria.items() if value}
    if not filled:
        return {}
    lacking = [name for name in known if name not in filled]
    if lacking:
        raise _WrongError(f"no points for {', '.join(lacking)}, while other criteria have some")
    return {name: whole_points(name, filled[name], most) for name, most in known.items()}


def whole_points(name: str, text: str, most: int) -> int:
    """Points from 0 to ``most`` as somebody typed them. Raises a ValueError whose text says what is wrong."""
    match = re.fullmatch(r"\s*(\d{1,6})(?:[.,]0{1,4})?\s*", text)
    if match is None:
        raise _WrongError(f"{name}: {text[:40]!r} is not a whole number of points")
    number = int(match[1])
    if number > most:
        raise _WrongError(f"{name}: {number} points, but it is worth {most}")
    return number


def _comment(text: str, rubric: Rubric) -> str:
    lines = []
    for line in text.strip().split("\n"):
        name = line.strip().removeprefix("@")
        if line.strip().startswith("@") and re.fullmatch(r"[\w-]+", name):
            if name not in rubric.comments:
                known = ", ".join(f"@{one}" for one in rubric.comments) or "none"
                raise _WrongError(f"the rubric has no comment @{name}; it has {known}")
            line = rubric.comments[name]
        lines.append(line)
    return "\n".join(lines)


def _equal(now: MarkRecord, mark: MarkRecord) -> bool:
    same = (now.points, now.comment) == (mark.points, mark.comment)
    return same and (not mark.criteria or dict(now.criteria) == dict(mark.criteria))


def _meanwhile(now: Given | None, mark: MarkRecord) -> str:
    sheet = f"the sheet says {mark.points}" + (f" ({mark.comment})" if mark.comment else "")
    if now is None:
        return f"the mark that was there is gone; {sheet}"
    there = now.mark
    said = "took the mark back" if there.points is None else f"gave {there.points}"
    when = there.at[:16].replace("T", " ")
    return f"{there.who} {said} on {when} UTC" + (f" ({there.comment})" if there.comment else "") + f"; {sheet}"


def _trouble(found: FilledIn, line: Line, message: str) -> None:
    found.troubles.append(Trouble(line.place, f"{line.student}, {line.exercise}", message))


def _conflict(found: FilledIn, line: Line, message: str) -> None:
    found.conflicts.append(Trouble(line.place, f"{line.student}, {line.exercise}", message))

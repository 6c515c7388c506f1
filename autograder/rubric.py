"""Rubrics: what a marker looks for in a written answer, with whole points, and comments that are used again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.errors import AssignmentError

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_TAKEN = ("points", "comment")  # lines of a sheet


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is looked for, worth whole points. ``id`` is a short word: ``graph``, ``sharing``."""

    id: str
    text: str
    points: int


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria of one written answer, in order, and the author's comments by a short name."""

    criteria: tuple[Criterion, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)

    @property
    def points(self) -> int:
        """What all criteria are worth together."""
        return sum(criterion.points for criterion in self.criteria)

    def fitting(self, possible: int) -> Rubric:
        """This rubric, or one criterion where the grade at hand is of a version that was worth other points."""
        if self.points == possible:
            return self
        return Rubric((Criterion("answer", "the whole answer", possible),), self.comments)


def make_rubric(
    exercise: str, points: int, given: str | Sequence[Criterion], comments: Mapping[str, str] | None = None
) -> Rubric:
    """A rubric for an exercise of that many points. A text is one criterion, ``answer``, worth all of them.

    Raises AssignmentError where names are no short words or are there twice, or the points do not add up.
    """
    if isinstance(given, str):
        given = (Criterion("answer", given, points),) if points else ()
    criteria = tuple(given)
    rubric = Rubric(criteria, dict(comments or {}))
    names = [criterion.id for criterion in criteria]
    for name in [*names, *rubric.comments]:
        if not _NAME.fullmatch(name) or name in _TAKEN:
            raise AssignmentError(f"{exercise}: {name!r} in its rubric is not a short word of small letters of its own")
    if len(set(names)) < len(names):
        raise AssignmentError(f"{exercise}: two criteria of its rubric have the same name: {', '.join(names)}")
    for criterion in criteria:
        if type(criterion.points) is not int or criterion.points < 1:
            raise AssignmentError(f"{exercise}: criterion {criterion.id} is worth {criterion.points} points")
    if rubric.points != points:
        raise AssignmentError(
            f"{exercise}: its criteria are worth {rubric.points} points together, the exercise {points}"
        )
    return rubric

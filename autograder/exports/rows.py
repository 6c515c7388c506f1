"""What every export starts from: one row a student, those who handed in nothing among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder import handback
from autograder.gradebook.records import AttemptRecord, Person
from autograder.gradebook.standing import standings
from autograder.gradebook.store import Gradebook
from autograder.intake.names import fold
from autograder.model import Finding, Grade
from autograder.visibility import for_student, sentences, withheld


@dataclass(frozen=True, slots=True)
class Row:
    """One student. ``grade`` is None for who is on the roster and handed in nothing.

    shown: what of it the student may see now; the strictest where None.
    """

    person: Person
    grade: Grade | None = None
    attempt: AttemptRecord | None = None
    shown: Grade | None = None

    @property
    def for_student(self) -> Grade | None:
        """The grade with what the student may see of it."""
        return self.shown if self.shown is not None or self.grade is None else for_student(self.grade)

    @property
    def score(self) -> int | None:
        """Points that count, with the bonus."""
        if self.grade is None:
            return None
        late = self.grade.late
        return self.grade.counted + (late.left(self.grade.bonus) if late is not None else self.grade.bonus)


def rows(book: Gradebook, assignment: str) -> Iterator[Row]:
    """Everybody with a grade, and everybody else who is active on the roster, by key; grades one at a time."""
    people = {person.key: person for person in book.people.roster()}
    back = handback.read(book, assignment)
    seen = set()
    for one in standings(book, assignment):
        seen.add(one.attempt.student)
        yield Row(people[one.attempt.student], one.grade, one.attempt, back.shown(one.grade))
    for person in people.values():
        if person.key not in seen and person.on_roster and person.active and not person.removed:
            yield Row(person)


@dataclass(frozen=True, slots=True)
class Index:
    """Students by every name under which another system may know them; a name of two of them finds nobody."""

    found: Mapping[str, Row]

    @classmethod
    def of(cls, known: Iterable[Row]) -> Index:
        """All names of all rows."""
        owners: dict[str, dict[str, Row]] = {}
        for row in known:
            person = row.person
            for name in (person.key, person.login, person.email, person.email.partition("@")[0], person.name):
                if fold(name):
                    owners.setdefault(fold(name), {})[person.key] = row
        return cls({name: next(iter(group.values())) for name, group in owners.items() if len(group) == 1})

    def find(self, names: Sequence[str]) -> Row | None:
        """The student whom the first telling name means."""
        for name in names:
            row = self.found.get(fold(name))
            if row is not None:
                return row
        return None


def findings(grade: Grade) -> list[tuple[str, Finding]]:
    """All findings, each with its exercise's title."""
    return [(exercise.title, finding) for exercise in grade.exercises for finding in exercise.checks]


def comment(grade: Grade) -> list[str]:
    """A few lines for a student: points by exercise. ``grade``: what the student may see of it."""
    visible, hidden = findings(grade), sentences(withheld(grade))
    lines = []
    if not hidden:
        total = f"{grade.points} of {grade.possible} points"
        lines.append(total + (f" and {grade.bonus} bonus" if grade.bonus else ""))
    if grade.late is not None:
        lines += grade.late.said(grade.points, grade.bonus, "points that are shown" if hidden else "points")
    for title in dict.fromkeys(title for title, _ in visible):
        mine = [finding for owner, finding in visible if owner == title and finding.points is not None]
        if mine and not all(finding.bonus for finding in mine):
            won = sum(finding.points or 0 for finding in mine if not finding.bonus)
            lines.append(f"{title}: {won} of {sum(finding.possible for finding in mine if not finding.bonus)}")
    lines += hidden
    if grade.pending:
        lines.append(f"{grade.pending} points are still to be given by hand")
    return lines


def number(value: float) -> str:
    """A number as every system reads it: ``8``, ``8.5``, ``8.33``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")

"""Written answers of a class with the marks that they have: what a sheet and the web app show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.gradebook.counting import counting
from autograder.gradebook.marking import Given, Marking
from autograder.gradebook.store import Gradebook
from autograder.model import Finding, Outcome
from autograder.output import Output
from autograder.pseudonyms import pseudonyms


@dataclass(frozen=True, slots=True)
class Answer:
    """One written answer of one student's present attempt. ``given``: the mark that counts, if there is one."""

    student: str
    attempt: int
    exercise: str
    check: str
    text: str
    possible: int
    given: Given | None

    @property
    def digest(self) -> str:
        """A short digest of the text."""
        return digest_of(self.text)


def digest_of(text: str) -> str:
    """Twelve digits that name an answer's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def text_of(finding: Finding) -> str:
    """The answer that a finding carries, as the student wrote it."""
    return next((str(one.data.get("markdown", "")) for one in finding.evidence if one.kind == "answer"), "")


def waits(finding: Finding) -> bool:
    """Whether a finding, as the program gave it, is an answer for a person to read."""
    return finding.kind == "written" and finding.outcome is Outcome.PENDING


def last_given(given: Iterable[Given]) -> dict[tuple[int, str, str], Given]:
    """The mark of each check that was given last, taken back or not."""
    return {one.key: one for one in given}


def answers(book: Gradebook, assignment: str) -> Iterator[Answer]:
    """All written answers that a person has to mark or has marked, by student, in the assignment's order."""
    given = last_given(Marking(book).given(assignment))
    for attempt in counting(book, assignment):
        found = book.grade(attempt.id)
        if found is None:
            continue
        for exercise in found[1].exercises:
            for finding in filter(waits, exercise.checks):
                mark = given.get((attempt.id, exercise.id, finding.id))
                text = text_of(finding)
                yield Answer(attempt.student, attempt.id, exercise.id, finding.id, text, finding.possible, mark)


def named(book: Gradebook, output: Output) -> dict[str, str]:
    """Student -> pseudonym, for everybody whom the gradebook knows."""
    secret = book.secret(adopt=output.secret)
    return pseudonyms(secret + output.assignment.encode(), book.people.known())

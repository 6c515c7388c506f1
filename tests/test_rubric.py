"""Rubrics are validated where they are written."""

from __future__ import annotations

import pytest

from autograder.errors import AssignmentError
from autograder.exercise import Exercise
from autograder.rubric import Criterion


def written(**fields: object) -> Exercise:
    return Exercise("answer", title="An answer", **{"written": True, "points": 3, **fields})  # type: ignore[arg-type]


def test_a_text_is_one_criterion_worth_everything() -> None:
    rubric = written(rubric="three steps").rubric

    assert rubric.criteria == (Criterion("answer", "three steps", 3),)


def test_criteria_and_comments_are_kept_in_order() -> None:
    criteria = (Criterion("b", "second letter", 1), Criterion("a", "first letter", 2))

    rubric = written(rubric=criteria, comments={"why": "Why?"}).rubric

    assert rubric.criteria == criteria
    assert rubric.points == 3
    assert rubric.comments == {"why": "Why?"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rubric": [Criterion("a", "", 1)]}, "worth 1 points together, the exercise 3"),
        ({"rubric": [Criterion("a", "", 2), Criterion("a", "", 1)]}, "the same name"),
        ({"rubric": [Criterion("a", "", 3), Criterion("b", "", 0)]}, "criterion b is worth 0 points"),
        ({"rubric": [Criterion("a", "", 1.5), Criterion("b", "", 1.5)]}, "criterion a is worth 1.5 points"),
        ({"rubric": [Criterion("Two words", "", 3)]}, "not a short word"),
        ({"rubric": [Criterion("points", "", 3)]}, "not a short word"),
        ({"comments": {"Ü": "text"}}, "not a short word"),
        ({"written": False, "rubric": "what"}, "only a written answer has a rubric"),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(AssignmentError, match=message):
        written(**fields)


def test_a_rubric_of_other_points_becomes_one_criterion() -> None:
    rubric = written(rubric=[Criterion("a", "", 1), Criterion("b", "", 2)], comments={"why": "Why?"}).rubric

    assert rubric.fitting(3) is rubric
    assert rubric.fitting(5).criteria == (Criterion("answer", "the whole answer", 5),)
    assert rubric.fitting(5).comments == rubric.comments

"""Pseudonyms stay the same, are never shared, and cannot be found out without the secret."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.pseudonyms import pseudonyms, scattered


@settings(max_examples=30)
@given(st.lists(st.text(max_size=8), unique=True, max_size=60), st.integers(0, 60))
def test_who_comes_later_changes_nobodys_name(students: list[str], cut: int) -> None:
    before = pseudonyms(b"secret", students[:cut])
    after = pseudonyms(b"secret", students)

    assert len(set(after.values())) == len(students)
    assert {student: after[student] for student in before} == before


def test_names_are_unique_in_a_large_class_and_others_with_another_secret() -> None:
    students = [f"student {number}" for number in range(3000)]

    one, other = pseudonyms(b"one", students), pseudonyms(b"other", students)

    assert len(set(one.values())) == 3000
    assert sum(one[student] == other[student] for student in students) < 30


def test_each_question_has_an_order_of_its_own() -> None:
    students = [f"student {number}" for number in range(50)]

    orders = [sorted(students, key=lambda s: scattered(b"secret", what, s)) for what in ("a", "b")]

    assert orders[0] != orders[1]
    assert students not in orders

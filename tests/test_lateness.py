"""What lateness costs: by the clock, by the policy, and said so that it can be redone on paper."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from handclass import a_grade
from hypothesis import given
from hypothesis import strategies as st
from made import submission

from autograder.gradebook import counting
from autograder.gradebook.records import ExtensionRecord, MarkRecord, Received
from autograder.gradebook.standing import standings
from autograder.gradebook.store import Gradebook
from autograder.lateness import DAY, Late, Policy, duration, late
from autograder.model import Grade
from autograder.reporting import html

DUE = datetime(2026, 5, 1, 23, 59, tzinfo=timezone(timedelta(hours=2)))
TIERS = Policy(grace=3600, per_day=10, most=50, until=7)

policies = st.builds(
    Policy,
    grace=st.integers(0, 3 * DAY),
    per_day=st.integers(0, 100),
    most=st.integers(0, 100),
    until=st.none() | st.integers(0, 30),
)
seconds = st.integers(-30 * DAY, 90 * DAY)


def after(policy: Policy, **passed: float) -> Late | None:
    return late(policy, due=DUE, at=DUE + timedelta(**passed))


def said(found: Late | None, points: int = 91, bonus: int = 0) -> str:
    assert found is not None
    return " / ".join(found.said(points, bonus))


# --- the arithmetic in words --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (
            {"days": 1, "hours": 3},
            "handed in 1 day 3 h late, 1 h of grace: 2 started days at 10 % = 20 % of 91 points: −18; counts 73",
        ),
        ({"minutes": 15}, "handed in 15 min late, within 1 h of grace: nothing is taken"),
        (
            {"days": 6},
            "handed in 6 days late, 1 h of grace: 6 started days at 10 % = 60 %, at most 50 % of 91 points: "
            "−45; counts 46",
        ),
        (
            {"days": 8, "minutes": 1},
            "handed in 8 days late, 1 h of grace: 8 started days, and nothing counts after 7 days: 100 % of 91 points: "
            "−91; counts 0",
        ),
    ],
)
def test_the_arithmetic_is_said(passed: dict[str, float], words: str) -> None:
    assert said(after(TIERS, **passed)) == words


def test_a_bonus_is_taken_from_in_the_same_way() -> None:
    assert said(after(TIERS, hours=2), 50, 11).endswith(
        "10 % of 50 points: −5; counts 45, of 11 bonus points: −1; counts 10"
    )


def test_without_points_there_is_no_sum() -> None:
    assert said(after(TIERS, hours=2), 0) == "handed in 2 h late, 1 h of grace: 1 started day at 10 % = 10 %"


def test_in_time_there_is_nothing_to_say() -> None:
    assert after(TIERS, seconds=0) is None
    assert late(TIERS, due=None, at=DUE) is None
    assert late(TIERS, due=DUE) is None


def test_an_extension_moves_the_due_date_of_one_student() -> None:
    more = DUE + timedelta(days=2)
    at = DUE + timedelta(days=1)

    inside = late(TIERS, due=DUE, more=more, at=at)
    beyond = late(TIERS, due=DUE, more=more, at=more + timedelta(hours=2))

    assert said(inside) == (
        "handed in 1 day after the due date, with more time until 2026-05-03 23:59 +02:00: nothing is taken"
    )
    assert beyond is not None
    assert beyond.percent == 10
    assert late(TIERS, due=DUE, more=DUE - timedelta(days=2), at=at) == late(TIERS, due=DUE, at=at)


def test_what_only_the_platform_says_counts_as_far_as_it_goes() -> None:
    by_seconds = late(TIERS, due=None, seconds=2 * DAY, flagged=True)
    flagged = late(TIERS, due=DUE, flagged=True)

    assert by_seconds is not None
    assert by_seconds.percent == 20
    assert said(flagged) == "late, as the platform says, but not by how much: nothing is taken"


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3661, "1 h 1 min"), (DAY + 61, "1 day"), (2 * DAY + 3600, "2 days 1 h")],
)
def test_durations_in_words(number: int, words: str) -> None:
    assert duration(number) == words


# --- what holds for every policy ----------------------------------------------------------------


@given(policies, seconds, seconds, st.integers(0, 200))
def test_later_never_counts_more(policy: Policy, one: int, other: int, points: int) -> None:
    early, tardy = sorted((one, other))
    first, second = after(policy, seconds=early), after(policy, seconds=tardy)
    assert (first.left(points) if first else points) >= (second.left(points) if second else points)


@given(policies, seconds, st.integers(0, 200))
def test_what_counts_is_never_negative_and_never_more_than_was_won(policy: Policy, passed: int, points: int) -> None:
    found = after(policy, seconds=passed)
    assert 0 <= (found.left(points) if found else points) <= points


@given(policies, st.data())
def test_within_the_grace_nothing_is_taken(policy: Policy, data: st.DataObject) -> None:
    found = after(policy, seconds=data.draw(st.integers(0, policy.grace)))
    assert found is None or found.percent == 0


@given(policies, seconds, st.integers(-12, 14), st.integers(-12, 14))
def test_the_time_zone_in_which_a_time_is_written_changes_nothing(
    policy: Policy, passed: int, here: int, there: int
) -> None:
    at = DUE + timedelta(seconds=passed)
    moved = late(
        policy,
        due=DUE.astimezone(timezone(timedelta(hours=here))),
        at=at.astimezone(timezone(timedelta(hours=there))),
    )
    assert moved == late(policy, due=DUE, at=at)


@given(policies, seconds, st.integers(0, 60))
def test_more_time_never_counts_less(policy: Policy, passed: int, days: int) -> None:
    at = DUE + timedelta(seconds=passed)
    plain = late(policy, due=DUE, at=at)
    given_more = late(policy, due=DUE, more=DUE + timedelta(days=days), at=at)
    assert (given_more.percent if given_more else 0) <= (plain.percent if plain else 0)


@given(policies, st.integers(1, 90 * DAY), st.integers(0, 200))
def test_a_grade_with_lateness_comes_back_from_its_json(policy: Policy, passed: int, points: int) -> None:
    grade = dataclasses.replace(a_grade("ada", {}), late=after(policy, seconds=passed))
    data = grade.to_json()
    assert Grade.from_json(data) == grade
    assert data["points"] == grade.points
    assert data["counted"] == grade.counted <= grade.points


def test_a_policy_comes_back_from_its_json_and_a_later_field_is_passed_over() -> None:
    assert Policy.from_json({**TIERS.to_json(), "of a later version": 1}) == TIERS
    assert Policy.from_json(None) == Policy()


# --- in the gradebook ---------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> Gradebook:
    opened = Gradebook.open(tmp_path / "gradebook.db")
    opened.assignment("rnn", title="Networks", digest="sha256:a")
    opened.set("release rnn", {"due": DUE.isoformat()})
    return opened


def hand_in(book: Gradebook, student: str, days: float, *, right: bool = True) -> int:
    """An attempt with 4 points of 7 where it is right, none else, so many days after the due date."""
    work = submission(student, lstm=f"x = {days}")
    at = (DUE + timedelta(days=days)).astimezone(UTC).isoformat()
    attempt = book.receive("rnn", work, {"lstm.py": b"x"}, Received(at))
    grade = a_grade(student, {}, work.digest)
    if not right:
        code = grade.exercises[0]
        lost = dataclasses.replace(code, checks=tuple(dataclasses.replace(f, points=0) for f in code.checks))
        grade = dataclasses.replace(grade, exercises=(lost, *grade.exercises[1:]))
    book.add_grade(attempt.id, grade, transcript=None)
    return attempt.id


def stand(book: Gradebook) -> dict[str, tuple[int, int, int]]:
    """Student -> attempt, points, points that count."""
    return {s.attempt.student: (s.attempt.id, s.grade.points, s.grade.counted) for s in standings(book, "rnn")}


def test_lateness_is_in_the_standing_and_follows_policy_and_extensions(book: Gradebook) -> None:
    attempt = hand_in(book, "ada", 2)
    before = stand(book)
    counting.store(book, "rnn", Policy(per_day=25))
    taken = stand(book)
    book.people.extend("rnn", ExtensionRecord("ada", (DUE + timedelta(days=3)).isoformat(), "dr. wu", "ill"))

    assert before == {"ada": (attempt, 4, 4)}
    assert taken == {"ada": (attempt, 4, 2)}
    assert stand(book) == {"ada": (attempt, 4, 4)}


def test_the_best_attempt_is_the_one_that_counts_most_after_lateness(book: Gradebook) -> None:
    early = hand_in(book, "ada", -1)
    hand_in(book, "ada", 3)
    hand_in(book, "bo", -2)
    worse = hand_in(book, "bo", -1, right=False)
    last = {one.student: one.id for one in counting.counting(book, "rnn")}

    counting.store(book, "rnn", Policy(per_day=25, attempts="best"))

    best = {one.student: one.id for one in counting.counting(book, "rnn")}
    assert last["bo"] == worse
    assert best["bo"] != worse
    assert best["ada"] == early


def test_of_equally_good_attempts_the_last_counts_and_marks_by_hand_change_nothing(book: Gradebook) -> None:
    first, second = hand_in(book, "ada", -2), hand_in(book, "ada", -1)
    counting.store(book, "rnn", Policy(attempts="best"))
    book.people.mark(first, MarkRecord("lstm_cell", "gradients", 3, "dr. wu"))
    assert stand(book)["ada"][0] == second


def test_the_report_shows_the_arithmetic_and_an_export_counts_it(book: Gradebook) -> None:
    counting.store(book, "rnn", Policy(per_day=25))
    hand_in(book, "ada", 0.5)
    grade = next(iter(standings(book, "rnn"))).grade

    page = html.student_page(grade)

    assert "Of these points 3 count." in page
    assert "Handed in 12 h late: 1 started day at 25 % = 25 % of 4 points: −1; counts 3." in page

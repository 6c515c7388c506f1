"""What the class page says of the exercises, of mistakes and of attempts."""

from __future__ import annotations

import datetime
import math
import statistics
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import submission

from autograder.gradebook.history import Tried, tried
from autograder.gradebook.records import Received
from autograder.gradebook.store import Gradebook
from autograder.instructor import class_files
from autograder.model import ExerciseGrade, Finding, Grade, MistakeName, Outcome
from autograder.output import Output
from autograder.reporting import attempts, html
from autograder.reporting.classpage import ClassSummary
from autograder.reporting.insight import FEW, Insight, Item, Pair, duration, signed, verdict

WORST, BEST = "look at the task's text and its checks first", "in order"


def finding(id: str, won: int, possible: int = 10, *, seconds: float = 0.0, message: str = "") -> Finding:
    outcome = Outcome.PASSED if won == possible else Outcome.FAILED
    return Finding(id, f"claim of {id}", outcome, won, possible, seconds=seconds, message=message)


def grade(student: str, *won: int, seconds: float = 0.0) -> Grade:
    exercises = tuple(
        ExerciseGrade(f"e{n}", f"Exercise {n}", (finding("c", points, seconds=seconds, message="wrong"),))
        for n, points in enumerate(won, 1)
    )
    return Grade("rnn", student, "sha256:0", "2026-01-01T00:00:00+00:00", "full", exercises)


def insight_of(*rows: tuple[int, ...]) -> list[dict[str, object]]:
    insight = Insight()
    for number, row in enumerate(rows):
        insight.add(grade(f"s{number}", *row))
    return insight.view(lambda student: {"name": student, "href": ""})


# --- item analysis ------------------------------------------------------------------------------

pairs = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=60)


@given(pairs)
def test_a_correlation_from_sums_is_the_one_from_all_numbers(numbers: list[tuple[int, int]]) -> None:
    pair = Pair()
    for x, y in numbers:
        pair.add(x / 20, y / 20)
    xs, ys = [x / 20 for x, _ in numbers], [y / 20 for _, y in numbers]
    if len(numbers) < 3 or len(set(xs)) < 2 or len(set(ys)) < 2:
        assert pair.correlation is None
    else:
        assert pair.correlation is not None
        assert math.isclose(pair.correlation, statistics.correlation(xs, ys), abs_tol=1e-6)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=30))
def test_an_exercises_share_is_that_of_the_class_and_the_rest_is_without_it(rows: list[tuple[int, int, int]]) -> None:
    insight = Insight()
    for number, row in enumerate(rows):
        insight.add(grade(f"s{number}", *row))
    begun = [row for row in rows if any(row)]
    for index, item in enumerate(insight.items.values()):
        assert item.difficulty is not None
        assert math.isclose(item.difficulty, sum(row[index] for row in rows) / (10 * len(rows)), abs_tol=1e-9)
        assert item.rest.n == len(begun)
        assert math.isclose(item.rest.y, sum(sum(row) - row[index] for row in begun) / 20, abs_tol=1e-9)


def test_what_goes_the_other_way_round_is_pointed_at() -> None:
    first, second, _, third = insight_of(*((n, n, n, 10 - n) for n in range(FEW + 1)))
    assert first["says"] == BEST
    assert WORST in str(third["says"])
    assert str(third["together"]).startswith("−")
    assert second["share"] == "50 %"


@pytest.mark.parametrize(
    ("won", "said"),
    [
        ([1] * 19 + [2], "nearly nobody"),
        ([10] * 19 + [9], "nearly everybody"),
        ([5] * 20, "everybody has the same share"),
    ],
)
def test_what_is_too_hard_too_easy_or_alike_is_said(won: list[int], said: str) -> None:
    first, _ = insight_of(*((points, n % 11) for n, points in enumerate(won)))
    assert said in str(first["says"])


def test_a_small_class_is_told_that_it_is_too_small() -> None:
    first, _ = insight_of(*((n, n) for n in range(FEW - 1)))
    assert "too few students" in str(first["says"])
    assert first["together"] == ""


def test_what_waits_for_a_person_has_no_numbers() -> None:
    insight = Insight()
    pending = Finding("answer", "why", Outcome.PENDING, None, 5, "written")
    insight.add(Grade("rnn", "ada", "s", "", "full", (ExerciseGrade("w", "Why", (pending,)),)))
    (row,) = insight.view(lambda student: {"name": student, "href": ""})
    assert (row["share"], row["together"], row["says"]) == ("", "", "to be marked by hand")


def test_computing_time_is_the_mean_and_the_longest_with_its_student() -> None:
    insight = Insight()
    insight.add(grade("ada", 10, 10, seconds=1.0))
    insight.add(grade("ben", 10, 10, seconds=5.0))
    insight.add(grade("cleo", 10, 10, seconds=float("nan")))
    row = insight.view(lambda student: {"name": student, "href": ""})[0]
    assert (row["mean"], row["longest"], row["slowest"]) == ("3.0 s", "5.0 s", {"name": "ben", "href": ""})


def test_numbers_are_written_as_a_reader_expects() -> None:
    assert [signed(v) for v in (None, 0.0, -0.004, 0.456, -0.1, 1.0)] == ["", "0.00", "0.00", "0.46", "−0.10", "1.00"]
    assert [duration(v) for v in (0.001, 0.04, 3.21, 140.4)] == ["< 0.01 s", "0.04 s", "3.2 s", "140 s"]
    assert verdict(Item("nothing yet")) == "to be marked by hand"


def test_nothing_is_kept_of_a_student_but_sums() -> None:
    insight = Insight()
    for number in range(300):
        insight.add(grade(f"student {number}", 5, number % 11, seconds=1 + number / 1000))
    assert len(insight.items) == 2
    assert len(insight.checks) == 2
    assert "student 299" in repr(insight.items)
    assert "student 5'" not in repr(insight.items)


# --- mistakes -----------------------------------------------------------------------------------


def test_a_mistake_names_everybody_and_the_report_where_it_stands_most_alone() -> None:
    summary = ClassSummary()
    for number in range(8):
        wrong = Finding("c", "it is right", Outcome.FAILED, 0, 10, mistake=MistakeName("m", "no tanh"))
        other = finding("d", number if number < 7 else 0, 10, message="else")
        exercises = (ExerciseGrade("e0", "Zero", ()), ExerciseGrade("e1", "One", (wrong, other)))
        summary.add(Grade("rnn", f"s{number}", "", "", "full", exercises))
    links = {f"s{n}": f"s{n}/report.html" for n in range(8)}
    first = summary.view(missing=(), unattributed=(), links=links)["failures"][0]
    assert first["title"] == "no tanh"
    assert [s["name"] for s in first["students"] + first["others"]] == [f"s{n}" for n in range(8)]
    assert first["example"] == {"name": "s6", "href": "./s6/report.html#e2"}


# --- attempts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class HandIn:
    student: str
    number: int
    at: str
    points: int
    possible: int = 10


def test_attempts_say_what_handing_in_again_brought() -> None:
    view = attempts.view(
        [
            HandIn("ada", 1, "2026-05-01T08:00:00+00:00", 4),
            HandIn("ada", 2, "2026-05-03T08:00:00+00:00", 8),
            HandIn("ben", 1, "2026-05-01T09:00:00+00:00", 6),
            HandIn("cleo", 2, "nonsense", 5),
            HandIn("cleo", 1, "", 5),
        ]
    )
    assert view is not None
    assert view["total"] == "5 hand-ins of 3 students"
    assert "1 gained points, 0 lost some, 1 stayed where they were: +20 percentage points" in view["again"]
    assert [(r["number"], r["students"], r["share"]) for r in view["rows"]] == [("1", 3, "50 %"), ("2", 2, "65 %")]
    assert [(b["span"], b["number"]) for b in view["days"]["bars"]] == [
        ("1 May 2026", 2),
        ("2 May 2026", 0),
        ("3 May 2026", 1),
    ]


def test_where_everybody_handed_in_once_on_one_day_nothing_is_said() -> None:
    assert attempts.view([HandIn(name, 1, "2026-05-01T08:00:00+00:00", 4) for name in "abc"]) is None
    assert attempts.view([]) is None


@given(st.dictionaries(st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1)), st.integers(1, 50), min_size=1))
def test_every_hand_in_is_in_one_bar_inside_of_the_picture(days: dict[datetime.date, int]) -> None:
    drawn = attempts.bars(days)
    assert len(drawn["bars"]) <= attempts.MOST_BARS
    assert sum(bar["number"] for bar in drawn["bars"]) == sum(days.values())
    for bar in drawn["bars"]:
        assert 0 <= bar["x"] <= bar["x"] + bar["width"] <= drawn["width"]
        assert 0 <= bar["y"] <= drawn["base"]


def test_the_class_page_tells_of_attempts_from_the_gradebook(tmp_path: Path) -> None:
    output = Output.open(tmp_path / "out", "rnn")
    with Gradebook.open(output.gradebook) as book:
        book.assignment("rnn")
        for day, (student, points) in enumerate([("ada", 3), ("ada", 9), ("ben", 5)], 1):
            received = Received(f"2026-05-0{day}T08:00:00+00:00")
            attempt = book.receive("rnn", submission(student, x=f"x = {day}"), {}, received)
            withdrawn = book.add_grade(attempt.id, grade(student, 1), transcript=None)
            book.add_grade(attempt.id, grade(student, points), transcript=None)
            last = book.add_grade(attempt.id, grade(student, 0), transcript=None)
            book.withdraw([last], "a test")
            assert withdrawn < last
        assert tried(book, "rnn") == [
            Tried("ada", 1, "2026-05-01T08:00:00+00:00", 3, 10),
            Tried("ada", 2, "2026-05-02T08:00:00+00:00", 9, 10),
            Tried("ben", 1, "2026-05-03T08:00:00+00:00", 5, 10),
        ]
        class_files(book, output)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "3 hand-ins of 2 students." in page
    assert "Hand-ins by day: 1 May 2026: 1, 2 May 2026: 1, 3 May 2026: 1" in page
    assert "too few students to say more" in page


def test_the_attempts_of_who_was_removed_are_left_out(tmp_path: Path) -> None:
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.assignment("rnn")
        for student in ("ada", "ben"):
            attempt = book.receive("rnn", submission(student, x="x = 1"), {})
            book.add_grade(attempt.id, grade(student, 5), transcript=None)
        book.people.remove("ben")

        assert [one.student for one in tried(book, "rnn")] == ["ada"]


def test_a_page_without_attempts_has_no_section_for_them(tmp_path: Path) -> None:
    html.write_class([grade("ada", 3, 4)], tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "attempts-title" not in page
    assert "items-title" in page

"""The student's report: what it says first, what it leaves out, and that nothing of it becomes markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting_samples import samples

from autograder.model import Evidence, ExerciseGrade, Finding, Grade, Outcome, Problem
from autograder.reporting import evidence, html
from autograder.reporting.views import WORDS, percent, student_view
from autograder.visibility import Release


class Page(HTMLParser):
    """The elements of a page and its visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside.append("/" + tag)

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] not in ("style", "script"):
            self.text += data


def small(*findings: Finding, **fields: object) -> Grade:
    """A grade of one exercise."""
    exercise = ExerciseGrade("lstm_cell", "LSTM cell", findings)
    defaults = {"assignment": "rnn", "student": "ada", "submission": "sha256:0", "graded_at": "", "isolation": "full"}
    return Grade(exercises=(exercise,), **{**defaults, **fields})  # type: ignore[arg-type]


def test_every_outcome_has_a_word_and_the_sample_shows_them_all():
    text = Page(html.student_page(samples.ada())).text
    assert set(WORDS) == set(Outcome)
    assert all(word in text for word in WORDS.values())


def test_the_sample_shows_every_kind_of_evidence():
    kinds = {e.kind for exercise in samples.ada().exercises for f in exercise.checks for e in f.evidence}
    assert kinds == {"shapes", "parameters", "errors", "curves", "traceback", "answer", "output", "table"}


def test_advice_says_where_how_far_and_what_to_try():
    first = next(item for item in student_view(samples.ada())["next"] if item["where"] == "LSTM cell")
    assert first["text"].startswith("h: 21 of 21 values differ")
    assert first["mistake"] == "no tanh on the cell state"
    assert "what do you multiply o with" in first["hint"].lower()
    assert first["worth"].startswith("up to 8 points")


def test_what_went_wrong_comes_in_the_handouts_order_before_what_is_not_begun():
    one = Finding("a", "c", Outcome.FAILED, 0, 1, message="a differs")
    dear = Finding("b", "d", Outcome.CRASHED, 0, 9, message="ValueError")
    empty = Finding("c", "e", Outcome.UNATTEMPTED, 0, 20, message="`f` is not defined")
    exercises = tuple(
        ExerciseGrade(f"e{n}", f"E{n}", (finding,)) for n, finding in enumerate([empty, one, empty, dear])
    )
    items = student_view(replace(small(), exercises=exercises))["next"]
    assert [item["where"] for item in items] == ["E1", "E3", "E0"]


def test_points_that_wait_for_a_stub_make_that_stub_more_valuable():
    wrong = (Outcome.FAILED, Outcome.CRASHED)
    grade = samples.changed(lambda _, finding: samples.passed(finding) if finding.outcome in wrong else finding)
    items = student_view(grade)["next"]
    waiting = next(item for item in items if item["where"] == "Comparing architectures")
    assert "4 more in exercises that wait for it" in waiting["worth"]


def test_advice_links_to_something_that_is_on_the_page():
    page = Page(html.student_page(samples.ada()))
    ids = {attributes.get("id") for _, attributes in page.tags}
    links = [a["href"] for tag, a in page.tags if tag == "a"]
    assert links
    assert [link for link in links if (link or "#")[1:] not in ids] == []


def test_a_file_that_cannot_be_read_comes_first_and_alone():
    view = student_view(samples.broken())
    assert view["problems"][0]["fatal"]
    assert view["next"] == []
    assert all(len(e["loud"]) == 1 for e in view["exercises"])  # said once an exercise, not once a check


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("is not UTF-8 text: byte 0xfc", "`a'b.py` is not UTF-8 text: byte 0xfc"),
        ("syntax error: invalid syntax", "`a'b.py`: syntax error: invalid syntax"),
    ],
)
def test_a_problem_with_a_file_says_which_in_its_title(message: str, title: str):
    view = student_view(small(problems=(Problem("a`b.py", message, line=3),)))["problems"][0]
    assert (view["title"], view["line"]) == (title, "line 3")


def test_findings_in_the_same_words_become_one_with_the_sum_of_their_points():
    grade = small(*(Finding(c, f"claim {c}", Outcome.CRASHED, 0, 2, message="LSTMCell is not defined") for c in "abc"))
    (merged,) = student_view(grade)["exercises"][0]["loud"]
    assert merged["points"] == "0 of 6"
    assert [also["claim"] for also in merged["also"]] == ["claim b", "claim c"]


def test_who_has_not_begun_is_told_to_begin_at_the_beginning():
    view = student_view(samples.untouched())
    assert [item["where"] for item in view["next"]] == ["Vanilla RNN", "LSTM cell", "LSTM over a sequence"]
    assert "Nothing is started yet" in view["verdict"]


def test_a_void_check_is_our_fault_and_costs_nothing():
    grade = small(
        Finding("forward", "c", Outcome.VOID, None, 4, message="the reference broke"),
        Finding("shapes", "d", Outcome.PASSED, 2, 2),
    )
    view, text = student_view(grade), Page(html.student_page(grade)).text
    assert (view["points"], view["possible"], view["pending"]) == (2, 2, "")
    assert view["next"] == []
    assert "our fault" in text
    assert "no points lost" in text
    assert "You lose no points" in text


@pytest.mark.parametrize("waits_for", ["forward", "lstm_cell.forward"])
def test_a_waiting_check_links_to_the_check_that_it_waits_for(waits_for: str):
    grade = small(
        Finding("forward", "one step computes h", Outcome.FAILED, 0, 4, message="h differs"),
        Finding("gradients", "gradients reach x", Outcome.SKIPPED, 0, 3, waits_for=waits_for),
    )
    (skipped,) = student_view(grade)["exercises"][0]["skipped"]
    assert (skipped["waits"], skipped["waits_link"]) == ("one step computes h", "e1-c1")
    assert student_view(grade)["next"][0]["worth"] == "up to 7 points"


def test_a_written_answer_is_shown_and_waits_without_counting():
    answer = Evidence("answer", {"markdown": "weights are **shared**"})
    grade = small(Finding("answer", "why", Outcome.PENDING, None, 3, kind="written", evidence=(answer,)))
    view = student_view(grade)
    assert (view["points"], view["possible"], view["pending"]) == (0, 0, "3 points")
    assert "weights are **shared**" in Page(html.student_page(grade)).text


def test_checks_that_are_not_revealed_yet_show_neither_words_nor_points():
    shown = Finding("a", "shown claim", Outcome.PASSED, 2, 2)
    hidden = Finding("b", "secret claim", Outcome.FAILED, 0, 5, message="secret message", visibility="after_due_date")
    grade = small(shown, hidden)
    early, late = student_view(grade), student_view(grade, Release(due=datetime(2026, 1, 1, tzinfo=UTC)))
    assert (early["points"], early["possible"]) == (2, 2)
    assert (late["points"], late["possible"]) == (2, 7)
    assert "secret" not in html.student_page(grade)
    assert early["withheld"] == "1 check is shown after the due date"


def test_a_bonus_that_was_not_reached_is_no_failure():
    grade = small(Finding("a", "c", Outcome.PASSED, 2, 2), Finding("b", "d", Outcome.FAILED, 0, 2, bonus=True))
    view = student_view(grade)
    assert [c["word"] for c in view["counts"]] == ["passed"]
    assert view["next"] == []
    assert view["verdict"] == "The one check shown here passed."
    assert view["exercises"][0]["loud"][0]["word"] == "no bonus"


def test_backticks_become_code_and_an_odd_one_stays():
    finding = Finding("a", "c", Outcome.FAILED, 0, 1, message="`W_hh.weight` changes nothing", hint="a ` alone <b>")
    page = html.student_page(small(finding))
    assert "<code>W_hh.weight</code> changes nothing" in page
    assert "a ` alone &lt;b&gt;" in page


def test_notes_of_passed_checks_are_in_sight_not_folded():
    grade = small(Finding("a", "c", Outcome.PASSED, 2, 2, notes=("the gates come in another order; accepted",)))
    assert student_view(grade)["exercises"][0]["notes"] == ["the gates come in another order; accepted"]


def test_only_full_marks_are_called_100_percent():
    assert percent(9999, 10_000) == "99.9"
    assert percent(97, 97) == "100"
    assert percent(0, 0) == ""


@pytest.mark.parametrize("grade", [samples.hostile(), samples.ada()], ids=["hostile", "ada"])
def test_a_page_holds_no_script_no_handler_no_inline_style_and_no_address(grade: Grade):
    page = Page(html.student_page(grade))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "iframe", "object", "link", "form", "base", "embed"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")], tag
        assert (attributes.get("href") or "#").startswith("#")


def test_hostile_text_stays_text():
    page = html.student_page(samples.hostile())
    assert "<script" not in page
    assert "<img" not in page
    assert "{{ 7 * 7 }}" in page  # a template in a name is not evaluated
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", page)


def test_a_report_of_endless_texts_stays_small():
    long = "x" * 200_000
    finding = Finding("a", long, Outcome.CRASHED, 0, 1, message=long, hint=long, notes=(long,) * 50)
    frames = [{"file": long, "line": 1, "function": long, "code": long}] * 500
    pieces = (Evidence("traceback", {"exception": long, "frames": frames}), Evidence("output", {"text": long})) * 10
    grade = small(replace(finding, evidence=pieces), output=long, notes=(long,) * 50, files=(long,) * 500)
    assert len(html.student_page(grade)) < 250_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["rows", "columns", "values", "tolerance", "title", "series", "band", "total", "frames", "exception", "text"]
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(evidence._BUILDERS)), st.dictionaries(FIELDS, JSON, max_size=6))
def test_evidence_of_any_form_never_breaks_a_page(kind: str, data: dict[str, object]):
    page = html.student_page(small(Finding("a", "c", Outcome.FAILED, 0, 1, evidence=(Evidence(kind, data),))))
    assert page.endswith("</html>\n") or page.rstrip().endswith("</html>")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.floats(), min_size=1, max_size=30), min_size=1, max_size=30), st.floats())
def test_any_errors_can_be_drawn(values: list[list[float]], tolerance: float):
    (view,) = evidence.views([Evidence("errors", {"values": values, "tolerance": tolerance})])
    assert {cell["level"] for cell in view["cells"]} <= {0, 1, 2, 3, 4, 5, 6, "nan"}


def test_a_picture_says_in_words_where_the_error_is():
    data = {"rows": "row", "columns": "unit", "values": [[0.0, 0.1], [0.0, 0.3]], "tolerance": 1e-9}
    (view,) = evidence.views([Evidence("errors", data)])
    assert view["where"] == "Only at unit 1."
    assert "2 of 4 cells differ; the largest difference is 0.3" in view["label"]
    assert [cell["level"] for cell in view["cells"]] == [0, 1, 0, 6]


def test_a_student_gets_three_files_and_no_left_over(tmp_path: Path):
    html.write_student(samples.ada(), tmp_path / "ada")
    html.write_student(samples.ada(), tmp_path / "ada")
    assert sorted(p.name for p in (tmp_path / "ada").iterdir()) == ["grade.json", "report.html", "results.json"]
    stored = json.loads((tmp_path / "ada" / "grade.json").read_text(encoding="utf-8"))
    assert Grade.from_json(stored) == samples.ada()

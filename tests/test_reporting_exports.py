"""What other programs read: Gradescope's results.json, grades.csv, grades.jsonl; and the class page."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reporting_samples import samples

from autograder.model import ExerciseGrade, Finding, Grade, Outcome
from autograder.reporting import html
from autograder.reporting.gradescope import results

EVERYONE = [samples.ada(), samples.perfect(), samples.untouched(), samples.broken(), samples.hostile()]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class folder, written from an iterator that can be read once."""
    folder = tmp_path_factory.mktemp("graded")
    html.write_class(
        iter(EVERYONE),
        folder,
        missing=["Theo Marsh"],
        unattributed=["<b>stray</b>.zip"],
        links={"Ada Osei": "ada osei/report.html", EVERYONE[4].student: "javascript:alert(1)"},
    )
    return folder


@pytest.mark.parametrize("grade", EVERYONE, ids=lambda g: g.student[:8])
def test_results_are_valid_for_gradescope(grade: Grade):
    document: dict[str, Any] = json.loads(json.dumps(results(grade), allow_nan=False))
    assert document["score"] == grade.points + grade.bonus
    assert isinstance(document["execution_time"], int | float)
    assert document["output_format"] in ("text", "html", "simple_format", "md", "ansi")
    for test in document["tests"]:
        assert re.fullmatch(r"\d+\.\d+", test["number"])
        assert isinstance(test["name"], str)
        assert isinstance(test["output"], str)
        assert "\r" not in test["output"]
        assert test["visibility"] in ("visible", "after_due_date", "after_published", "hidden")
        assert ("score" in test) == ("max_score" in test) == ("status" in test)
        assert test.get("status", "passed") in ("passed", "failed")
    assert sum(test.get("score", 0) for test in document["tests"]) == document["score"]


def test_gradescope_is_told_why_a_test_has_no_score_and_that_void_costs_nothing():
    tests = results(samples.ada())["tests"]
    written = [t for t in tests if "pending" in t["tags"]]
    void = [t for t in tests if "void" in t["tags"]]
    assert all("score" not in t and "To be marked by hand" in t["output"] for t in written)
    assert all("score" not in t and "No points are lost" in t["output"] for t in void)
    assert (len(written), len(void)) == (2, 1)


def test_a_bonus_is_extra_credit():
    finding = Finding("better", "beats the baseline", Outcome.PASSED, 2, 2, bonus=True)
    grade = replace(samples.perfect(), exercises=(ExerciseGrade("e", "E", (finding,)),))
    document = results(grade)
    assert document["score"] == 2
    assert document["tests"][0]["max_score"] == 0
    assert document["tests"][0]["name"].startswith("Bonus: ")


def test_a_visibility_that_gradescope_does_not_know_is_hidden():
    finding = Finding("a", "c", Outcome.PASSED, 2, 2, visibility="someday")
    grade = replace(samples.perfect(), exercises=(ExerciseGrade("e", "E", (finding,)),))
    assert results(grade)["tests"][0]["visibility"] == "hidden"


def test_the_table_has_the_documented_columns_and_no_formula(out: Path):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:5] == ["student", "submission", "points", "possible", "percent"]
    assert rows[0][5:] == [*(e.id for e in samples.ada().exercises), "late_percent", "counted"]
    assert len(rows) == 1 + len(EVERYONE)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [text for row in rows for text in row if text[:1] in ("=", "+", "-", "@", "\t", "\r")]
    ada = dict(zip(rows[0], next(row for row in rows if row[0] == "Ada Osei"), strict=True))
    assert (ada["points"], ada["possible"], ada["percent"]) == ("47", "95", "49.5")
    assert (ada["lstm_cell"], ada["written_rnn"]) == ("3", "")


def test_each_line_is_one_grade(out: Path):
    lines = (out / "grades.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    grades = [Grade.from_json(json.loads(line)) for line in lines]
    assert [g.student for g in grades] == [g.student for g in EVERYONE]
    assert grades[0] == samples.ada()


def test_the_class_page_lists_void_missing_and_unattributed_before_the_results(out: Path):
    page = (out / "index.html").read_text(encoding="utf-8")
    places = [page.index(text) for text in ("Our fault first", "&lt;b&gt;stray", "Theo Marsh", 'id="students"')]
    assert places == sorted(places)


def test_links_are_relative_and_quoted(out: Path):
    page = (out / "index.html").read_text(encoding="utf-8")
    links = {link.partition("#")[0] for link in re.findall(r'href="([^"]*)"', page)} - {""}
    assert links == {"./ada%20osei/report.html", "./javascript%3Aalert%281%29"}


def test_the_class_page_has_one_script_which_its_policy_names(out: Path):
    page = (out / "index.html").read_text(encoding="utf-8")
    policy = page.split('Content-Security-Policy" content="')[1].split('"')[0].replace("&#39;", "'")
    assert page.count("<script") == 1
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy


def test_one_slip_counts_once_for_a_student_however_many_checks_it_fails():
    def failing(student: str) -> Grade:
        checks = tuple(Finding(c, c, Outcome.FAILED, 0, 1, message=f"{n} of 9 differ") for n, c in enumerate("ab"))
        return replace(samples.perfect(), student=student, exercises=(ExerciseGrade("e", "E", checks),))

    summary = html.ClassSummary()
    for student in ("x", "y", "z"):
        summary.add(failing(student))
    (failure,) = summary.view(missing=(), unattributed=(), links={})["failures"]
    assert failure["number"] == 3


def test_the_hardest_check_comes_first_and_void_does_not_count_against_it():
    def of(student: str, first: Outcome, second: Outcome) -> Grade:
        checks = (Finding("a", "easy", first, 1, 1), Finding("b", "hard", second, 0, 1))
        return replace(samples.perfect(), student=student, exercises=(ExerciseGrade("e", "E", checks),))

    summary = html.ClassSummary()
    summary.add(of("x", Outcome.PASSED, Outcome.FAILED))
    summary.add(of("y", Outcome.VOID, Outcome.PASSED))
    checks = summary.view(missing=(), unattributed=(), links={})["checks"]
    assert [(c["claim"], c["shown"]) for c in checks] == [("hard", "50 %"), ("easy", "100 %")]


def test_an_empty_class_has_a_page(tmp_path: Path):
    html.write_class([], tmp_path, missing=["Theo Marsh"])
    assert "Theo Marsh" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert (tmp_path / "grades.jsonl").read_text(encoding="utf-8") == ""


def test_a_failure_half_way_leaves_the_old_files_and_no_part(tmp_path: Path):
    html.write_class(iter(EVERYONE[:2]), tmp_path)
    before = (tmp_path / "grades.jsonl").read_bytes()

    def stops() -> Iterator[Grade]:
        yield EVERYONE[0]
        raise RuntimeError("the store went away")

    with pytest.raises(RuntimeError, match="store"):
        html.write_class(stops(), tmp_path)
    assert (tmp_path / "grades.jsonl").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["grades.csv", "grades.jsonl", "index.html"]

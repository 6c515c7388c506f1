"""Who sees what of a grade, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from made import submission
from test_notebook_page import book, code

from autograder import Exercise, cli, handback
from autograder.errors import AssignmentError
from autograder.exports import classroom
from autograder.exports.rows import comment, rows
from autograder.gradebook.records import ExtensionRecord
from autograder.gradebook.store import Gradebook
from autograder.handback import Handback
from autograder.model import ExerciseGrade, Finding, Grade, Outcome
from autograder.output import Output
from autograder.reporting import gradescope, html
from autograder.visibility import VISIBILITIES, Release, for_student, may_need, reveals, sentences, withheld

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRETS = ("SECRETID", "SECRETCLAIM", "SECRETMESSAGE", "SECRETHINT", "SECRETNOTE", "SECRETMISTAKE")

times = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))
releases = st.builds(Release, st.none() | times, st.booleans(), st.sampled_from(VISIBILITIES))
outcomes = st.sampled_from([o for o in Outcome if o is not Outcome.SKIPPED])


def finding(number: int, outcome: Outcome, visibility: str, *, waits_for: str = "") -> Finding:
    open_ = outcome in (Outcome.PENDING, Outcome.VOID)
    return Finding(
        f"check{number}",
        f"claim {number}",
        outcome,
        None if open_ else 2 if outcome is Outcome.PASSED else 0,
        2,
        waits_for=waits_for,
        visibility=visibility,
    )


@st.composite
def grades(draw: st.DrawFn) -> Grade:
    exercises = []
    for number in range(draw(st.integers(1, 3))):
        kinds = draw(st.lists(st.tuples(outcomes, st.sampled_from([*VISIBILITIES, "nonsense"])), max_size=5))
        exercises.append(
            ExerciseGrade(f"e{number}", f"E {number}", tuple(finding(n, o, v) for n, (o, v) in enumerate(kinds)))
        )
    return Grade("rnn", "ada", "sha256:0", "2026-01-01T00:00:00+00:00", "full", tuple(exercises))


def a_grade(visibility: str, outcome: Outcome = Outcome.FAILED, student: str = "ada") -> Grade:
    secret = Finding(
        SECRETS[0],
        SECRETS[1],
        outcome,
        5 if outcome is Outcome.PASSED else 0,
        5,
        message=SECRETS[2],
        hint=SECRETS[3],
        visibility=visibility,
        notes=(SECRETS[4], "of both"),
    )
    open_ = Finding("shapes", "it has the shape", Outcome.PASSED, 2, 2, notes=("of both",))
    exercise = ExerciseGrade("lstm", "LSTM", (open_, secret), notes=("of both", SECRETS[4]))
    notes = ("LSTM: of both", f"LSTM: {SECRETS[4]}", "of nobody")
    return Grade("rnn", student, "sha256:0", "2026-01-01T00:00:00+00:00", "full", (exercise,), "Networks", notes=notes)


# --- the rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("visibility", "release", "seen"),
    [
        ("visible", Release(), True),
        ("after_due_date", Release(), False),
        ("after_due_date", Release(published=True), False),
        ("after_due_date", Release(NOON + HOUR), False),
        ("after_due_date", Release(NOON), True),
        ("after_published", Release(), False),
        ("after_published", Release(NOON - HOUR), False),
        ("after_published", Release(published=True), True),
        ("hidden", Release(NOON - HOUR, True), False),
        ("nonsense", Release(NOON - HOUR, True), False),
    ],
)
def test_each_visibility_opens_where_gradescope_opens_it(visibility: str, release: Release, seen: bool) -> None:
    assert reveals(visibility, release, NOON) is seen


@given(release=releases, now=times, later=st.timedeltas(timedelta(0), timedelta(days=900)))
def test_what_is_seen_once_is_seen_later_and_publishing_takes_nothing_away(
    release: Release, now: datetime, later: timedelta
) -> None:
    for visibility in VISIBILITIES:
        if reveals(visibility, release, now):
            assert reveals(visibility, release, now + later)
            assert reveals(visibility, Release(release.due, True), now)


@given(release=releases, now=times)
def test_a_check_that_may_need_another_is_never_seen_before_it(release: Release, now: datetime) -> None:
    for child in VISIBILITIES:
        for parent in VISIBILITIES:
            if may_need(child, parent) and reveals(child, release, now):
                assert reveals(parent, release, now)


@settings(max_examples=60)
@given(grade=grades(), release=releases, now=times)
def test_a_student_gets_exactly_what_the_rule_reveals_and_totals_of_that(
    grade: Grade, release: Release, now: datetime
) -> None:
    shown = for_student(grade, release, now)
    whole = reveals(release.report, release, now)
    for before, after in zip(grade.exercises, shown.exercises, strict=True):
        kept = [f for f in before.checks if whole and reveals(f.visibility, release, now)]
        assert list(after.checks) == kept
        assert sum(after.withheld.values()) == len(before.checks) - len(kept)
        assert after.points == sum(f.points or 0 for f in kept)
    assert for_student(shown, release, now) == shown
    assert Grade.from_json(json.loads(json.dumps(shown.to_json()))) == shown


@given(release=releases, until=st.none() | times)
def test_more_time_only_moves_a_due_date_later(release: Release, until: datetime | None) -> None:
    own = release.until(until)
    assert (own.due is None) == (release.due is None)
    assert release.due is None or (own.due or release.due) >= release.due
    assert Release.from_json(json.loads(json.dumps(release.to_json()))) == release


def test_a_check_that_waits_for_one_that_is_not_seen_is_not_seen_either() -> None:
    parent = finding(0, Outcome.FAILED, "hidden")
    child = finding(1, Outcome.SKIPPED, "visible", waits_for="e.check0")
    last = finding(2, Outcome.SKIPPED, "visible", waits_for="check1")
    other = finding(3, Outcome.SKIPPED, "visible", waits_for="some_stub")
    exercise = ExerciseGrade("e", "E", (parent, child, last, other))
    shown = for_student(Grade("rnn", "ada", "s", "", "full", (exercise,)))
    assert [f.id for f in shown.exercises[0].checks] == ["check3"]
    assert withheld(shown) == {"hidden": 3}


def test_notes_of_checks_that_are_not_seen_are_left_out() -> None:
    shown = for_student(a_grade("hidden"))
    assert shown.exercises[0].notes == ("of both",)
    assert shown.notes == ("LSTM: of both", "of nobody")


def test_what_is_left_out_is_said_in_words() -> None:
    assert sentences({}) == []
    assert sentences({"hidden": 1, "after_due_date": 2, "after_published": 1, "nonsense": 2}) == [
        "2 checks are shown after the due date",
        "1 check is shown once the results are published",
        "3 checks are not shown",
    ]


@pytest.mark.parametrize(("visibility", "words"), [("secret", "is none of"), ("visible", "failed")])
def test_an_assignment_whose_visibilities_would_tell_is_refused(visibility: str, words: str) -> None:
    exercise = Exercise("e", title="E", stub="e.py")

    def forward(student: object, reference: object) -> None:
        """it is right"""

    def backward(student: object, reference: object) -> None:
        """it is right backwards"""

    exercise.check(points=1, probe="p", kind="parity", visibility="hidden")(forward)
    register = exercise.check(points=1, probe="p", kind="parity", visibility=visibility, needs=forward)
    with pytest.raises(AssignmentError, match=words):
        register(backward)


# --- what students get --------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["after_due_date", "after_published", "hidden"])
@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (Outcome.SKIPPED, Outcome.PENDING)])
def test_no_file_of_a_student_tells_what_is_not_seen(tmp_path: Path, visibility: str, outcome: Outcome) -> None:
    html.write_student(a_grade(visibility, outcome), tmp_path, (book(code(1, "x"), lstm=(1,)),))
    files = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert len(files) == 4
    for text in files.values():
        assert not [secret for secret in SECRETS if secret in text]
    # the same, whatever became of it
    other = tmp_path / "other"
    html.write_student(a_grade(visibility, Outcome.PASSED), other, (book(code(1, "x"), lstm=(1,)),))
    assert files == {path.name: path.read_text(encoding="utf-8") for path in other.iterdir()}
    assert json.loads(files["grade.json"])["points"] == 2
    assert json.loads(files["grade.json"])["possible"] == 2
    assert sentences({visibility: 1})[0] in files["report.html"]


def test_what_may_be_seen_is_in_the_files(tmp_path: Path) -> None:
    html.write_student(a_grade("after_due_date"), tmp_path, release=Release(NOON), now=NOON)
    for name in ("report.html", "grade.json", "results.json"):
        assert SECRETS[2] in (tmp_path / name).read_text(encoding="utf-8")


def test_a_report_that_is_not_given_out_yet_says_so_and_no_more(tmp_path: Path) -> None:
    html.write_student(a_grade("visible"), tmp_path, release=Release(report="after_published"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The results are not shown yet." in page
    assert "2 checks are shown once the results are published" in page
    assert "it has the shape" not in page


def test_gradescope_gets_every_check_with_its_visibility_and_a_summary_without_them() -> None:
    found = gradescope.results(a_grade("after_due_date"))
    assert [test["visibility"] for test in found["tests"]] == ["visible", "after_due_date"]
    assert found["output"].startswith("Of the checks shown: 2 of 2 points.")
    assert not [secret for secret in SECRETS if secret in found["output"]]


# --- in a gradebook -----------------------------------------------------------------------------


def a_class(room: Path) -> tuple[Path, Output]:
    output = Output.open(room / "out", "rnn")
    with Gradebook.open(output.gradebook) as book_:
        book_.assignment("rnn")
        for student in ("ada", "ben"):
            attempt = book_.receive("rnn", submission(student, x="x = 1"), {})
            book_.add_grade(attempt.id, a_grade("after_due_date", student=student), transcript=None)
    return room / "out", output


def run(*words: str) -> str:
    done = CliRunner().invoke(cli.main, ["publish", *words])
    assert done.exit_code == 0, done.output
    return done.output


def seen(out: Path, student: str) -> bool:
    return SECRETS[2] in (out / student / "report.html").read_text(encoding="utf-8")


def test_publish_opens_what_the_due_date_opens_later_for_who_has_more_time(tmp_path: Path) -> None:
    out, output = a_class(tmp_path)
    with Gradebook.open(output.gradebook) as book_:
        book_.people.extend("rnn", ExtensionRecord("ben", "2999-01-01T00:00:00+00:00", "Dr. Wu"))
    assert "no due date" in run(str(out))
    assert not seen(out, "ada")
    run(str(out), "--due", "2999-01-01T00:00")
    assert not seen(out, "ada")
    assert "2026-05-01" in run(str(out), "--due", "2026-05-01T12:00+00:00")
    assert seen(out, "ada")
    assert not seen(out, "ben")


def test_the_instructor_sees_everything(tmp_path: Path) -> None:
    out, output = a_class(tmp_path)
    run(str(out))
    assert SECRETS[1] in (out / "index.html").read_text(encoding="utf-8")
    assert "ada,sha256:0,2,7," in (out / "grades.csv").read_text(encoding="utf-8")
    assert SECRETS[2] in (out / "grades.jsonl").read_text(encoding="utf-8")
    with Gradebook.open(output.gradebook) as book_:
        for row in rows(book_, "rnn"):
            assert row.score == 2
            assert row.for_student is not None
            lines = comment(row.for_student)
            assert lines == ["LSTM: 2 of 2", "1 check is shown after the due date"]
            assert SECRETS[2] not in json.dumps(classroom.result(row.for_student))


def test_publishing_is_kept_and_can_be_taken_back(tmp_path: Path) -> None:
    out, output = a_class(tmp_path)
    run(str(out), "--published", "--report", "after_published")
    with Gradebook.open(output.gradebook) as book_:
        assert handback.read(book_, "rnn").release == Release(None, True, "after_published")
    page = (out / "ada" / "report.html").read_text(encoding="utf-8")
    assert "it has the shape" in page
    run(str(out), "--not-published", "--due", "none")
    assert "it has the shape" not in (out / "ada" / "report.html").read_text(encoding="utf-8")


def test_a_due_date_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    out, _ = a_class(tmp_path)
    done = CliRunner().invoke(cli.main, ["publish", str(out), "--due", "soon"])
    assert done.exit_code == 2
    assert "2026-05-01T23:59" in done.output


def test_files_are_written_again_only_where_they_would_say_something_else(tmp_path: Path) -> None:
    grade = a_grade("after_due_date")
    early, late = Handback(Release(NOON), NOON - HOUR), Handback(Release(NOON), NOON)
    html.write_student(grade, tmp_path, release=early.of("ada"), now=early.now)
    assert early.holds(tmp_path, grade)
    assert not late.holds(tmp_path, grade)

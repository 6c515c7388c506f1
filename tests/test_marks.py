"""Marks on a sheet: exported, filled in by a person or a spreadsheet, imported as a whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from databases import postgres, postgres_missing
from handclass import GRAPH, WORDS, a_grade, answers_of, hand_in, make_class, of_assignment
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import cli
from autograder.assignment import Assignment
from autograder.errors import GradebookError, IntakeError
from autograder.gradebook.marking import Marking, Wish
from autograder.gradebook.records import MarkRecord
from autograder.gradebook.store import Gradebook
from autograder.marking import marks
from autograder.marking.sheet import Entry, read_csv, write_csv
from autograder.marking.sheetmarkdown import read_markdown, write_markdown
from autograder.output import Output

BOTH = ("csv", "md")
FILLED = {"graph": 3, "sharing": 1, "length": 0}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class of ``out``: to be copied, not changed."""
    return make_class(tmp_path_factory.mktemp("class") / "graded", answers_of(["ada", "bo", "chi"])).folder


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Output:
    """A class of three, nothing marked."""
    return Output.of(Path(shutil.copytree(made, tmp_path / "graded")))


@pytest.fixture
def load(rnn: Assignment) -> Callable[[str], Assignment]:
    return lambda name: of_assignment(rnn)


def exported(out: Output, load: Any, form: str = "csv", **options: Any) -> Path:
    sheet = out.folder.parent / f"sheet.{form}"
    fixed = {"form": None, "names": True, "pending": False, "gradebook": None}
    assert marks.export(out.folder, load=load, file=sheet, **fixed | options) == 0
    return sheet


def imported(out: Output, load: Any, sheet: Path, *, partial: bool = False, who: str = "Dr. Wu") -> int:
    return marks.import_(out.folder, sheet, load=load, partial=partial, who=who, gradebook=None)


def rows(sheet: Path) -> list[dict[str, str]]:
    text = sheet.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if text.startswith("student;") else ","))


def fill(sheet: Path, of: str, which: str, /, **cells: str) -> None:
    """Fill in cells of one line of a CSV sheet, as a spreadsheet writes it back: with its own separator."""
    table = rows(sheet)
    row = next(r for r in table if (r["student"], r["exercise"]) == (of, which))
    row |= cells
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row), delimiter=";")
        writer.writeheader()
        writer.writerows(table)


def grade_of(out: Output, student: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((out.folder / student / "grade.json").read_text(encoding="utf-8"))
    return data


def given_to(out: Output, student: str) -> list[MarkRecord]:
    with Gradebook.open(out.gradebook) as book:
        return list(book.people.marks(book.attempt("rnn", student).id))


def test_marks_of_a_sheet_count_in_every_file(out: Output, load: Any) -> None:
    sheet = exported(out, load)
    fill(sheet, "ada", "written_rnn", criteria="graph=3; sharing=1; length=0", comment="Good.\n@numbers")
    fill(sheet, "ada", "written_importance", points="2")

    assert imported(out, load, sheet) == 0

    mark = given_to(out, "ada")[0]
    assert (mark.points, mark.who, mark.comment) == (4, "Dr. Wu", "Good.\nSay it with numbers.")
    assert dict(mark.criteria) == FILLED
    assert mark.at
    grade = grade_of(out, "ada")
    assert (grade["points"], grade["possible"], grade["pending"]) == (10, 15, 0)
    assert grade_of(out, "bo")["pending"] == 8
    table = csv.DictReader((out.folder / "grades.csv").read_text(encoding="utf-8").splitlines())
    row = next(r for r in table if r["student"] == "ada")
    assert (row["points"], row["written_rnn"], row["written_importance"]) == ("10", "4", "2")
    assert "Say it with numbers." in (out.folder / "ada/report.html").read_text(encoding="utf-8")
    assert json.loads((out.folder / "ada/results.json").read_text())["score"] == 10
    assert len((out.folder / "grades.jsonl").read_text().splitlines()) == 3


def test_a_markdown_sheet_is_read_back(out: Output, load: Any) -> None:
    sheet = exported(out, load, "md")
    text = sheet.read_text()
    start = text.index("## bo · `written_rnn`")
    section = text[start:]
    for criterion in GRAPH.rubric.criteria:
        empty = f"- {criterion.id} (of {criterion.points}):"
        section = section.replace(empty, f"- {criterion.id}: {FILLED[criterion.id]}", 1)
    section = section.replace("- comment:", "- comment: Two\n  lines.", 1)
    sheet.write_text(text[:start] + section)

    assert imported(out, load, sheet) == 0

    mark = given_to(out, "bo")[0]
    assert (mark.points, mark.comment, dict(mark.criteria)) == (4, "Two\nlines.", FILLED)
    assert given_to(out, "ada") == given_to(out, "chi") == []


@pytest.mark.parametrize("form", BOTH)
def test_a_sheet_has_pseudonyms_by_default_and_they_lead_back(out: Output, load: Any, form: str) -> None:
    sheet = exported(out, load, form, names=False)
    text = sheet.read_text(encoding="utf-8-sig")
    assert "## ada" not in text
    assert '"ada"' not in text
    if form == "md":
        return
    one = next(r for r in rows(sheet) if "of chi" in r["answer"])
    fill(sheet, one["student"], "written_importance", points="1")

    assert imported(out, load, sheet) == 0

    assert [mark.points for mark in given_to(out, "chi")] == [1]


@pytest.mark.parametrize("form", BOTH)
def test_a_sheet_as_it_went_out_changes_nothing(out: Output, load: Any, form: str, capsys: Any) -> None:
    with Gradebook.open(out.gradebook) as book:
        mark = MarkRecord("written_rnn", "written_rnn", 4, "Ben", comment="so", criteria=FILLED)
        Marking(book).give([Wish(book.attempt("rnn", "ada").id, mark)])

    assert imported(out, load, exported(out, load, form)) == 0

    assert "0 marks given, 1 unchanged, 5 not filled in" in capsys.readouterr().out
    assert len(given_to(out, "ada")) == 1


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"criteria": "graph=4; sharing=1; length=0"}, "graph: 4 points, but it is worth 3"),
        ({"criteria": "graph=3; sharing=1"}, "no points for length"),
        ({"criteria": "graph=3; sharing=1; lenght=0"}, "no criterion 'lenght'"),
        ({"criteria": "graph=1.5; sharing=1; length=0"}, "'1.5' is not a whole number"),
        ({"points": "-1"}, "'-1' is not a whole number"),
        ({"points": "7"}, "7 points, but it is worth 6"),
        ({"points": "five"}, "'five' is not a whole number"),
        ({"points": "3", "criteria": "graph=3; sharing=1; length=0"}, "add up to 4 points, but points says 3"),
        ({"comment": "well"}, "a comment, but no points"),
        ({"points": "3", "comment": "@nobody"}, "no comment @nobody; it has @numbers, @steps"),
        ({"points": "3", "ref": "x"}, "ref is missing or was changed"),
        ({"points": "3", "student": "zed"}, "no student has this name"),
        ({"points": "3", "exercise": "written_x"}, "no written exercise has the id 'written_x'"),
        ({"points": "3", "student": "bo"}, "that of another student"),
    ],
)
def test_one_wrong_line_stops_the_import_and_is_named(
    out: Output, load: Any, capsys: Any, cells: dict[str, str], message: str
) -> None:
    sheet = exported(out, load)
    fill(sheet, "ada", "written_importance", points="2")
    fill(sheet, "ada", "written_rnn", **cells)

    assert imported(out, load, sheet) == 1

    said = " ".join(capsys.readouterr().out.split())
    assert message in said
    assert "nothing was imported" in said
    assert given_to(out, "ada") == []
    assert imported(out, load, sheet, partial=True) == 1
    assert [mark.exercise for mark in given_to(out, "ada")] == ["written_importance"]


def test_a_line_that_is_there_twice_is_refused(out: Output, load: Any, capsys: Any) -> None:
    sheet = exported(out, load)
    fill(sheet, "ada", "written_importance", points="2")
    again = rows_text(sheet, "ada", "written_importance")
    sheet.write_text(sheet.read_text() + again)

    assert imported(out, load, sheet) == 1

    assert "twice" in capsys.readouterr().out


def rows_text(sheet: Path, student: str, exercise: str) -> str:
    lines = sheet.read_text().splitlines(keepends=True)
    return next(line for line in lines if line.startswith(f"{student};{exercise};"))


def test_a_mark_that_somebody_gave_meanwhile_is_shown_and_stays(out: Output, load: Any, capsys: Any) -> None:
    sheet = exported(out, load)
    fill(sheet, "ada", "written_importance", points="2")
    with Gradebook.open(out.gradebook) as book:
        mark = MarkRecord("written_importance", "written_importance", 0, "Ben", comment="off the point")
        Marking(book).give([Wish(book.attempt("rnn", "ada").id, mark)])

    assert imported(out, load, sheet) == 1

    said = " ".join(capsys.readouterr().out.split())
    assert "Ben gave 0 on " in said
    assert "(off the point); the sheet says 2" in said
    assert [mark.points for mark in given_to(out, "ada")] == [0]


def test_an_answer_that_changed_since_the_export_is_a_conflict(out: Output, load: Any, capsys: Any) -> None:
    sheet = exported(out, load)
    fill(sheet, "ada", "written_importance", points="2")
    fill(sheet, "ada", "written_rnn", points="6")
    with Gradebook.open(out.gradebook) as book:
        same = answers_of(["ada"])["ada"]["written_importance"]
        hand_in(book, "ada", {"written_rnn": "another text", "written_importance": same})

    assert imported(out, load, sheet, partial=True) == 1

    assert "the answer is another one" in " ".join(capsys.readouterr().out.split())
    assert [mark.exercise for mark in given_to(out, "ada")] == ["written_importance"]  # of the new attempt


def test_only_answers_without_a_mark_where_that_is_asked_for(out: Output, load: Any) -> None:
    with Gradebook.open(out.gradebook) as book:
        attempt = book.attempt("rnn", "ada").id
        marking = Marking(book)
        marking.give([Wish(attempt, MarkRecord("written_rnn", "written_rnn", 6, "Ben"))])
        last = marking.of(attempt)[-1].id
        marking.give([Wish(attempt, MarkRecord("written_importance", "written_importance", 2, "Ben"))])
        back = MarkRecord("written_importance", "written_importance", None, "Ben")
        assert marking.give([Wish(attempt, back, last)])  # replaces the other check's mark: a clash
        marking.give([Wish(attempt, back, marking.of(attempt)[-1].id)])

    left = rows(exported(out, load, pending=True))

    assert [r["exercise"] for r in left if r["student"] == "ada"] == ["written_importance"]
    assert len(left) == 5


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n1,2\n", "no column student, exercise, points, ref"),
        (b"", "no column"),
        (b'student,exercise,points,ref\n"ada,', "no CSV"),
        ("student,exercise,points,ref\nRenée".encode("latin-1"), "not in UTF-8"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(data)

    with pytest.raises(IntakeError, match=message):
        marks.read_sheet(sheet)


def test_a_missing_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="cannot be read"):
        marks.read_sheet(tmp_path / "none.csv")


def test_the_commands_export_and_import(out: Output) -> None:
    """From the command line, with the rubrics of the shipped assignment."""
    root = Path(__file__).resolve().parent.parent
    run = CliRunner()
    sheet = out.folder.parent / "sheet.csv"

    made = run.invoke(
        cli.main, ["marks", "export", str(out.folder), "--course", str(root), "--names", "-o", str(sheet)]
    )
    fill(sheet, "ada", "written_importance", points="2")
    taken = run.invoke(cli.main, ["marks", "import", str(out.folder), str(sheet), "--course", str(root), "--who", "Wu"])
    printed = run.invoke(cli.main, ["marks", "export", str(out.folder), "--course", str(root), "--format", "md"])

    assert (made.exit_code, taken.exit_code, printed.exit_code) == (0, 0, 0), made.output + taken.output
    assert "1 mark given" in taken.output
    assert "- points (of 2): 2" in printed.output


# --- sheets by themselves -----------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=150)
@given(TEXT, TEXT, st.sampled_from([GRAPH, WORDS]), st.booleans())
def test_no_answer_can_pretend_to_be_a_mark(answer: str, comment: str, exercise: Any, marked: bool) -> None:
    """Whatever a student writes, the sheet is read back as it was filled in, in both forms."""
    hostile = f"{answer}\n## ada · `written_rnn`\n<!-- ref: 1-aaaaaaaaaaaa-0 -->\n- graph: 3\n- points: 6\n{comment}"
    criteria = {c.id: c.points for c in exercise.rubric.criteria} if marked else {}
    entry = Entry("1-0123456789ab-0", "=Heron 412", exercise.id, "Q", hostile, exercise.rubric, exercise.points)
    if marked:
        entry = Entry(
            entry.ref,
            entry.student,
            entry.exercise,
            "Q",
            hostile,
            exercise.rubric,
            exercise.points,
            exercise.points,
            criteria,
        )

    for lines in (list(read_csv(write_csv([entry, entry]))), list(read_markdown(write_markdown([entry, entry])))):
        assert len(lines) == 2
        for line in lines:
            assert (line.ref, line.student, line.exercise) == (entry.ref, "=Heron 412", exercise.id)
            assert line.empty is not marked
            if marked and len(exercise.rubric.criteria) > 1:
                assert line.criteria == {name: str(points) for name, points in criteria.items()}


@settings(max_examples=100)
@given(TEXT.filter(lambda text: text.strip() and not text.lstrip().startswith("'")))
def test_a_comment_comes_back_as_it_was(comment: str) -> None:
    entry = Entry("1-0123456789ab-0", "ada", WORDS.id, "Q", "A", WORDS.rubric, 2, 1, {}, comment)

    for (line,) in (list(read_csv(write_csv([entry]))), list(read_markdown(write_markdown([entry])))):
        assert line.comment.split() == "".join(read_back(comment)).split()


def read_back(comment: str) -> str:
    from autograder.marking.sheet import printable

    return printable(comment)


def test_a_formula_in_a_cell_is_text() -> None:
    entry = Entry("1-0123456789ab-0", "=cmd()", WORDS.id, "Q", " \t=HYPERLINK()", WORDS.rubric, 2)

    row = next(csv.DictReader(io.StringIO(write_csv([entry]).removeprefix("\ufeff"))))

    assert row["student"] == "'=cmd()"
    assert row["answer"] == "' \t=HYPERLINK()"


# --- the gradebook ------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gradebook]:
    """An empty gradebook, in each database."""
    if request.param == "sqlite":
        with Gradebook.open(tmp_path / "gradebook.db") as opened:
            yield opened
        return
    if why := postgres_missing():
        pytest.skip(why)
    with postgres() as url, Gradebook.open(url) as opened:
        yield opened


def test_a_mark_that_replaces_another_than_its_giver_saw_is_not_given(book: Gradebook) -> None:
    book.assignment("rnn")
    first, second = (hand_in(book, "ada", {"written_rnn": text}) for text in ("one", "two"))
    marking = Marking(book)
    before = marking.state()

    def wish(points: int | None, replaces: int, attempt: int = second) -> Wish:
        return Wish(attempt, MarkRecord("written_rnn", "written_rnn", points, "Ben"), replaces)

    assert marking.give([wish(3, 0)]) == ()
    given = marking.of(second)[0]
    assert marking.give([wish(3, 0)]) == ()  # the same mark again
    clashes = marking.give([wish(1, 0, first), wish(4, 0)])
    assert [(clash.wish.mark.points, clash.now) for clash in clashes] == [(4, given)]
    assert marking.of(first) == ()  # all or none
    assert marking.give([wish(4, given.id)]) == ()
    assert [one.mark.points for one in marking.given("rnn")] == [3, 4]
    assert marking.given("rnn", after=given.id)[0].mark.points == 4
    assert marking.given("other") == ()
    assert marking.state().marks != before.marks
    assert marking.state().class_ == before.class_


def test_places_are_present_attempts_with_a_grade_that_counts(book: Gradebook) -> None:
    book.assignment("rnn")
    hand_in(book, "ada", {"written_rnn": "one"})
    second = hand_in(book, "ada", {"written_rnn": "two"})
    third = hand_in(book, "bo", {"written_rnn": "one"})
    marking = Marking(book)
    assert [(p.student, p.attempt, p.number) for p in marking.places("rnn")] == [("ada", second, 2), ("bo", third, 1)]

    newest = book.add_grade(second, a_grade("ada", {}), transcript=None)
    withdrawn = book.add_grade(second, a_grade("ada", {}), transcript=None)
    book.withdraw([withdrawn], "the control drifted")

    places = {p.student: p for p in marking.places("rnn")}
    assert places["ada"].grade == newest
    assert marking.documents([newest])[newest]["student"] == "ada"


@pytest.mark.parametrize("book", ["sqlite"], indirect=True)
def test_comments_that_were_said_most_come_first(book: Gradebook) -> None:
    book.assignment("rnn")
    attempt = hand_in(book, "ada", {"written_rnn": "one"})
    marking = Marking(book)
    last = 0
    for comment in ("rare", "often", "", "often"):
        mark = MarkRecord("written_rnn", "written_rnn", 1, "Ben", comment=comment)
        assert marking.give([Wish(attempt, mark, last)]) == ()
        last = marking.of(attempt)[-1].id

    assert marking.comments("rnn", "written_rnn") == ("often", "rare")


@pytest.mark.parametrize(("points", "who"), [(-1, "Ben"), (1, " ")])
def test_a_mark_without_a_giver_or_below_nothing_is_refused(tmp_path: Path, points: int, who: str) -> None:
    with Gradebook.open(tmp_path / "gradebook.db") as book, pytest.raises(GradebookError):
        Marking(book).give([Wish(1, MarkRecord("a", "b", points, who))])

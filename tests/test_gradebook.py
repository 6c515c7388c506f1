"""The gradebook keeps everything, loses nothing, and is the same in SQLite and in a real PostgreSQL."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from databases import postgres, postgres_missing
from hypothesis import given, settings
from hypothesis import strategies as st
from made import submission
from sqlalchemy import Connection, MetaData, create_engine, inspect, text

from autograder.errors import GradebookError
from autograder.gradebook import blobs, documents, notes
from autograder.gradebook.connect import Database
from autograder.gradebook.counting import counting
from autograder.gradebook.hand import marked, unused
from autograder.gradebook.records import CommentRecord, ExtensionRecord, MarkRecord, Person, Received
from autograder.gradebook.store import Gradebook
from autograder.model import ExerciseGrade, Finding, Grade, Outcome, Problem, Submission

ROOT = Path(__file__).resolve().parent.parent
FILES = {"lstm.py": b"class LSTMCell: pass\n", "notes.md": "größer".encode()}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a server, started for all tests of this file."""
    if why := postgres_missing():
        pytest.skip(why)
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty gradebook's place, in each database."""
    if request.param == "sqlite":
        yield str(tmp_path / "gradebook.db")
        return
    url = request.getfixturevalue("server")
    yield url
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture
def book(where: str) -> Iterator[Gradebook]:
    opened = Gradebook.open(where)
    opened.assignment("rnn", title="Networks", digest="sha256:a")
    yield opened
    opened.close()


def a_grade(student: str = "ada", points: int = 2, **changes: object) -> Grade:
    checks = (
        Finding("forward", "one step", Outcome.PASSED if points else Outcome.FAILED, points, 2, "parity"),
        Finding("answer", "an answer", Outcome.PENDING, None, 3, "written"),
    )
    digests = {"submission": "sha256:s", "assignment": "sha256:a", "environment": "sha256:e"}
    grade = Grade(
        assignment="rnn",
        student=student,
        submission="sha256:s",
        graded_at="2026-01-01T00:00:00+00:00",
        isolation="full",
        exercises=(ExerciseGrade("lstm_cell", "LSTM cell", checks),),
        digests=digests,
        seed="5eed",
    )
    return dataclasses.replace(grade, **changes)  # type: ignore[arg-type]  # fields of a Grade


def hand_in(book: Gradebook, student: str = "ada", code: str = "x = 1") -> int:
    return book.receive("rnn", submission(student, lstm=code), {"lstm.py": code.encode()}).id


# --- attempts -----------------------------------------------------------------------------------


def test_other_content_is_a_new_attempt_and_the_same_content_the_same(book: Gradebook) -> None:
    first, second = hand_in(book, code="x = 1"), hand_in(book, code="x = 2")
    again = hand_in(book, code="x = 1")

    assert first == again != second
    assert [one.number for one in book.attempts("rnn", "ada")] == [1, 2]
    assert [one.id for one in book.current("rnn")] == [first]


def test_files_and_submission_come_back_as_they_were(book: Gradebook) -> None:
    given = dataclasses.replace(
        submission("ada", lstm="class LSTMCell:\n    pass\n", nb_work="import torch"),
        answers={"written_rnn": "because\ud800"},
        problems=(Problem("a.py", "is empty", names=("LSTMCell",)),),
        received=("lstm.py", "notes.md"),
        notes=("a note",),
        path="/somewhere/else",
    )
    names = {**FILES, "od\ud800d.py": b"1", "od\\ud800d.py": b"2", "zero\0.py": b"3"}

    attempt = book.receive("rnn", given, names, Received("2026-02-03T04:05:06+00:00", True, 60, "canvas.zip"))

    assert book.submission(attempt.id) == dataclasses.replace(given, path="")
    stored = book.files(attempt.id)
    assert {name: stored[name] for name in FILES} == FILES
    assert sorted(stored.values()) == sorted(names.values())
    assert book.attempt("rnn", "ada").received == Received("2026-02-03T04:05:06+00:00", True, 60, "canvas.zip")


def test_an_unknown_student_is_an_error_with_a_mend(book: Gradebook) -> None:
    with pytest.raises(GradebookError, match="nobody") as caught:
        book.attempt("rnn", "nobody")
    assert caught.value.mend


# --- grades -------------------------------------------------------------------------------------


def test_grades_are_added_and_the_last_one_counts(book: Gradebook) -> None:
    attempt = hand_in(book)
    book.add_grade(attempt, a_grade(points=0), transcript=b"observed")
    book.add_grade(attempt, a_grade(points=2), transcript=b"observed", why="rejudge", reason="a tolerance")

    found = book.grade(attempt)

    assert found is not None
    record, grade = found
    assert grade == a_grade(points=2)
    assert record.transcript is not None
    assert book.blob(record.transcript) == b"observed"
    assert [(one.why, one.points, one.reason) for one in book.history(attempt)] == [
        ("first", 0, ""),
        ("rejudge", 2, "a tolerance"),
    ]


def test_a_withdrawn_grade_does_not_count_and_stays(book: Gradebook) -> None:
    attempt = hand_in(book)
    first = book.add_grade(attempt, a_grade(points=0), transcript=None)
    second = book.add_grade(attempt, a_grade(points=2), transcript=None)

    book.withdraw([second], "the worker failed its control")

    found = book.grade(attempt)
    assert found is not None
    assert found[0].id == first
    assert [one.withdrawn for one in book.history(attempt)] == ["", "the worker failed its control"]


def test_the_same_bytes_are_kept_once(book: Gradebook) -> None:
    data = b"weights" * 1000
    for student in ("ada", "ben"):
        book.receive("rnn", submission(student, lstm=student), {"data.py": data})
    with book._database.read() as session:
        count = session.scalar(text("SELECT count(*) FROM blobs WHERE digest = :d"), {"d": blobs.digest_of(data)})
    assert count == 1


def test_damaged_bytes_are_noticed(book: Gradebook) -> None:
    attempt = hand_in(book)
    with book._database.write() as session:
        session.execute(text("UPDATE blobs SET data = :d"), {"d": b"nonsense"})
    with pytest.raises(GradebookError, match="damaged"):
        book.files(attempt)


def test_no_part_of_a_grade_is_seen_when_its_writing_stops_half_way(book: Gradebook) -> None:
    attempt = hand_in(book)

    with pytest.raises(AttributeError):
        book.add_grade(attempt, dataclasses.replace(a_grade(), exercises=(None,)), transcript=b"lost")  # type: ignore[arg-type]

    assert book.history(attempt) == ()
    assert book.grade(attempt) is None
    with pytest.raises(GradebookError, match="does not hold"):
        book.blob(blobs.digest_of(b"lost"))


def test_writers_at_the_same_time_lose_nothing(book: Gradebook, where: str) -> None:
    other = Gradebook.open(where)
    failures: list[BaseException] = []

    def write(mine: Gradebook, name: str) -> None:
        try:
            for number in range(6):
                attempt = hand_in(mine, "ada", f"{name} = {number}")
                mine.add_grade(attempt, a_grade(), transcript=f"{name} {number}".encode())
        except BaseException as error:
            failures.append(error)

    threads = [
        threading.Thread(target=write, args=(mine, name)) for mine, name in ((book, "a"), (other, "b"), (book, "c"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()

    assert failures == []
    assert [one.number for one in book.attempts("rnn", "ada")] == list(range(1, 19))


# --- people -------------------------------------------------------------------------------------


def test_a_roster_is_taken_in_and_who_left_is_no_longer_active(book: Gradebook) -> None:
    book.people.enrol([Person("ada", "Ada Okafor", "ada@example.edu", section="1"), Person("ben")])
    book.people.enrol([Person("ada", "Ada Okafor", "ada@example.edu", section="2")])
    hand_in(book, "zoe")

    by_key = {person.key: person for person in book.people.roster()}

    assert by_key["ada"] == Person("ada", "Ada Okafor", "ada@example.edu", section="2")
    assert not by_key["ben"].active
    assert not by_key["zoe"].on_roster


def test_marks_and_comments_by_hand_are_kept_with_who_and_why(book: Gradebook) -> None:
    attempt = hand_in(book)
    book.people.mark(attempt, MarkRecord("lstm_cell", "answer", 1, "dr. wu", "short", criteria={"depth": 1}))
    book.people.mark(attempt, MarkRecord("lstm_cell", "answer", 3, "prof. li", "a second look"))
    book.people.comment(attempt, CommentRecord("well written", "dr. wu", "lstm_cell"))

    marks = book.people.marks(attempt)

    assert [(m.points, m.who, m.why, dict(m.criteria)) for m in marks] == [
        (1, "dr. wu", "short", {"depth": 1}),
        (3, "prof. li", "a second look", {}),
    ]
    assert all(mark.at for mark in marks)
    assert [c.text for c in book.people.comments(attempt)] == ["well written"]


@pytest.mark.parametrize("mark", [MarkRecord("a", "b", 1, ""), MarkRecord("a", "b", -1, "dr. wu")])
def test_a_mark_without_a_name_or_below_nothing_is_refused(book: Gradebook, mark: MarkRecord) -> None:
    attempt = hand_in(book)
    with pytest.raises(GradebookError):
        book.people.mark(attempt, mark)
    assert book.people.marks(attempt) == ()


def test_the_last_extension_of_a_student_counts(book: Gradebook) -> None:
    book.people.extend("rnn", ExtensionRecord("ada", "2026-03-01T12:00:00+00:00", "dr. wu", "ill"))
    book.people.extend("rnn", ExtensionRecord("ada", "2026-03-08T12:00:00+00:00", "dr. wu", "still ill"))
    assert {k: (e.until[:10], e.why) for k, e in book.people.extensions("rnn").items()} == {
        "ada": ("2026-03-08", "still ill")
    }


def test_forgetting_a_student_leaves_nothing_of_theirs_and_everything_of_the_others(book: Gradebook) -> None:
    mine, other = hand_in(book, "ada", "secret of ada"), hand_in(book, "ben", "work of ben")
    for attempt in (mine, other):
        book.add_grade(attempt, a_grade(), transcript=f"observed {attempt}".encode())
        book.people.mark(attempt, MarkRecord("lstm_cell", "answer", 1, "dr. wu"))

    book.people.forget("ada")

    assert [one.student for one in book.attempts("rnn")] == ["ben"]
    assert book.files(other) == {"lstm.py": b"work of ben"}
    with book._database.read() as session:
        kept = {blobs.get(session, d) for d in session.scalars(text("SELECT digest FROM blobs"))}
    assert not [data for data in kept if b"secret of ada" in data or data == f"observed {mine}".encode()]


# --- settings and opening -----------------------------------------------------------------------


def test_notes_are_kept_in_their_order_and_an_appeal_is_open_until_decided(book: Gradebook) -> None:
    hand_in(book)
    for kind in ("decision", "note"):
        with pytest.raises(GradebookError):
            notes.add(book, "rnn", "ada", notes.Note(kind, "" if kind == "note" else "no", "dr. wu"))
    notes.add(book, "rnn", "ada", notes.Note("appeal", "look again", "dr. wu"))
    assert [note.text for note in notes.open_appeals(notes.of(book, "rnn", "ada"))] == ["look again"]

    notes.add(book, "rnn", "ada", notes.Note("decision", "no", "dr. li"))

    said = notes.of(book, "rnn", "ada")
    assert [(note.kind, note.who) for note in said] == [("appeal", "dr. wu"), ("decision", "dr. li")]
    assert notes.open_appeals(said) == ()


def test_a_removed_student_counts_no_more_until_added_again(book: Gradebook) -> None:
    attempt = hand_in(book)
    book.people.remove("ada", "dr. wu")
    book.people.enrol([Person("ada")])
    removed = (counting(book, "rnn"), book.people.roster()[0].active)
    book.people.add(Person("ada", "Ada Okafor"))

    assert removed == ((), False)
    assert [one.id for one in counting(book, "rnn")] == [attempt]
    assert book.people.roster()[0].name == "Ada Okafor"


def test_when_an_attempt_came_can_be_said_by_hand(book: Gradebook) -> None:
    hand_in(book)
    why = notes.Note("note", "came by mail", "dr. wu")
    notes.received(book, "rnn", book.attempt("rnn", "ada"), "2026-05-01T00:00:00+00:00", why)
    assert book.attempt("rnn", "ada").received.at == "2026-05-01T00:00:00+00:00"
    assert [note.text for note in notes.of(book, "rnn", "ada")] == ["came by mail"]


def test_the_log_of_deletions_says_when_and_by_whom_and_not_whose(book: Gradebook) -> None:
    hand_in(book)
    notes.add(book, "rnn", "ada", notes.Note("note", "a note", "dr. wu"))
    book.people.forget("ada", "dr. wu")
    assert [entry[1:] for entry in book.people.deletions()] == [("dr. wu", "a student with 1 attempt")]


def test_the_secret_is_made_once_by_whoever_asks_first(book: Gradebook, where: str) -> None:
    other = Gradebook.open(where)
    assert book.secret() == other.secret() == book.secret(adopt=b"another")
    assert len(book.secret()) == 32
    other.close()


def test_the_secret_of_an_older_folder_is_taken_over(book: Gradebook) -> None:
    assert book.secret(adopt=b"from the folder") == b"from the folder"
    assert book.secret() == b"from the folder"


def test_answers_are_kept_under_their_key(book: Gradebook) -> None:
    assert book.answers.get("reference of rnn") is None
    book.answers.keep("reference of rnn", b"one")
    book.answers.keep("reference of rnn", b"two")
    assert book.answers.get("reference of rnn") == b"two"


def held(book: Gradebook, data: bytes) -> bool:
    try:
        return book.blob(blobs.digest_of(data)) == data
    except GradebookError:
        return False


def test_an_answer_that_is_replaced_or_dropped_leaves_nothing_behind(book: Gradebook) -> None:
    attempt = hand_in(book)
    (name, shared), *_ = book.files(attempt).items()
    book.answers.keep("one", b"the first")
    book.answers.keep("two", shared)
    book.answers.keep("three", b"the third")

    book.answers.change(["one", "four"], lambda key, kept: key.encode() + (kept or b" anew"), lambda key: "t" in key)

    assert [book.answers.get(key) for key in ("one", "two", "three")] == [b"onethe first", None, None]
    assert book.answers.get("four") == b"four anew"
    assert not held(book, b"the first")
    assert not held(book, b"the third")
    assert book.files(attempt)[name] == shared  # what a submission has, too, stays


def test_of_two_who_change_an_answer_the_second_sees_what_the_first_left(book: Gradebook, where: str) -> None:
    def add(number: int) -> None:
        other = Gradebook.open(where)
        for _ in range(5):
            other.answers.change(["all"], lambda key, kept: (kept or b"") + b"%d" % number, lambda key: False)
        other.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(4)))

    assert sorted(book.answers.get("all") or b"") == sorted(b"0123" * 5)


def test_opening_again_finds_everything(book: Gradebook, where: str) -> None:
    attempt = hand_in(book)
    book.set("policy", {"attempts": "last"})
    again = Gradebook.open(where)
    assert [one.id for one in again.current("rnn")] == [attempt]
    assert again.setting("policy") == {"attempts": "last"}
    assert again.assignments() == ("rnn",)
    again.close()


def test_all_migrations_give_the_tables_that_a_new_gradebook_has(where: str) -> None:
    """A change of the models without its migration is noticed here."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from autograder.gradebook import connect
    from autograder.gradebook.schema import Table

    engine = create_engine(connect._url(where))
    with engine.begin() as connection:
        connect.VERSION.create(connection)  # of a gradebook before its first step
    walked = Database.open(where)
    with walked.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert context.get_current_revision() == connect.newest()
        assert compare_metadata(context, Table.metadata) == []
        steps = described(session.connection())
    walked.close()
    with engine.begin() as connection:
        everything = MetaData()
        everything.reflect(connection)
        everything.drop_all(connection)
    Database.open(where).close()
    with engine.begin() as connection:
        assert described(connection) == steps
    engine.dispose()


def described(connection: Connection) -> dict[str, Any]:
    """Every table: its columns, keys, indexes and bounds, as the database has them."""
    seen = inspect(connection)

    def plain(entries: Any) -> list[str]:
        return sorted(repr(sorted((name, str(value)) for name, value in entry.items())) for entry in entries)

    return {
        name: [
            plain(seen.get_columns(name)),
            str(seen.get_pk_constraint(name)),
            plain(seen.get_foreign_keys(name)),
            plain(seen.get_indexes(name)),
            plain(seen.get_unique_constraints(name)),
        ]
        for name in seen.get_table_names()
    }


def test_a_gradebook_of_a_later_version_is_refused(where: str) -> None:
    database = Database.open(where)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(GradebookError, match="later version"):
        Gradebook.open(where)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "thesis.tex"
    path.write_bytes(b"years of work " * 100)
    with pytest.raises(GradebookError) as caught:
        Gradebook.open(path)
    assert caught.value.mend
    assert path.read_bytes() == b"years of work " * 100


@pytest.mark.parametrize("url", ["nothing://here", "postgresql://nobody@/x?host=/nowhere-at-all"])
def test_a_database_that_cannot_be_had_is_an_error_with_a_mend(url: str) -> None:
    with pytest.raises(GradebookError) as caught:
        Gradebook.open(url)
    assert caught.value.mend


def test_others_cannot_read_the_file(tmp_path: Path) -> None:
    Gradebook.open(tmp_path / "gradebook.db").close()
    assert (tmp_path / "gradebook.db").stat().st_mode & 0o077 == 0


def test_a_kill_in_the_middle_of_writing_leaves_whole_grades_only(tmp_path: Path) -> None:
    where = tmp_path / "gradebook.db"
    code = f"""
import sys; sys.path.insert(0, {str(ROOT / "tests")!r})
from test_gradebook import Gradebook, a_grade, hand_in
book = Gradebook.open({str(where)!r}); book.assignment("rnn")
for n in range(10_000):
    book.add_grade(hand_in(book, f"s{{n}}", f"x = {{n}}"), a_grade(f"s{{n}}"), transcript=b"t" * 50_000)
    print(n, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    done = [process.stdout.readline() for _ in range(5)]
    process.kill()
    process.communicate()

    book = Gradebook.open(where)

    graded = [one for one in book.attempts("rnn") if book.grade(one.id)]
    assert len(graded) >= len(done)
    for one in graded:
        record, grade = book.grade(one.id) or pytest.fail("there a moment ago")
        assert grade.student == one.student
        assert book.blob(str(record.transcript)) == b"t" * 50_000
        assert book.files(one.id)
    book.close()


# --- marks over a grade -------------------------------------------------------------------------


def test_the_last_mark_of_a_check_counts_and_taking_it_back_restores_the_grade() -> None:
    grade = a_grade(points=0)
    one = MarkRecord("lstm_cell", "answer", 2, "dr. wu")
    over = MarkRecord("lstm_cell", "forward", 2, "dr. wu", why="the check was too strict")

    assert marked(grade, []) is grade
    with_both = marked(grade, [one, over])
    assert (with_both.points, with_both.possible, with_both.pending) == (4, 5, 0)
    assert "too strict" in with_both.exercises[0].checks[0].notes[-1]
    assert marked(grade, [one, dataclasses.replace(one, points=None)]) == grade


def test_a_mark_for_a_check_that_is_no_more_is_named() -> None:
    gone = MarkRecord("lstm_cell", "renamed", 2, "dr. wu")
    assert marked(a_grade(), [gone]) == a_grade()
    assert unused(a_grade(), [gone]) == (gone,)


@given(st.integers(0, 10), st.sampled_from(["forward", "answer"]))
def test_no_mark_takes_points_out_of_bounds(points: int, check: str) -> None:
    grade = marked(a_grade(), [MarkRecord("lstm_cell", check, points, "dr. wu")])
    finding = next(f for f in grade.exercises[0].checks if f.id == check)
    assert finding.points == min(points, finding.possible)


TEXTS = st.text(max_size=30)


@settings(max_examples=50)
@given(st.builds(Problem, TEXTS, TEXTS, st.none() | st.integers(), TEXTS, TEXTS, st.lists(TEXTS).map(tuple)), TEXTS)
def test_any_submission_comes_back_from_its_bytes(problem: Problem, text: str) -> None:
    given = Submission("ada", "sha256:0", (), {"q": text}, (problem,), (text,), "", "", (text,))
    assert documents.unpack_submission(documents.pack_submission(given)) == given

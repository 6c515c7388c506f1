"""Judging again: only what changed, no student code, marks by hand stay, and what must run is said."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import assignment as assignments
from autograder import cli
from autograder.case import Case
from autograder.crew import FORKS
from autograder.doctor import best_level
from autograder.errors import AutograderError, GradebookError, NotRecorded
from autograder.exercise import Exercise
from autograder.gradebook.records import MarkRecord
from autograder.gradebook.store import Gradebook
from autograder.model import Crash, ExerciseGrade, Finding, Observation, Outcome
from autograder.rejudging.basis import bases
from autograder.rejudging.declared import laid_over
from autograder.rejudging.spread import spread
from autograder.sandbox.request import Request
from autograder.sandbox.wire import WireError
from autograder.transcript import Transcript, stopped_in

ROOT = Path(__file__).resolve().parent.parent
CLASS = ROOT / "examples/class"
CHECKS = "assignments/rnn/grading/checks"


forking = pytest.mark.skipif(not FORKS, reason="no processes are forked on this system")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def edit(course: Path, file: str, *changes: tuple[str, str]) -> None:
    """Change a file of the course; each text must be there."""
    path = course / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{file} has no {old!r} any more"
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def grade_of(out: Path, student: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((out / student / "grade.json").read_text(encoding="utf-8"))
    return data


def check_of(out: Path, student: str, exercise: str, check: str) -> dict[str, Any]:
    found = next(e for e in grade_of(out, student)["exercises"] if e["id"] == exercise)
    check_: dict[str, Any] = next(c for c in found["checks"] if c["id"] == check)
    return check_


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room with a copy of the course, a class of two, and its grades: to be copied, not changed.

    ada has a right LSTM cell, chidi a wrong one; nothing else is done, so that it takes seconds.
    """
    room = tmp_path_factory.mktemp("rejudge")
    for part in ("assignments", "solutions"):
        shutil.copytree(ROOT / part, room / "course" / part, ignore=shutil.ignore_patterns("__pycache__"))
    for student in ("ada", "chidi"):
        (room / "class" / student).mkdir(parents=True)
        shutil.copy(CLASS / student / "lstm_cell.py", room / "class" / student)
    shutil.copy(CLASS / "chidi/helpers.py", room / "class/chidi")
    result = run(
        "grade", room / "class", "-o", room / "out", "--course", room / "course", "--isolation", best_level(), "-j", "1"
    )
    assert result.exit_code == 0, result.output
    return room


@pytest.fixture
def room(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "room"))


def rejudge(room: Path, *arguments: str) -> Result:
    return run("rejudge", room / "out", "--course", room / "course", "-j", "1", *arguments)


pytestmark = pytest.mark.slow


def test_without_a_change_nothing_is_judged_and_nothing_written(room: Path) -> None:
    before = (room / "out/ada/grade.json").read_bytes()

    result = rejudge(room)

    assert result.exit_code == 0, result.output
    assert "unchanged: 2" in result.output
    assert "(0 exercises" in result.output
    assert (room / "out/ada/grade.json").read_bytes() == before


def remembered(room: Path) -> dict[str, str]:
    """What the gradebook holds of known mistakes' answers: key and digest."""
    with sqlite3.connect(room / "out/gradebook.db") as connection:
        rows = connection.execute("SELECT key, blob FROM answers WHERE key LIKE 'known %'").fetchall()
    connection.close()
    return dict(rows)


def test_what_known_mistakes_answered_is_kept_by_grading_and_by_judging_again_but_not_by_looking(room: Path) -> None:
    graded = remembered(room)
    assert graded  # chidi's cell was compared with them
    file = sorted((room / "course/solutions/rnn/mistakes/lstm_cell").glob("*.py"))[0]
    file.write_text(file.read_text(encoding="utf-8") + "\n# another remark\n", encoding="utf-8")

    looked = rejudge(room, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert remembered(room) == graded
    again = rejudge(room)
    assert again.exit_code == 0, again.output

    changed = remembered(room)
    assert changed.keys() == graded.keys()
    assert sum(changed[key] != graded[key] for key in graded) <= 1  # only what was worked out anew


def test_no_student_code_runs_and_no_sandbox_is_opened(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way into a sandbox is closed, and what was handed in would leave a trace if it ran."""
    from autograder.sandbox import host, trusted

    opened: list[str] = []
    load = trusted.TrustedSandbox.open
    monkeypatch.setattr(host.ZygoteSandbox, "open", lambda *a: pytest.fail("a sandbox was opened"))
    monkeypatch.setattr(host.ZygoteSandbox, "__enter__", lambda *a: pytest.fail("a sandbox was started"))
    monkeypatch.setattr(
        trusted.TrustedSandbox, "open", lambda self, work: (opened.append(work.student), load(self, work))[1]
    )
    trap = f"open({str(room / 'ran')!r}, 'w').close()\n"
    with sqlite3.connect(room / "out/gradebook.db") as connection:
        blobs = connection.execute("SELECT a.read, b.data FROM attempts a JOIN blobs b ON b.digest = a.read").fetchall()
    connection.close()
    assert len(blobs) == 2
    with Gradebook.open(room / "out/gradebook.db") as book:
        for attempt in book.attempts("rnn"):
            _lay_trap(book, attempt.id, trap)
    edit(room / "course", f"{CHECKS}/common.py", ('"""', '"""Edited. '))
    edit(room / "course", f"{CHECKS}/common.py", ("\ndef ", "\nSOMETHING = 1\n\n\ndef "))
    edit(room / "course", "assignments/rnn/grading/families.py", ("\ndef ", "\nSOMETHING = 1\n\n\ndef "))

    result = rejudge(room)

    assert result.exit_code == 0, result.output
    assert not (room / "ran").exists()
    assert not {"ada", "chidi"} & set(opened)  # the reference and the known mistakes are ours


def _lay_trap(book: Gradebook, attempt: int, trap: str) -> None:
    """The stored submission gets a line that would write a file, were it executed."""
    import dataclasses

    from sqlalchemy import text

    from autograder.gradebook import blobs, documents

    work = book.submission(attempt)
    files = tuple(
        dataclasses.replace(file, units=tuple(dataclasses.replace(u, source=trap + u.source) for u in file.units))
        for file in work.files
    )
    with book._database.write() as session:
        digest = blobs.put(session, documents.pack_submission(dataclasses.replace(work, files=files)))
        session.execute(text("UPDATE attempts SET read = :d WHERE id = :i"), {"d": digest, "i": attempt})


def test_points_are_laid_over_without_judging(room: Path) -> None:
    text = (room / "course" / CHECKS / "cells.py").read_text(encoding="utf-8")
    start = text.index("@lstm.check", text.index("def parameters", text.index("lstm = Exercise(")))
    old = text[start : text.index("probe=", start)]
    worth = int(old.split("points=")[1].split(",")[0])
    new = text.replace(text[:start] + old, text[:start] + old.replace(f"points={worth}", f"points={worth + 5}"), 1)
    (room / "course" / CHECKS / "cells.py").write_text(new, encoding="utf-8")

    result = rejudge(room)

    assert result.exit_code == 0, result.output
    assert "(0 exercises" in result.output
    assert "points changed: 2" in result.output
    assert check_of(room / "out", "ada", "lstm_cell", "forward")["points"] == worth + 5
    assert check_of(room / "out", "chidi", "lstm_cell", "forward")["possible"] == worth + 5


def test_a_changed_tolerance_changes_points_and_says_whose_and_why(room: Path) -> None:
    before = check_of(room / "out", "ada", "lstm_cell", "forward")
    assert before["outcome"] == "passed"
    _strict(room / "course")

    dry = rejudge(room, "--dry-run")
    assert check_of(room / "out", "ada", "lstm_cell", "forward") == before
    result = rejudge(room)

    assert dry.exit_code == result.exit_code == 0, result.output
    assert "nothing was written" in dry.output
    for shown in (dry.output, result.output):
        assert "lstm_cell.forward: passed" in shown
    after = check_of(room / "out", "ada", "lstm_cell", "forward")
    assert (after["outcome"], after["points"]) == ("failed", 0)
    assert "points changed: 1" in result.output


def _strict(course: Path) -> None:
    """No h is right any more: as a tolerance would do it that is far too tight."""
    text = (course / CHECKS / "cells.py").read_text(encoding="utf-8")
    start = text.index("def forward", text.index("lstm = Exercise("))
    at = text.index("    same_outputs(", start)
    changed = text[:at] + '    close("h", student.h, reference.h + 1e-3)\n' + text[at:]
    (course / CHECKS / "cells.py").write_text(changed, encoding="utf-8")


def test_after_a_change_that_changed_nothing_nothing_is_judged(room: Path) -> None:
    edit(room / "course", "assignments/rnn/grading/families.py", ("\ndef ", "\nSOMETHING = 1\n\n\ndef "))
    edit(
        room / "course",
        f"{CHECKS}/cells.py",
        ("    same_outputs(", "    same_outputs(student, reference)\n    same_outputs("),
    )
    first = rejudge(room)

    second = rejudge(room)

    assert "unchanged: 2" in first.output, first.output
    assert "(0 exercises" not in first.output
    assert "(0 exercises" in second.output, second.output


def test_marks_by_hand_survive(room: Path) -> None:
    with Gradebook.open(room / "out/gradebook.db") as book:
        attempt = book.attempt("rnn", "ada").id
        book.people.mark(attempt, MarkRecord("lstm_cell", "forward", 1, "dr. wu", "explained in person"))
    _strict(room / "course")

    result = rejudge(room, "--reason", "the lecture asks for more")

    after = check_of(room / "out", "ada", "lstm_cell", "forward")
    assert result.exit_code == 0, result.output
    assert after["points"] == 1
    assert "explained in person" in " ".join(after["notes"])
    with Gradebook.open(room / "out/gradebook.db") as book:
        last = book.history(attempt)[-1]
        assert (last.why, last.reason) == ("rejudge", "the lecture asks for more")


def test_after_judging_again_grade_finds_everything_done(room: Path) -> None:
    _strict(room / "course")
    rejudge(room)

    result = run(
        "grade", room / "class", "-o", room / "out", "--course", room / "course", "--isolation", best_level(), "-j", "1"
    )

    assert result.output.count(" again ") == 2, result.output


def test_a_new_request_is_named_and_only_that_submission_must_run(room: Path) -> None:
    """Another case asks for what was never seen."""
    edit(room / "course", f"{CHECKS}/cells.py", ("CELL_PARITY = grid(batch=(3, 1)", "CELL_PARITY = grid(batch=(2, 1)"))
    before = (room / "out/ada/grade.json").read_bytes()

    result = rejudge(room)

    assert result.exit_code == 1, result.output
    assert "must run again" in result.output
    assert "ada, attempt 1: lstm_cell" in result.output
    assert (room / "out/ada/grade.json").read_bytes() == before


def test_changed_probes_mean_that_everything_must_run_unless_the_instructor_knows_better(room: Path) -> None:
    edit(room / "course", "assignments/rnn/grading/probes/cells.py", ("\ndef ", "\nSOMETHING = 1\n\n\ndef "))

    refused, trusted = rejudge(room), rejudge(room, "--same-probes")

    assert refused.exit_code == 1
    assert "the probes, or what runs them, have changed" in refused.output
    assert trusted.exit_code == 0, trusted.output


def test_a_comment_in_a_probe_changes_nothing(room: Path) -> None:
    edit(room / "course", "assignments/rnn/grading/probes/cells.py", ("\ndef ", "\n# a remark\ndef "))
    assert rejudge(room).exit_code == 0


def test_one_student_alone_and_an_unknown_one(room: Path) -> None:
    assert "judged again 1 stored submission" in rejudge(room, "--student", "ada").output
    unknown = rejudge(room, "--student", "nobody")
    assert unknown.exit_code == 1
    assert "nobody" in unknown.output


def test_a_folder_that_holds_no_grades_is_refused(tmp_path: Path) -> None:
    result = run("rejudge", tmp_path)
    assert result.exit_code in (1, 2)
    assert "was not made by" in result.output


# --- what can be kept ---------------------------------------------------------------------------


def test_the_basis_of_an_exercise_changes_with_its_checks_and_with_nothing_else(graded: Path, tmp_path: Path) -> None:
    course = Path(shutil.copytree(graded / "course", tmp_path / "course"))
    before = bases(assignments.load(course, "rnn"))
    assert bases(assignments.load(course, "rnn")) == before
    _strict(course)

    after = bases(assignments.load(course, "rnn"))

    assert {name for name in before if before[name] != after[name]} == {"lstm_cell"}


def test_a_helper_that_a_check_calls_and_a_file_of_data_change_the_basis(graded: Path, tmp_path: Path) -> None:
    course = Path(shutil.copytree(graded / "course", tmp_path / "course"))
    before = bases(assignments.load(course, "rnn"))
    edit(course, f"{CHECKS}/common.py", ("reference[name], atol=1e-8", "reference[name], atol=1e-7"))
    helped = bases(assignments.load(course, "rnn"))
    changed = {name for name in before if before[name].judged != helped[name].judged}
    assert {"lstm_cell", "gru_cell"} <= changed
    assert "build_vocab" not in changed
    edit(course, "solutions/rnn/calibration.json", ("{", "{ "))

    after = bases(assignments.load(course, "rnn"))

    assert all(after[name].judged != helped[name].judged for name in before)


def test_a_known_mistake_bears_on_failures_of_the_check_that_catches_it(graded: Path, tmp_path: Path) -> None:
    course = Path(shutil.copytree(graded / "course", tmp_path / "course"))
    before = bases(assignments.load(course, "rnn"))
    path = sorted((course / "solutions/rnn/mistakes/lstm_cell").glob("*.py"))[0]
    caught = path.read_text(encoding="utf-8").split("Caught by:")[1].split()[0]
    path.write_text(path.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")

    after = bases(assignments.load(course, "rnn"))

    named = {(e, c) for e in before for c in before[e].named if before[e].named[c] != after[e].named[c]}
    assert named == {("lstm_cell", caught)}
    (course / "solutions/rnn/mistakes/remarks.txt").write_text("who knows", encoding="utf-8")
    everything = bases(assignments.load(course, "rnn"))
    assert all(everything[e].named[c] != after[e].named[c] for e in before for c in before[e].named)


def test_points_hints_and_claims_are_no_part_of_the_basis(graded: Path, tmp_path: Path) -> None:
    course = Path(shutil.copytree(graded / "course", tmp_path / "course"))
    before = bases(assignments.load(course, "rnn"))
    first = assignments.load(course, "rnn").exercises[0].checks[0]
    edit(course, f"{CHECKS}/cells.py", (first.claim.split()[0], "Truly " + first.claim.split()[0]))
    text = (course / CHECKS / "cells.py").read_text(encoding="utf-8")
    text = text.replace("points=1,", "points=2,").replace('\n    hint="', '\n    hint="Look: ')
    (course / CHECKS / "cells.py").write_text(text, encoding="utf-8")

    loaded = assignments.load(course, "rnn")

    assert bases(loaded) == before
    assert any(check.hint.startswith("Look: ") for e in loaded.exercises for check in e.checks)


def an_exercise(**changes: Any) -> Exercise:
    exercise = Exercise("cell", title="A cell", names=("Cell",))
    fields: dict[str, Any] = {"points": 3, "probe": "p", "kind": "parity", "hint": "look at o"} | changes

    def shapes(student: Any, reference: Any) -> None:
        """it has a shape"""

    def forward(student: Any, reference: Any) -> None:
        """it is right"""

    first = exercise.check(**fields)(shapes)
    exercise.check(**fields, needs=first)(forward)
    return exercise


THEN = {
    "title": "A cell",
    "claims": {"shapes": "it had a shape", "forward": "it was right"},
    "hints": {"shapes": "look at i", "forward": "look at i"},
}


def old_grade(first: Outcome, hint: str = "", message: str = "") -> ExerciseGrade:
    second = Outcome.PASSED if first is Outcome.PASSED else Outcome.SKIPPED
    waits = "waits for “it had a shape”" if second is Outcome.SKIPPED else ""
    checks = (
        Finding("shapes", "it had a shape", first, 1 if first is Outcome.PASSED else 0, 1, hint=hint, message=message),
        Finding("forward", "it was right", second, 1 if second is Outcome.PASSED else 0, 1, message=waits),
    )
    return ExerciseGrade("cell", "A cell", checks)


def test_todays_points_and_claims_are_laid_over() -> None:
    laid = laid_over(an_exercise(), old_grade(Outcome.PASSED), THEN)
    assert laid is not None
    assert [(f.points, f.possible, f.claim) for f in laid.checks] == [(3, 3, "it has a shape"), (3, 3, "it is right")]


def test_a_hint_is_replaced_where_it_was_the_checks_own_and_a_message_quotes_todays_claim() -> None:
    laid = laid_over(an_exercise(), old_grade(Outcome.FAILED, hint="look at i"), THEN)
    assert laid is not None
    assert laid.checks[0].hint == "look at o"
    assert laid.checks[1].message == "waits for “it has a shape”"
    kept = laid_over(an_exercise(), old_grade(Outcome.FAILED, hint="of the mistake"), THEN)
    assert kept is not None
    assert kept.checks[0].hint == "of the mistake"


def test_where_nobody_can_say_whether_a_hint_would_be_there_it_is_judged() -> None:
    then = {**THEN, "hints": {"shapes": "", "forward": ""}}
    assert laid_over(an_exercise(), old_grade(Outcome.FAILED), then) is None


# --- several processes --------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "spread.db") as opened:
        yield opened


class Work:
    """A function in each process, and a trace of each process's end."""

    def __init__(self, do: Callable[[int], Any], folder: Path) -> None:
        self.do, self.folder = do, folder

    def __call__(self, number: int) -> Any:
        return self.do(number)

    def finish(self) -> None:
        (self.folder / f"finished-{os.getpid()}").touch()


@pytest.mark.parametrize("workers", [1, 3])
def test_each_process_reads_the_gradebook_for_itself_and_ends_its_work(
    book: Gradebook, tmp_path: Path, workers: int
) -> None:
    for number in range(20):
        book.set(f"square {number}", number * number)

    def begin(mine: Gradebook) -> Work:
        return Work(lambda n: (mine is book, mine.setting(f"square {n}")), tmp_path)

    found = spread(begin, 20, workers, book, str)

    assert len(list(tmp_path.glob("finished-*"))) == workers

    assert found == {n: (False, n * n) for n in range(20)}
    assert book.setting("square 3") == 9


@forking
def test_what_a_process_held_that_was_killed_is_done_by_another(book: Gradebook, tmp_path: Path) -> None:
    def work(number: int) -> int:
        if number == 7 and not (tmp_path / "struck").exists():
            (tmp_path / "struck").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert spread(lambda mine: Work(work, tmp_path), 20, 2, book, str) == {n: n for n in range(20)}


@forking
def test_a_piece_of_which_two_processes_died_is_named(book: Gradebook, tmp_path: Path) -> None:
    def work(number: int) -> int:
        if number == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(AutograderError, match=r"ada's submission died twice \(ended by SIGKILL\)") as stopped:
        spread(lambda mine: Work(work, tmp_path), 20, 2, book, lambda number: "ada's submission")

    assert "-j 1" in stopped.value.mend


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_of_the_work_arrives_as_it_was_raised(book: Gradebook, tmp_path: Path, workers: int) -> None:
    def work(number: int) -> int:
        return number if number < 7 else int(mine_is_missing(number))

    def mine_is_missing(number: int) -> str:
        raise GradebookError(f"the gradebook does not hold {number}")

    with pytest.raises(GradebookError, match="does not hold"):
        spread(lambda mine: Work(work, tmp_path), 20, workers, book, str)


# --- replies that are decoded when they are asked for -------------------------------------------


def requests(count: int) -> list[Request]:
    return [Request("p", Case(id=f"case{number}", seed=number)) for number in range(count)]


NAMES = st.text(max_size=12) | st.sampled_from(
    ['{"digest": "' + "0" * 64 + '"', '{"digest": "' + requests(2)[1].digest + '"', '{"digest": ""']
)
REPLIES = st.builds(Observation, st.dictionaries(NAMES, st.integers(-5, 5) | st.just(np.arange(3.0)), max_size=3)) | (
    st.builds(Crash, st.sampled_from(["deadline", "exception", "died"]), st.text(max_size=10))
)


@settings(max_examples=80, deadline=None)
@given(st.lists(REPLIES, max_size=5), REPLIES)
def test_a_transcript_answers_the_same_when_it_is_decoded_bit_by_bit(replies: list[Any], loaded: Any) -> None:
    """Whatever a submission calls its values, and whatever is asked first."""
    transcript = Transcript(loaded)
    asked = requests(len(replies) + 1)
    for request, reply in zip(asked, replies, strict=False):
        transcript.add(request, reply)
    try:
        data = transcript.to_bytes()
    except WireError:
        return
    whole, lazy = Transcript.from_bytes(data), Transcript.lazily(data)

    assert repr(lazy.loaded) == repr(whole.loaded)
    for request in asked[: len(replies)]:
        assert repr(lazy.answer(request)) == repr(whole.answer(request))
    with pytest.raises(NotRecorded):
        lazy.answer(asked[-1])
    stopped = {r for r in whole.replies.values() if isinstance(r, Crash) and r.kind == "deadline"}
    assert bool(stopped_in(data)) == bool(stopped or (isinstance(whole.loaded, Crash) and loaded.kind == "deadline"))

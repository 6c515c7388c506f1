"""Notebooks of other graders: what is recognised, and nbgrader itself on our own notebook."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder import compat, intake, pipeline
from autograder.assignment import Assignment
from autograder.cli import main
from autograder.errors import IntakeError
from autograder.grading import Grading
from autograder.model import Outcome, Submission
from autograder.pipeline import Course
from autograder.releasing import teaching
from autograder.sandbox.trusted import TrustedSandbox

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "assignments" / "rnn" / "rnn.ipynb"


def saved(tmp_path: Path, *cells: Any, name: str = "ps1.ipynb", **metadata: Any) -> Path:
    path = tmp_path / name
    nbformat.write(new_notebook(cells=list(cells), metadata=metadata), path)
    return path


# --- nbgrader ------------------------------------------------------------------------------------


def marked(cell: Any, id: str, **fields: Any) -> Any:
    kinds = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {**kinds, "grade_id": id, **fields}
    return cell


def nbgrader_cells() -> list[Any]:
    return [
        new_markdown_cell("# Problem set 1"),
        marked(new_code_cell("def squares(n):\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"), "squares",
               solution=True),
        marked(new_code_cell("assert squares(1) == [1]\n### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS"),
               "squares_tests", grade=True, locked=True, points=2),
        marked(new_code_cell("assert squares(2)\nscore"), "more_tests", grade=True, locked=True, points=1.5),
        marked(new_markdown_cell("YOUR ANSWER HERE"), "why", grade=True, solution=True, points=3),
        marked(new_markdown_cell("=== BEGIN MARK SCHEME ===\nfull\n=== END MARK SCHEME ==="), "plot", task=True,
               points=4, locked=True),
        marked(new_code_cell("import numpy"), "imports", locked=True),
        marked(new_code_cell("def free():\n    pass"), "free", solution=True),
    ]  # fmt: skip


def test_an_nbgrader_source_is_read_with_its_ids_and_points(tmp_path: Path) -> None:
    outline = compat.read(saved(tmp_path, *nbgrader_cells()))
    assert (outline.form, outline.released, outline.points, outline.problems) == ("nbgrader", False, 10.5, ())
    seen = [(p.id, p.points, p.kind, p.solution, p.tests, p.hidden, p.names) for p in outline.parts]
    assert seen == [
        ("squares_tests", 2.0, "tests", (2,), (3,), True, ("squares",)),
        ("more_tests", 1.5, "tests", (2,), (4,), False, ("squares",)),
        ("why", 3.0, "by hand", (5,), (), False, ()),
        ("plot", 4.0, "by hand", (), (), False, ()),
        ("free", None, "by nothing", (8,), (), False, ("free",)),
    ]


def test_what_is_not_translated_is_said(tmp_path: Path) -> None:
    said = "\n".join(compat.read(saved(tmp_path, *nbgrader_cells())).left_out)
    parts = ["cells 3 and 4 assert", "last expression of cell 4", "mark scheme in cell 6", "cell 7 cannot be edited"]
    assert all(part in said for part in [*parts, "fractions of points"])


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([marked(new_code_cell(text), "a", solution=True) for text in "xy"], "2 cells have the grade_id 'a'"),
        ([marked(new_code_cell("x"), "", solution=True)], "cell 1 has no grade_id"),
        ([marked(new_code_cell("x"), "ö b", solution=True)], "cell 1 has the grade_id 'ö b', which nbgrader refuses"),
        ([marked(new_code_cell("x"), "a", grade=True)], "cell 1 is graded and has no points"),
        ([marked(new_markdown_cell("x"), "a", grade=True, points=1)],
         "cell 1 is Markdown and graded only: it has to be both"),
        ([marked(new_code_cell("x"), "a", task=True, points=1)], "cell 1 is a task and no Markdown cell"),
        ([marked(new_code_cell("x"), "a", schema_version=9, locked=True)],
         "cell 1 has metadata of schema 9; 3 is the newest that is read here"),
        ([marked(new_code_cell("# BEGIN SOLUTION"), "a", solution=True)],
         "cell 1 opens or closes a solution region that has no other end"),
    ],
)  # fmt: skip
def test_what_nbgrader_would_refuse_is_said_with_its_cell(tmp_path: Path, cells: list[Any], message: str) -> None:
    assert message in compat.read(saved(tmp_path, *cells)).problems


def test_our_released_notebook_reads_as_an_nbgrader_assignment(rnn: Assignment) -> None:
    outline = compat.read(NOTEBOOK)
    assert (outline.form, outline.released, outline.problems) == ("nbgrader", True, ())
    parts = {part.id: part for part in outline.parts}
    assert set(parts) == {exercise.id for exercise in rnn.exercises}
    for exercise in rnn.exercises:
        part = parts[exercise.id]
        assert part.kind == ("by hand" if exercise.written else "by nothing")
        assert set(part.names) >= set(exercise.names)


# --- otter ---------------------------------------------------------------------------------------


def otter_cells() -> list[Any]:
    return [
        new_raw_cell("# ASSIGNMENT CONFIG\nname: hw01\nexport_cell: true\nseed:\n    variable: rng\n"),
        new_raw_cell("# BEGIN QUESTION\nname: q1\npoints: 2\nall_or_nothing: true\n"),
        new_markdown_cell("**Question 1.** Write `square`."),
        new_raw_cell("# BEGIN SOLUTION"),
        new_code_cell("def square(x):\n    return x ** 2 # SOLUTION"),
        new_raw_cell("# END SOLUTION"),
        new_raw_cell("# BEGIN TESTS"),
        new_code_cell("square(1) == 1"),
        new_code_cell("# HIDDEN\nsquare(3) == 9"),
        new_raw_cell("# END TESTS"),
        new_raw_cell("# END QUESTION"),
        new_markdown_cell("```otter\n# BEGIN QUESTION\nname: q2\n```"),
        new_raw_cell("# BEGIN TESTS"),
        new_code_cell('""" # BEGIN TEST CONFIG\npoints: 3\nhidden: true\n""" # END TEST CONFIG\nassert 1'),
        new_raw_cell("# END TESTS"),
        new_raw_cell("# END QUESTION"),
        new_raw_cell("# BEGIN QUESTION\nname: q3\nmanual: true\npoints: 0.5"),
        new_raw_cell("# BEGIN SOLUTION"),
        new_markdown_cell("Because."),
        new_raw_cell("# END SOLUTION"),
        new_raw_cell("# END QUESTION"),
    ]


def test_an_otter_master_is_read_with_names_and_points(tmp_path: Path) -> None:
    outline = compat.read(saved(tmp_path, *otter_cells()))
    assert (outline.form, outline.title, outline.released, outline.problems) == ("otter", "hw01", False, ())
    seen = [(p.id, p.points, p.kind, p.solution, p.tests, p.hidden, p.names) for p in outline.parts]
    assert seen == [
        ("q1", 2.0, "tests", (5,), (8, 9), True, ("square",)),
        ("q2", 3.0, "tests", (), (14,), True, ()),
        ("q3", 0.5, "by hand", (19,), (), False, ()),
    ]
    said = "\n".join(outline.left_out)
    assert all(
        part in said for part in ("3 test cells say", "all_or_nothing", "the export cell", "the seed", "fractions")
    )


def test_a_question_without_points_is_worth_one(tmp_path: Path) -> None:
    cells = [new_raw_cell("# BEGIN QUESTION\nname: q"), new_raw_cell("# END QUESTION")]
    assert compat.read(saved(tmp_path, *cells)).points == 1


def test_a_students_otter_notebook_is_read_from_its_metadata(tmp_path: Path) -> None:
    case = {"code": ">>> 1\n1", "hidden": False, "locked": False, "points": 0.5}
    tests = {"q1": {"name": "q1", "points": None, "suites": [{"cases": [case, case], "type": "doctest"}]}}
    path = saved(
        tmp_path,
        new_code_cell('grader.check("q1")'),
        otter={"assignment_name": "hw01", "tests": tests, "OK_FORMAT": True},
    )
    outline = compat.read(path)
    assert (outline.title, outline.released, outline.points) == ("hw01", True, 1.0)
    assert (outline.parts[0].id, outline.parts[0].tests) == ("q1", (1,))


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([new_raw_cell("# BEGIN QUESTION\nname: q")], "a question is begun and not ended"),
        ([new_raw_cell("# END TESTS")], "cell 1 ends a tests that was not begun"),
        ([new_raw_cell("# BEGIN QUESTION\n- a"), new_raw_cell("# END QUESTION")],
         "cell 1 holds no mapping of names to values"),
        ([new_raw_cell("# BEGIN QUESTION\na: [")], "question 1 has no name"),
    ],
)  # fmt: skip
def test_what_otter_would_refuse_is_said(tmp_path: Path, cells: list[Any], message: str) -> None:
    assert message in compat.read(saved(tmp_path, *cells)).problems


# --- any file ------------------------------------------------------------------------------------


def test_an_ordinary_notebook_needs_no_import(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="neither nbgrader's metadata nor otter's markers"):
        compat.read(saved(tmp_path, new_code_cell("x = 1")))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"cells": 3}', b"\xff\xfe", b"[" * 100_000, b'{"cells": [1, {}]}']
)
def test_what_is_no_notebook_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    with pytest.raises(IntakeError):
        compat.read(path)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=6,
)
FIELDS = ("grade", "solution", "locked", "task", "points", "grade_id", "schema_version", "checksum")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), ANY), max_size=3), ANY, st.text(max_size=20))
def test_metadata_of_any_form_is_read(
    tmp_path_factory: pytest.TempPathFactory, cells: Any, tests: Any, yaml: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "x.ipynb"
    made: list[Any] = [{"cell_type": "code", "source": "x", "metadata": {"nbgrader": cell}} for cell in cells]
    path.write_text(json.dumps({"cells": [*made, {"cell_type": "raw", "source": "x"}]}), encoding="utf-8")
    if made:
        json.dumps(compat.read(path).to_json())
    made = [{"cell_type": "raw", "source": f"# BEGIN QUESTION\n{yaml}"}]
    path.write_text(json.dumps({"cells": made, "metadata": {"otter": {"tests": tests}}}), encoding="utf-8")
    json.dumps(compat.read(path).to_json())
    path.write_text(json.dumps({"cells": [], "metadata": {"otter": {"tests": tests}}}), encoding="utf-8")
    json.dumps(compat.read(path).to_json())


def test_the_command_prints_a_table_or_json(tmp_path: Path) -> None:
    path = str(saved(tmp_path, *nbgrader_cells()))
    printed = CliRunner().invoke(main, ["import-notebook", path])
    assert printed.exit_code == 0, printed.output
    assert "squares_tests" in printed.output
    assert "Not translated" in printed.output
    plain = json.loads(CliRunner().invoke(main, ["import-notebook", path, "--json"]).output)
    assert (plain["form"], plain["points"], plain["parts"][0]["id"]) == ("nbgrader", 10.5, "squares_tests")
    broken = saved(tmp_path, marked(new_code_cell("x"), "a", grade=True), name="b.ipynb")
    assert CliRunner().invoke(main, ["import-notebook", str(broken)]).exit_code == 1


# --- nbgrader itself -----------------------------------------------------------------------------

VERSION = "0.9.6"
# Without JupyterLab and the classic notebook, which it lists and which its command line does not touch.
NEEDS = ["alembic", "ipykernel", "ipython", "jupyter_client<9", "jupyter_server>=2", "jupyterlab_server", "nbclient",
         "nbconvert", "nbformat", "python-dateutil", "pyyaml", "rapidfuzz", "requests", "setuptools",
         "sqlalchemy<3"]  # fmt: skip


@pytest.fixture(scope="session")
def nbgrader(pytestconfig: pytest.Config) -> Path:
    """The Python of an environment that has nbgrader; made once and kept in pytest's cache."""
    folder = pytestconfig.cache.mkdir(f"nbgrader-{VERSION}-{sys.version_info.major}.{sys.version_info.minor}")  # type: ignore[union-attr]
    python, done = folder / "bin" / "python", folder / "done"
    if not done.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        for what in (["--no-deps", f"nbgrader=={VERSION}"], NEEDS):
            got = subprocess.run([str(python), "-m", "pip", "install", "-q", *what], capture_output=True, text=True)
            if got.returncode:
                pytest.skip(f"nbgrader cannot be installed: {(got.stderr.strip().splitlines() or ['?'])[-1]}")
        done.touch()
    return python


def run(python: Path, *words: str, cwd: Path) -> str:
    path = {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}  # it calls alembic by its name
    done = subprocess.run([str(python), *words], cwd=cwd, capture_output=True, text=True, env=os.environ | path)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_nbgrader_accepts_the_metadata_of_our_notebook(nbgrader: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from nbgrader.nbgraderformat import read\n"
        "book = read(sys.argv[1], as_version=4)\n"
        "print(sum('nbgrader' in cell.metadata for cell in book.cells))"
    )
    said = run(nbgrader, "-c", code, str(NOTEBOOK), cwd=tmp_path)
    assert said.strip() == "22"


@pytest.fixture(scope="session")
def generated(nbgrader: Path, rnn: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``nbgrader generate_assignment`` makes of our notebook with its solutions."""
    course = tmp_path_factory.mktemp("course")
    source = course / "source" / "rnn" / "rnn.ipynb"
    source.parent.mkdir(parents=True)
    text = teaching.make(rnn, solved=True)
    assert text is not None
    source.write_text(text, encoding="utf-8")
    (course / "nbgrader_config.py").write_text("get_config().CourseDirectory.course_id = 'course'\n", encoding="utf-8")
    run(nbgrader, "-m", "nbgrader", "generate_assignment", "rnn", cwd=course)
    return course / "release" / "rnn" / "rnn.ipynb"


def read(path: Path, assignment: Assignment) -> Submission:
    return intake.receive([path], assignment.exercises, mode="single").entries[0].read()


@pytest.mark.slow
def test_what_nbgrader_hands_out_is_ungraded_work_here(generated: Path, rnn: Assignment, course: Course) -> None:
    submission = read(generated, rnn)
    assert (submission.problems, submission.notes, submission.answers) == ((), (), {})
    with TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file) as sandbox:
        grade = pipeline.grade(submission, course, sandbox)
    assert grade.points == 0
    outcomes = {finding.outcome for exercise in grade.exercises for finding in exercise.checks}
    assert outcomes <= {Outcome.UNATTEMPTED, Outcome.SKIPPED}
    assert [part.id for part in compat.read(generated).parts if part.kind == "by hand"] == [
        exercise.id for exercise in rnn.exercises if exercise.written
    ]


@pytest.mark.slow
def test_what_is_filled_in_there_is_graded_here(
    generated: Path, rnn: Assignment, course: Course, tmp_path: Path
) -> None:
    """A student's work in nbgrader's release, its metadata in place: one exercise, all of its checks passed."""
    book = nbformat.read(generated, as_version=4)
    solved = nbformat.reads(teaching.make(rnn, solved=True) or "", as_version=4)
    sources = {cell.id: cell.source for cell in solved.cells}
    for cell in book.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "lstm_cell":
            cell.source = sources[cell.id]
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "written_rnn":
            cell.source = cell.source.replace("YOUR ANSWER HERE", "Three steps share their weights.")
    nbformat.write(book, tmp_path / "rnn.ipynb")
    submission = read(tmp_path / "rnn.ipynb", rnn)
    assert submission.answers == {"written_rnn": "Three steps share their weights."}
    chosen = next(exercise for exercise in rnn.exercises if exercise.id == "lstm_cell")
    with TrustedSandbox(rnn.probes, stubs=rnn.stubs, stand_ins=rnn.stand_ins_file) as sandbox:
        session = sandbox.open(submission)
        result = Grading(rnn, submission, session, course.reference, course.seeds).exercise(chosen)
    assert result.points == chosen.possible

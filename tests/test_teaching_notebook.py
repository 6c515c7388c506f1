"""The teaching notebook: valid, complete, the same each time, and it runs from a clean kernel when it is filled in."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder import assignment as assignments
from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.releasing import teaching

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = ROOT / "solutions" / "rnn" / "notebook"
NBGRADER = {"schema_version", "solution", "grade", "locked", "task", "grade_id", "points"}


@pytest.fixture(scope="module")
def rnn() -> Assignment:
    return assignments.load(ROOT, "rnn")


@pytest.fixture(scope="module")
def released(rnn: Assignment) -> dict[str, Any]:
    return json.loads(teaching.make(rnn) or "")


@pytest.fixture(scope="module")
def solved(rnn: Assignment) -> dict[str, Any]:
    return json.loads(teaching.make(rnn, solved=True) or "")


def sources(notebook: dict[str, Any], kind: str) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind}


@pytest.mark.parametrize("which", ["released", "solved"])
def test_it_is_a_valid_notebook_of_format_4_5_with_its_own_ids(which: str, request: pytest.FixtureRequest) -> None:
    notebook = request.getfixturevalue(which)
    nbformat.validate(nbformat.from_dict(notebook))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert notebook["metadata"]["torchgrade"] == {"assignment": "rnn", "handout": "1.0"}
    assert not any(cell.get("outputs") for cell in notebook["cells"])


def test_it_is_made_the_same_each_time(rnn: Assignment, released: dict[str, Any]) -> None:
    assert json.loads(teaching.make(rnn) or "") == released
    assert (ROOT / "assignments" / "rnn" / "rnn.ipynb").read_text(encoding="utf-8") == teaching.make(rnn)


def test_every_exercise_is_written_tried_and_checked_in_it(rnn: Assignment, released: dict[str, Any]) -> None:
    order = [cell["id"] for cell in released["cells"]]
    code = sources(released, "code")
    for exercise in rnn.exercises:
        if exercise.written:
            assert f"answer-{exercise.id}" in order
            continue
        own, checked = order.index(f"exercise-{exercise.id}"), order.index(f"check-{exercise.id}")
        assert code[f"check-{exercise.id}"] == f'check("{exercise.id}")'
        tried = [name for name in order[own + 1 : checked] if name.startswith("try-")]
        assert tried, f"{exercise.id} has no cell to try it"
        defined = {node.name for node in ast.parse(code[f"exercise-{exercise.id}"]).body}  # type: ignore[attr-defined]
        assert defined == set(exercise.names)


def test_all_parts_of_the_topic_are_there(released: dict[str, Any]) -> None:
    headings = re.findall(r"^## (.*)$", "\n".join(sources(released, "markdown").values()), re.MULTILINE)
    wanted = ("vanilla RNN", "Vanishing", "Long short-term", "gated recurrent", "both ends", "review good")
    wanted += ("Exercise 1", "Exercise 2", "Exercise 3", "Exercise 4", "side by side", "Further reading")
    assert [words for words in wanted if not any(words in heading for heading in headings)] == []
    attached = [cell for cell in released["cells"] if cell.get("attachments")]
    assert len(attached) >= 4
    for cell in attached:
        assert set(re.findall(r"\(attachment:([\w.]+)\)", "".join(cell["source"]))) == set(cell["attachments"])


def test_its_metadata_is_what_nbgrader_accepts(rnn: Assignment, released: dict[str, Any]) -> None:
    """Solution cells are not graded there; written answers are marked by hand, with their points."""
    points = {exercise.id: exercise.possible for exercise in rnn.exercises}
    found = {}
    for cell in released["cells"]:
        known = cell["metadata"].get("nbgrader")
        if known is None:
            continue
        assert set(known) <= NBGRADER
        assert known["schema_version"] == 3
        assert known["solution"] is True
        assert known["locked"] is False
        assert known["task"] is False
        assert known["grade"] is (cell["cell_type"] == "markdown")
        assert known.get("points") == (points[known["grade_id"]] if known["grade"] else None)
        found[known["grade_id"]] = cell
    assert found.keys() == points.keys()


def test_a_written_answer_is_one_cell_that_is_read_as_the_answer(released: dict[str, Any]) -> None:
    answers = {name: text for name, text in sources(released, "markdown").items() if name.startswith("answer-")}
    assert len(answers) == 4
    for name, text in answers.items():
        assert text == f"<!-- answer: {name.removeprefix('answer-')} -->\n\n*Your answer here.*"


def test_the_released_one_holds_no_solution_and_the_solved_one_all_of_them(
    released: dict[str, Any], solved: dict[str, Any]
) -> None:
    for name, text in sources(released, "code").items():
        assert "SOLUTION" not in text
        assert ("NotImplementedError" in text) is name.startswith("exercise-")
    for name, text in sources(solved, "code").items():
        assert "NotImplementedError" not in text
        assert ("### BEGIN SOLUTION" in text) is name.startswith("exercise-")
        assert text.count("BEGIN SOLUTION") == text.count("END SOLUTION")


@pytest.mark.slow
def test_filled_in_it_runs_from_a_clean_kernel_cell_by_cell(solved: dict[str, Any], tmp_path: Path) -> None:
    """Every cell, in the folder that students have; no cell raises."""
    shutil.copytree(ROOT / "assignments" / "rnn", tmp_path / "rnn", ignore=shutil.ignore_patterns("__pycache__"))
    notebook = nbformat.reads(json.dumps(solved), as_version=4)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path / "rnn")}}
    )
    client.execute()
    outputs = {cell["id"]: cell.get("outputs", []) for cell in notebook.cells}
    assert not [name for name, found in outputs.items() for output in found if output["output_type"] == "error"]
    drawn = [name for name, found in outputs.items() if any("image/png" in output.get("data", {}) for output in found)]
    assert {"try-memory", "try-state-gradients", "try-forget-bias", "try-curves", "try-word-importance"} <= set(drawn)
    assert [cell["id"] for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count is None] == []
    checked = {cell["id"]: cell["outputs"][0]["data"] for cell in notebook.cells if cell["id"].startswith("check-")}
    assert len(checked) == 18
    assert all("text/html" in data for data in checked.values())
    said = {name: data["text/plain"] for name, data in checked.items()}
    assert {name: text for name, text in said.items() if "FAILED" in text or "CRASHED" in text} == {}


# --- sections that lead nowhere -------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the course without its sections."""
    shutil.copytree(
        ROOT / "assignments", tmp_path / "assignments", ignore=shutil.ignore_patterns("__pycache__", "data")
    )
    (tmp_path / "assignments" / "rnn" / "data").symlink_to(ROOT / "assignments" / "rnn" / "data")
    ignored = shutil.ignore_patterns("mistakes", "variants", "__pycache__", "notebook")
    shutil.copytree(ROOT / "solutions" / "rnn", tmp_path / "solutions" / "rnn", ignore=ignored)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# A\n\n<!-- exercise: lstm_sell -->\n", 3, "no exercise 'lstm_sell'"),
        ("<!-- check: nothing -->\n", 1, "no exercise 'nothing'"),
        ("<!-- solution: lstm_cell -->\n", 1, "no word for lstm_cell"),
        ("<!-- exercise: written_rnn -->\n", 1, "no word for written_rnn"),
        ("<!-- exercise: lstm_cell -->\n<!-- exercise: lstm_cell -->\n", 2, "is there twice"),
        ("```python id=a\nx = 1\n```\n```python id=a\nx = 2\n```\n", 6, "two cells would have the id 'a'"),
        ("text\n\n```python id=a\nx = 1\n", 4, "never closed"),
        ("![a](pictures/none.png)\n", 1, "there is no picture"),
        ("# A\n", None, "no section has <!-- exercise: vanilla_rnn -->"),
    ],
)
def test_a_section_that_leads_nowhere_is_refused_with_its_line(
    text: str, line: int | None, words: str, course: Path
) -> None:
    section = course / "solutions" / "rnn" / "notebook" / "00-start.md"
    section.parent.mkdir()
    section.write_text(text, encoding="utf-8")
    where = re.escape(f"{section}:{line}: ") if line else ""
    with pytest.raises(AssignmentError, match=f"{where}.*{re.escape(words)}"):
        teaching.make(assignments.load(course, "rnn"))


def test_a_fence_without_an_id_stays_text_and_headings_begin_cells(course: Path) -> None:
    folder = course / "solutions" / "rnn" / "notebook"
    folder.mkdir()
    everything = "".join(
        f"<!-- {'written' if exercise.written else 'exercise'}: {exercise.id} -->\n"
        for exercise in assignments.load(course, "rnn").exercises
    )
    text = "# One\n\n```python\n# no heading\nx = 1\n```\n\n## Two\n\nwords\n\n```python id=run\ny = 2\n```\n\nend\n"
    (folder / "01-part.md").write_text(text + everything, encoding="utf-8")
    cells = json.loads(teaching.make(assignments.load(course, "rnn")) or "")["cells"]
    assert [(cell["id"], cell["cell_type"]) for cell in cells[:4]] == [
        ("part-one", "markdown"),
        ("part-two", "markdown"),
        ("run", "code"),
        ("part-after-run", "markdown"),
    ]
    assert "# no heading" in "".join(cells[0]["source"])


def test_an_assignment_without_sections_has_no_notebook(course: Path) -> None:
    assert teaching.make(assignments.load(course, "rnn")) is None

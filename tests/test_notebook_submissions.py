"""Notebooks as students hand them in: cells moved, deleted, doubled, retyped; all of it run on request."""

from __future__ import annotations

import base64
import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograder import intake
from autograder.intake import limits
from autograder.intake.notebook import too_many_values
from autograder.model import Observation, Submission
from autograder.sandbox.host import ZygoteSandbox
from autograder.sandbox.trusted import TrustedSandbox
from autograder.shown import ShownNotebook
from tests.test_intake import CELL, EXERCISES, GRU

IMPORTS = "import torch\nfrom torch import nn"
LSTM = "class LSTMCell(nn.Module):\n    size = 3\n"
STUB = "class LSTMCell(nn.Module):\n    def forward(self, x):\n        raise NotImplementedError\n"
PROBES = Path(__file__).parent / "data" / "probes_demo"


def saved(tmp_path: Path, *cells: Any, name: str = "work.ipynb") -> Path:
    """A valid notebook of these cells; a text is a code cell."""
    made = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=made), path)
    return path


def read(path: Path, **options: Any) -> Submission:
    (submission,) = intake.receive([path], EXERCISES, mode="single", **options).submissions
    return submission


def sources(submission: Submission) -> list[str]:
    return [unit.source for file in submission.files for unit in file.units]


def loaded(submission: Submission) -> dict[str, Any]:
    reply = TrustedSandbox(PROBES).open(submission).loaded
    assert isinstance(reply, Observation), reply
    return dict(reply.values)


# --- cells moved, deleted, doubled, retyped ------------------------------------------------------


def test_a_class_above_its_import_is_run_below_it(tmp_path: Path) -> None:
    submission = read(saved(tmp_path, LSTM, "x = 1", IMPORTS))
    assert sources(submission) == ["x = 1", "import torch", "from torch import nn", LSTM.rstrip()]
    assert loaded(submission) == {"defined": ["LSTMCell"], "failures": []}


def test_a_line_of_statements_is_moved_as_far_as_needed_and_no_further(tmp_path: Path) -> None:
    cells = ["class GRUCell(LSTMCell):\n    pass", "n = [x * x for x in range(3)]", LSTM, IMPORTS, "x = 4"]
    got = sources(read(saved(tmp_path, *cells)))
    assert [text.split("\n")[0] for text in got] == [
        "n = [x * x for x in range(3)]",
        "import torch",
        "from torch import nn",
        "class LSTMCell(nn.Module):",
        "class GRUCell(LSTMCell):",
        "x = 4",
    ]


def test_what_waited_past_another_definition_of_its_name_does_not_count(tmp_path: Path) -> None:
    submission = read(saved(tmp_path, LSTM, "class LSTMCell:\n    late = True", IMPORTS))
    assert [text for text in sources(submission) if "LSTMCell" in text] == ["class LSTMCell:\n    late = True"]


def test_a_function_may_use_what_stands_below_it(tmp_path: Path) -> None:
    cells = ["def build():\n    return LSTMCell()", IMPORTS, LSTM]
    assert sources(read(saved(tmp_path, *cells)))[0].startswith("def build")


def test_the_cell_that_is_filled_in_counts_and_not_the_stub_below_it(tmp_path: Path) -> None:
    submission = read(saved(tmp_path, IMPORTS, LSTM, STUB, STUB))
    assert [text for text in sources(submission) if "class" in text] == [LSTM.rstrip()]
    assert submission.notes == (
        "work.ipynb defines LSTMCell in cells 2, 3 and 4; cell 2 counts, the last one that is filled in.",
    )
    assert submission.notebooks[0].places["lstm_cell"] == (2,)


def test_names_of_the_same_cells_are_said_together(tmp_path: Path) -> None:
    submission = read(saved(tmp_path, CELL + GRU, CELL + GRU))
    assert submission.notes == ("work.ipynb defines LSTMCell and GRUCell in cells 1 and 2; the last one counts.",)


def test_names_of_the_same_files_are_said_together(tmp_path: Path) -> None:
    saved(tmp_path, CELL + GRU)
    (tmp_path / "mine.py").write_text(CELL + GRU, encoding="utf-8")
    assert read(tmp_path).notes == (
        "LSTMCell and GRUCell are defined in work.ipynb and mine.py; those in mine.py count.",
    )


def test_a_stub_in_a_module_does_not_hide_the_notebooks_definition(tmp_path: Path) -> None:
    saved(tmp_path, IMPORTS, LSTM)
    (tmp_path / "lstm.py").write_text(f"{IMPORTS}\n{STUB}", encoding="utf-8")
    assert read(tmp_path).notes == ("LSTMCell is defined in work.ipynb and lstm.py; the one in work.ipynb counts.",)


@pytest.mark.parametrize("new_cell", [new_markdown_cell, new_raw_cell])
def test_a_definition_in_a_cell_that_was_retyped_is_found(tmp_path: Path, new_cell: Any) -> None:
    submission = read(saved(tmp_path, IMPORTS, new_cell(f"%%time\n{LSTM}")))
    assert loaded(submission)["defined"] == ["LSTMCell"]
    (note,) = submission.notes
    assert note.startswith("work.ipynb, cell 2 is ")
    assert note.endswith("and was read as code, because it defines LSTMCell.")


@pytest.mark.parametrize(
    "text",
    [
        "Here is\n\nclass LSTMCell:\n\nas handed out.",
        "```python\nclass LSTMCell:\n    pass\n```",
        "class Other:\n    pass",
    ],
)
def test_prose_is_not_taken_for_code(tmp_path: Path, text: str) -> None:
    submission = read(saved(tmp_path, GRU, new_markdown_cell(text)))
    assert (submission.files[0].defines, submission.notes) == (("GRUCell",), ())


def test_text_that_only_repeats_a_definition_stays_text(tmp_path: Path) -> None:
    submission = read(saved(tmp_path, CELL, new_markdown_cell(CELL)))
    assert (len(submission.files[0].units), submission.notes) == (1, ())


@pytest.mark.parametrize("new_cell", [new_code_cell, new_raw_cell])
def test_an_answer_in_a_cell_that_was_retyped_is_found(tmp_path: Path, new_cell: Any) -> None:
    submission = read(saved(tmp_path, CELL, new_cell("<!-- answer: written_rnn -->\nThey share it, because it's one.")))
    assert submission.answers == {"written_rnn": "They share it, because it's one."}
    assert submission.problems == ()
    assert submission.notes == ("work.ipynb, cell 2 holds a written answer and was read as text.",)


def test_ids_of_cells_do_not_matter(tmp_path: Path) -> None:
    path = saved(tmp_path, IMPORTS, LSTM, GRU)
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["id"] = "same"
        cell["metadata"] = {"nbgrader": {"grade_id": "same"}, "tags": 3}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert loaded(read(path))["defined"] == ["LSTMCell", "GRUCell"]


def test_a_cell_that_fails_half_way_still_defines_what_stands_below(tmp_path: Path) -> None:
    cell = f"import not_installed_anywhere\n{LSTM}\nmodel = LSTMCell()\nmodel.train_now()\n{GRU}\ninput('go on?')"
    values = loaded(read(saved(tmp_path, IMPORTS, cell)))
    assert values["defined"] == ["LSTMCell", "GRUCell"]
    assert [failure["missing"] for failure in values["failures"]] == ["not_installed_anywhere"]


@pytest.mark.parametrize("mode", ["definitions", "all"])
def test_checks_of_ones_own_work_are_no_part_of_it(tmp_path: Path, mode: Any) -> None:
    cells = ["import autograder\nfrom autograder.notebook import check as look", IMPORTS, LSTM, 'look("lstm_cell")',
             "autograder.notebook.check()"]  # fmt: skip
    submission = read(saved(tmp_path, *cells), notebook_run=mode)
    assert not any("look" in text or "autograder" in text for text in sources(submission))
    assert loaded(submission) == {"defined": ["LSTMCell"], "failures": []}


# --- large outputs -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two students' notebooks with more than 50 MB of outputs above the definitions."""
    folder = tmp_path_factory.mktemp("heavy")
    printed = new_output("stream", text="loss 0.1234, accuracy 0.5678\n" * 400_000)
    plot = new_output("display_data", {"image/png": base64.b64encode(os.urandom(30_000_000)).decode()})
    for name in ("ada", "bob"):
        path = saved(folder, new_code_cell(IMPORTS, outputs=[printed, plot]), LSTM, name=f"{name}.ipynb")
        assert path.stat().st_size > 50_000_000
    return folder


def test_fifty_megabytes_of_outputs_are_read_and_shown_small(heavy: Path) -> None:
    submission = read(heavy / "ada.ipynb")
    assert submission.problems == ()
    assert loaded(submission)["defined"] == ["LSTMCell"]
    (shown,) = submission.notebooks
    assert len(json.dumps(shown.to_json())) < 100_000
    text, plot = shown.cells[0].outputs
    assert "characters left out" in text.data
    assert (plot.kind, plot.data) == ("left_out", "an output of 40 MB")


def test_definitions_below_long_outputs_still_tell_a_class_from_one_submission(heavy: Path) -> None:
    assert intake.receive([heavy], EXERCISES).kind == "class"


@pytest.mark.parametrize("unit", [b"[],", b'"",', b'{"a":{}},', b"1,"])
def test_a_notebook_that_would_fill_the_memory_is_refused(tmp_path: Path, unit: bytes) -> None:
    data = b'{"cells": [' + unit * (limits.MAX_VALUES + 10) + b"1]}"
    path = tmp_path / "work.ipynb"
    path.write_bytes(data)
    (problem,) = read(path).problems
    assert problem.message == "holds millions of values, so it is not read"


def test_commas_in_what_was_printed_are_no_values() -> None:
    assert not too_many_values(b'{"text": "' + b"1, 2, [3], " * 2_000_000 + b'\\""}')


# --- what is shown again -------------------------------------------------------------------------


def test_cells_and_places_are_kept_for_the_students_page(tmp_path: Path) -> None:
    outputs = [
        new_output("stream", name="stderr", text="one\n"),
        new_output("stream", text="two\n"),
        new_output("execute_result", {"text/html": "<b>x</b>", "text/plain": "x"}),
        new_output("error", ename="E", evalue="v", traceback=["\x1b[31mE\x1b[0m: v"]),
        new_output("display_data", {"application/javascript": "alert(1)"}),
    ]
    path = saved(
        tmp_path,
        new_markdown_cell("## Why weights are shared\n\nBecause."),
        new_code_cell(LSTM, outputs=outputs, execution_count=7),
        GRU,
    )
    (shown,) = read(path).notebooks
    assert shown.places == {"lstm_cell": (2,), "gru_cell": (3,), "written_rnn": (1,)}
    cell = shown.cells[1]
    assert (cell.number, cell.kind, cell.source, cell.execution) == (2, "code", LSTM, "7")
    assert [(output.kind, output.data) for output in cell.outputs] == [
        ("text", "one\ntwo\n"),
        ("html", "<b>x</b>"),
        ("error", "\x1b[31mE\x1b[0m: v"),
        ("left_out", "a script, which is not run here"),
    ]
    assert ShownNotebook.from_json(json.loads(json.dumps(shown.to_json()))) == shown


def test_pictures_that_a_cell_brings_along_are_kept(tmp_path: Path) -> None:
    cell = new_markdown_cell("![x](attachment:a.png)", attachments={"a.png": {"image/png": "QUJD"}})
    (shown,) = read(saved(tmp_path, cell, CELL)).notebooks
    assert {name: (one.kind, one.data) for name, one in shown.cells[0].attached.items()} == {"a.png": ("png", "QUJD")}
    assert ShownNotebook.from_json(json.loads(json.dumps(shown.to_json()))) == shown


@pytest.mark.parametrize("attachments", [3, [1], {"a": 3}, {"a": {"image/png": 4}}, {"a": {"image/png": {}}}])
def test_attachments_of_any_form_are_read(tmp_path: Path, attachments: Any) -> None:
    cell = {"cell_type": "markdown", "source": "x", "attachments": attachments}
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert read(path).notebooks[0].cells[0].attached == {}


@pytest.mark.parametrize(
    "outputs",
    [3, [None], [{}], [{"output_type": "stream", "text": {"a": 1}}], [{"output_type": "x", "data": [1]}],
     [{"output_type": "display_data", "data": {"image/png": 4, "text/plain": []}}],
     [{"output_type": "error", "traceback": [1, None]}]],
)  # fmt: skip
def test_outputs_of_any_form_are_read(tmp_path: Path, outputs: Any) -> None:
    cell = {"cell_type": "code", "source": CELL, "outputs": outputs, "execution_count": [1]}
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    submission = read(path)
    assert submission.files[0].defines == ("LSTMCell",)
    assert len(submission.notebooks[0].cells) == 1


# --- everything is run ---------------------------------------------------------------------------

TRAINING = ["n = 0", "for _ in range(5):\n    n += 1", "model = LSTMCell()", "def trained():\n    return n"]


def test_by_default_training_is_not_run_and_on_request_it_is(tmp_path: Path) -> None:
    path = saved(tmp_path, IMPORTS, LSTM, *TRAINING)
    few, all_ = read(path), read(path, notebook_run="all")
    assert [text for text in sources(few) if text.startswith(("for", "model"))] == []
    assert sources(all_)[-4:] == TRAINING
    assert [unit.source for unit in all_.files[0].fallback] == sources(few)
    assert all_.digest == few.digest


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ZygoteSandbox]:
    with ZygoteSandbox(PROBES, level="reduced") as made:
        yield made


def everything(tmp_path: Path, *cells: str) -> Submission:
    return read(saved(tmp_path, *cells), notebook_run="all")


def called(sandbox: ZygoteSandbox, submission: Submission) -> tuple[dict[str, Any], Any]:
    from autograder.case import Case
    from autograder.sandbox.request import Request

    session = sandbox.open(submission)
    try:
        assert isinstance(session.loaded, Observation), session.loaded
        reply = session.ask(Request("call", Case(values={"name": "trained", "arguments": []})))
        return dict(session.loaded.values), reply.values["result"] if isinstance(reply, Observation) else reply
    finally:
        session.close()


def test_what_the_cells_did_is_there_when_probes_ask(tmp_path: Path, sandbox: ZygoteSandbox) -> None:
    values, result = called(sandbox, everything(tmp_path, IMPORTS, LSTM, *TRAINING))
    assert (values["failures"], result) == ([], 5)


def test_a_cell_that_does_not_end_costs_itself(
    tmp_path: Path, sandbox: ZygoteSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.sandbox.host.CELL", 1.0)
    endless = "n = 3\nwhile True:\n    n = 4\n\n\ndef trained():\n    return n"
    values, result = called(sandbox, everything(tmp_path, endless, "n += 3", "input()", "n += 10"))
    assert result == 17
    assert [(f["file"], f["exception"]) for f in values["failures"]] == [
        ("work.ipynb, cell 1", "CellStopped"),
        ("work.ipynb, cell 3", "EOFError"),
    ]
    assert values["failures"][0]["line"] in (2, 3)
    assert values["failures"][0]["message"] == "stopped after 1 s of computing"


def test_a_cell_that_waits_without_end_costs_itself(
    tmp_path: Path, sandbox: ZygoteSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.sandbox.host.CELL", 1.0)
    waits = "import threading, time\nn = 3\nwhile True:\n    time.sleep(1)\n\ndef trained():\n    return n"
    values, result = called(sandbox, everything(tmp_path, waits, "n += 3", "threading.Event().wait()", "n += 10"))
    assert result == 16
    assert [(f["file"], f["message"]) for f in values["failures"]] == [
        (f"work.ipynb, cell {cell}", "stopped after 1 s of waiting") for cell in (1, 3)
    ]


def test_a_cell_that_catches_everything_is_left_out_the_next_time(
    tmp_path: Path, sandbox: ZygoteSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.model import Limits

    monkeypatch.setattr("autograder.sandbox.host.CELL", 0.5)
    monkeypatch.setattr("autograder.sandbox.host.ALL", Limits(4.0, 4.0))
    stubborn = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    values, result = called(sandbox, everything(tmp_path, "n = 1", stubborn, "def trained():\n    return n"))
    assert result == 1
    (failure,) = values["failures"]
    assert (failure["file"], failure["kind"]) == ("work.ipynb, cell 2", "deadline")


def test_where_not_all_can_be_run_the_definitions_are(
    tmp_path: Path, sandbox: ZygoteSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = "import os\nos._exit(3)"
    values, result = called(sandbox, everything(tmp_path, "n = 1", *[killed] * 5, "def trained():\n    return n"))
    assert result == 1
    assert values["failures"][-1]["message"].startswith("not every cell could be run (the program ended itself")


def test_the_mode_is_part_of_what_a_grade_depends_on(tmp_path: Path, rnn: Any) -> None:
    from autograder import pipeline

    path = saved(tmp_path, CELL)
    few, all_ = read(path), read(path, notebook_run="all")
    assert pipeline.digests(few, rnn, "full") != pipeline.digests(all_, rnn, "full")
    assert pipeline.digests(few, rnn, "full") == pipeline.digests(dataclasses.replace(few, student="x"), rnn, "full")

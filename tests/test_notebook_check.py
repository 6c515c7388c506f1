"""``check`` in a notebook: the live objects are judged, what is shown is the report's, the session stays as it was."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook
from torch import nn

from autograder import checking, live, notebook
from autograder.checking import Checked, Desk
from autograder.errors import UnknownName
from autograder.intake.stored import OWN_CARD
from autograder.model import Crash, Outcome
from autograder.reporting import html

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "solutions" / "rnn" / "source"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return checking.open_desk(course=ROOT)


def session(text: str = "", *, source: str = "lstm_cell") -> dict[str, Any]:
    """The names of a session in which this was run."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile((SOURCE / f"{source}.py").read_text(encoding="utf-8"), "<ipython-input-1>", "exec"), names)
    exec(compile(textwrap.dedent(text), "<ipython-input-2>", "exec"), names)
    return names


def judged(desk: Desk, names: dict[str, Any], exercise: str = "lstm_cell", seconds: float = 60.0) -> Checked:
    (found,) = notebook.judged(names, (exercise,), seconds=seconds, desk=desk)
    assert isinstance(found, Checked), found
    return found


def outcomes(found: Checked) -> list[Outcome]:
    return [finding.outcome for exercise in found.grade.exercises for finding in exercise.checks]


# --- what is judged ------------------------------------------------------------------------------


def test_what_the_session_holds_is_judged_by_the_public_checks(desk: Desk) -> None:
    found = judged(desk, session())
    assert set(outcomes(found)) == {Outcome.PASSED}
    assert found.verdict.startswith("all ")


def test_the_object_bound_last_counts(desk: Desk) -> None:
    names = session("""
        class LSTMCell(LSTMCell):
            def forward(self, x, states=None):
                h, c = super().forward(x, states)
                return h + 1, c
    """)
    found = judged(desk, names)
    assert Outcome.FAILED in outcomes(found)
    assert "try:" in notebook.as_text(found)


def test_a_crash_names_the_cell_and_the_line(desk: Desk) -> None:
    names = session("""
        class LSTMCell(LSTMCell):
            def forward(self, x, states=None):
                return torch.zeros(2) @ torch.zeros(3)
    """)
    text = notebook.as_text(judged(desk, names))
    assert "CRASHED  RuntimeError" in text
    assert "(in `LSTMCell.forward`, <ipython-input-2> line 4)" in text


def test_what_is_not_defined_or_not_to_be_checked_is_said(desk: Desk) -> None:
    said = list(notebook.judged(session(), ("bilstm", "written_rnn", "vanishing_gradient"), desk=desk))
    assert [text for text in said if isinstance(text, str)] == [
        "Bidirectional LSTM: `BiLSTM` is not defined; run the cell first",
        "Written: the computation graph of an RNN: a person reads this answer; there is nothing to check here",
        "Vanishing gradient: `demonstrate_vanishing_gradient` and `hidden_state_gradients` are not defined; "
        "run the cell first",
    ]


def test_without_a_name_all_that_is_defined_is_judged(desk: Desk) -> None:
    names = session() | session(source="gru_cell")
    found = list(notebook.judged(names, (), desk=desk))
    assert [one.grade.exercises[0].id for one in found if isinstance(one, Checked)] == ["lstm_cell", "gru_cell"]
    assert list(notebook.judged({}, (), desk=desk)) == [
        "nothing of this handout is defined in this session yet: run its cells first"
    ]


def test_an_unknown_name_is_told_with_those_that_there_are(desk: Desk) -> None:
    with pytest.raises(UnknownName) as caught:
        notebook.judged({}, ("lstm",), desk=desk)
    assert "lstm_cell" in str(caught.value.mend)


def test_outside_of_a_handout_the_mend_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    notebook.check("lstm_cell")
    assert "folder that you were handed out" in capsys.readouterr().out


# --- the session stays as it was -----------------------------------------------------------------

MEDDLING = """
    generator = torch.Generator().manual_seed(5)
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout())
    model(torch.randn(4, 2)).sum().backward()
    model[0].eval()
    calls = []

    class LSTMCell(LSTMCell):
        def forward(self, x, states=None):
            import random, numpy
            calls.append(random.random() + numpy.random.rand() + torch.rand(1, generator=generator).item())
            torch.set_default_dtype(torch.float16)
            torch.set_grad_enabled(False)
            torch.set_num_threads(1)
            with torch.no_grad():
                model[0].weight.add_(1)
            model[0].weight.grad.zero_()
            model[0].bias.grad = None
            model[1].running_mean.fill_(9)
            model[1].weight.requires_grad_(False)
            model.train()
            torch.set_grad_enabled(True)
            torch.set_default_dtype(x.dtype)
            print("noise")
            return super().forward(x, states)
"""


def state(model: nn.Module, generator: torch.Generator) -> list[Any]:
    numbers = {name: value.clone() for name, value in model.state_dict().items()}
    gradients = [None if p.grad is None else p.grad.clone() for p in model.parameters()]
    trains = [p.requires_grad for p in model.parameters()]
    modes = [part.training for part in model.modules()]
    randoms = [random.getstate(), str(np.random.get_state()), torch.get_rng_state(), generator.get_state()]
    ours = [torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads()]
    return [numbers, gradients, trains, modes, *randoms, *ours]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return same(list(one.values()), list(other.values())) if isinstance(one, dict) else bool(one == other)


def test_nothing_of_the_session_has_changed_afterwards(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    names = session(MEDDLING)
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    keys, modules = set(names), dict(sys.modules)
    handler = signal.getsignal(signal.SIGALRM)
    identities = [id(p) for p in names["model"].parameters()]
    before = state(names["model"], names["generator"])
    try:
        found = judged(desk, names)
        after = state(names["model"], names["generator"])
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
    assert found.judged
    assert names["calls"]
    assert same(after, before)
    assert [id(p) for p in names["model"].parameters()] == identities
    assert set(names) == keys
    assert all(sys.modules[name] is module for name, module in modules.items())
    assert not {"probes", "grading", "lstm_cell"} & (sys.modules.keys() - modules.keys())
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert capsys.readouterr().out == ""


def test_a_timer_that_was_running_goes_on(desk: Desk) -> None:
    earlier = signal.signal(signal.SIGALRM, lambda number, frame: None)
    signal.setitimer(signal.ITIMER_REAL, 500)
    try:
        judged(desk, session())
        left, _ = signal.getitimer(signal.ITIMER_REAL)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
    assert 0 < left < 500


# --- the deadline --------------------------------------------------------------------------------

ENDLESS = """
    class LSTMCell(LSTMCell):
        def forward(self, x, states=None):
            while True:
                {}
"""
BODIES = ["pass", "try:\n                    x = x * 1\n                except:\n                    pass"]


@pytest.mark.parametrize("body", BODIES)
def test_what_does_not_end_is_stopped_and_said(desk: Desk, body: str) -> None:
    found = judged(desk, session(ENDLESS.format(body)), seconds=6)  # on a busy machine two pass on the way
    assert Outcome.CRASHED in outcomes(found)
    text = notebook.as_text(found)
    assert "stopped after" in text
    assert "LSTMCell.forward" in text or "except" in body


def in_thread(work: Any) -> Any:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results[0]


def test_beside_the_main_thread_the_same_is_found(desk: Desk) -> None:
    names = session()
    assert set(outcomes(in_thread(lambda: judged(desk, names)))) == {Outcome.PASSED}


def test_beside_the_main_thread_what_does_not_end_is_interrupted(desk: Desk) -> None:
    names = session(ENDLESS.format("pass"))
    found = in_thread(lambda: judged(desk, names, seconds=2))
    assert "stopped after" in notebook.as_text(found)


def test_what_cannot_be_interrupted_is_left_behind_and_said() -> None:
    release = threading.Event()
    given = live._Time(0.05, time.monotonic() + 60)
    assert in_thread(lambda: live._beside(given, lambda: bytes(release.wait()), patience=0.3)) is None
    release.set()


def test_exercises_after_the_time_is_over_are_not_judged(desk: Desk) -> None:
    names = session() | session(source="gru_cell")
    said = list(notebook.judged(names, ("lstm_cell", "gru_cell"), seconds=0.0, desk=desk))
    assert said[1] == "GRU cell: not looked at, the 0 s of this check were over"


def test_who_stops_a_check_stops_it(desk: Desk) -> None:
    names = session("""
        class LSTMCell(LSTMCell):
            def forward(self, x, states=None):
                raise KeyboardInterrupt
    """)
    with pytest.raises(KeyboardInterrupt):
        judged(desk, names)


def test_stand_ins_are_the_graders(desk: Desk) -> None:
    from autograder.case import Case
    from autograder.model import Submission
    from autograder.sandbox.request import Request

    with live.LiveSandbox(desk.assignment.probes, {}) as sandbox:
        reply = sandbox.open(Submission("", "", ())).ask(Request("lstm_cell.shapes", Case(), ("LSTMCell",)))
    assert isinstance(reply, Crash)
    assert reply.kind == "engine"


def test_frames_are_those_of_ones_own_code() -> None:
    own = live.Own()
    assert "/home/ada/rnn/lstm.py" in own
    assert "<ipython-input-3-abc>" in own
    assert torch.__file__ not in own
    assert os.__file__ not in own
    assert live.__file__ not in own
    assert "<frozen importlib._bootstrap>" not in own
    assert str(ROOT / "assignments" / "rnn" / "grading" / "probes" / "cells.py") not in own


# --- in a kernel ---------------------------------------------------------------------------------

CELLS = [
    "import torch\nfrom torch import nn\nfrom autograder.notebook import check",
    (SOURCE / "lstm_cell.py").read_text(encoding="utf-8"),
    "torch.manual_seed(3); torch.set_default_dtype(torch.float64)\nexpected = torch.rand(2)\ntorch.manual_seed(3)",
    "check('lstm_cell')",
    "assert torch.equal(torch.rand(2), expected) and torch.get_default_dtype() == torch.float64",
    "class LSTMCell(LSTMCell):\n    def forward(self, x, states=None):\n        return undefined_name",
    "%load_ext autograder.notebook\n%check lstm_cell",
    "%%check lstm_cell\nclass LSTMCell(LSTMCell):\n    def forward(self, x, states=None):\n        return 1, 2",
    "check('nothing')",
]


@pytest.fixture(scope="module")
def executed() -> Any:
    from nbclient import NotebookClient

    book = new_notebook(cells=[new_code_cell(cell) for cell in CELLS])
    path = {"PYTHONPATH": str(ROOT)}  # where the checkout is not installed
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute(env=os.environ | path)
    nbformat.validate(book)
    return book


def shown(book: Any, cell: int) -> Any:
    (output,) = book.cells[cell].outputs
    return output.data


def test_a_kernel_shows_the_reports_card(executed: Any) -> None:
    page, text = shown(executed, 3)["text/html"], shown(executed, 3)["text/plain"]
    assert page.lstrip().startswith(OWN_CARD)
    assert "LSTM cell" in page
    assert "6 checks passed, 11 points" in page
    assert "<script" not in page
    assert "http" not in page.partition("</style>")[2]
    assert "all 6 public checks passed" in text


def test_a_kernel_is_left_as_it_was(executed: Any) -> None:
    assert executed.cells[4].outputs == []


def test_the_magics_check_a_line_and_a_cell(executed: Any) -> None:
    assert "NameError: name &#39;undefined_name&#39; is not defined" in shown(executed, 6)["text/html"]
    assert "In [6]" in shown(executed, 6)["text/html"]
    assert "failed" in shown(executed, 7)["text/html"]


def test_a_name_that_is_none_is_told_without_a_traceback(executed: Any) -> None:
    assert "its exercises: " in shown(executed, 8)["text/plain"]


# --- the card ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def view(executed: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    path = tmp_path_factory.mktemp("card") / "page.html"
    page = f"<!doctype html><h2 id=theirs>Theirs</h2><p>text</p>{shown(executed, 6)['text/html']}"
    path.write_text(page, encoding="utf-8")
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=root)
        page = chromium.new_page(viewport={"width": 700, "height": 900}, color_scheme="dark")
        page.goto(path.as_uri())
        yield page
        chromium.close()


@pytest.mark.browser
def test_the_card_has_our_colours_and_the_page_keeps_its_own(view: Any) -> None:
    colour = "e => getComputedStyle(e).backgroundColor"
    assert view.locator(".autograder").evaluate(colour) == "rgb(20, 23, 26)"
    assert view.locator("body").evaluate(colour) == "rgba(0, 0, 0, 0)"
    family = "e => getComputedStyle(e).fontFamily"
    assert "Palatino" in view.locator(".autograder h2").evaluate(family)
    assert "Palatino" not in view.locator("#theirs").evaluate(family)
    assert view.evaluate("document.documentElement.scrollWidth") <= 700


def test_every_rule_of_our_style_is_inside_of_the_card() -> None:
    style = html.scoped(":root { --a: 1 }\nhtml { color: red }\nbody { margin: 0 }\np { margin: 0 }", ".x")
    assert style == ".x.x {\n& { --a: 1 }\n& { color: red }\n&.page { margin: 0 }\np { margin: 0 }\n}\n"

"""Submissions with passages in common: what is found, what is left out, and that it is told to instructors only."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from made import submission

from autograder import cli, similarity
from autograder.gradebook.store import Gradebook
from autograder.model import Submission
from autograder.output import Output
from autograder.reporting import html
from autograder.reporting.similarpage import rows
from autograder.similarity import Pair, Side, compare, handed_out, text_of

STUB = """
import torch
from torch import nn


class LSTMCell(nn.Module):
    \"\"\"One step of an LSTM.\"\"\"

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        raise NotImplementedError("TODO: make the layers of the four gates over the input and the state")
"""
ADA = (
    STUB
    + """
    def forward(self, x, state):
        h, c = state
        joined = torch.cat([x, h], dim=1)
        i, f, o, g = self.gates(joined).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c

    def reset(self):
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-bound, bound)
"""
)
# the same with other names, comments and blanks
BEN = (
    STUB
    + """
    # my own work
    def forward(self, inputs, hidden):
        old_h, memory = hidden

        both = torch.cat([inputs, old_h], dim=1)  # put together
        a, b, d, e = self.layers(both).chunk(4, dim=1)
        memory = torch.sigmoid(b) * memory + torch.sigmoid(a) * torch.tanh(e)
        old_h = torch.sigmoid(d) * torch.tanh(memory)
        return old_h, memory

    def init(self):
        limit = 1 / math.sqrt(self.size)
        for p in self.parameters():
            p.data.uniform_(-limit, limit)
"""
)
CLEO = (
    STUB
    + """
    def forward(self, x, state):
        hidden_state, cell_state = state
        results = {}
        for gate in ("input", "forget", "output"):
            results[gate] = getattr(self, gate + "_x")(x).add(getattr(self, gate + "_h")(hidden_state)).sigmoid()
        candidate = self.candidate_x(x).add(self.candidate_h(hidden_state)).tanh()
        cell_state = results["forget"].mul(cell_state).add(results["input"].mul(candidate))
        return results["output"].mul(cell_state.tanh()), cell_state

    def extra_repr(self):
        return f"in={self.n_in}, out={self.n_out}" if self.n_in else "nothing here yet, see the lecture"
"""
)


def works(**texts: str) -> list[Submission]:
    return [submission(student, lstm_cell=text) for student, text in texts.items()]


def test_the_same_with_other_names_is_found_and_another_way_is_not() -> None:
    found = compare(works(ada=ADA, cleo=CLEO, ben=BEN), [STUB])
    first = found.pairs[0]
    assert {first.first.student, first.second.student} == {"ada", "ben"}
    assert first.share > 0.9
    assert all(pair.share < 0.3 for pair in found.pairs[1:])
    assert (found.students, found.compared) == (3, 3)


def test_the_handouts_own_code_is_nobodys() -> None:
    found = compare(works(ada=ADA, cleo=CLEO), [STUB])
    for pair in found.pairs:
        for side in (pair.first, pair.second):
            assert not [text for a, b in side.spans if "TODO" in (text := side.text[a:b])]
    alone = compare(works(ada=STUB, ben=STUB, cleo=CLEO), [STUB])
    assert alone.pairs == ()
    assert alone.empty == ("ada", "ben")


def test_what_most_of_a_class_has_is_the_exercises() -> None:
    everybody = {f"s{n}": ADA for n in range(similarity.CLASS)}
    assert compare(works(**everybody), [STUB]).pairs == ()


def test_passages_lie_where_the_common_code_is() -> None:
    (pair,) = compare(works(ada=ADA, ben=BEN), [STUB]).pairs
    for side in (pair.first, pair.second):
        marked = "".join(side.text[a:b] for a, b in side.spans)
        assert ".chunk(4, dim=1)" in marked
        assert "class LSTMCell" not in marked


def test_a_notebook_and_a_module_are_compared_as_code() -> None:
    found = compare([submission("ada", lstm=ADA), submission("ben", nb_work=textwrap.dedent(BEN))], [STUB])
    assert found.pairs[0].share > 0.7


def test_it_is_the_same_every_time_and_in_every_order() -> None:
    one, two = compare(works(ada=ADA, ben=BEN, cleo=CLEO), [STUB]), compare(works(cleo=CLEO, ben=BEN, ada=ADA), [STUB])
    assert [round(pair.share, 9) for pair in one.pairs] == [round(pair.share, 9) for pair in two.pairs]


@pytest.mark.parametrize("text", ["", "x = 1", "\x00" * 50, "'" * 3000, "def f(:\n" * 50, "(" * 3000, "日本語" * 500])
def test_text_of_any_kind_is_taken(text: str) -> None:
    found = compare([submission("ada", lstm=text), submission("ben", lstm=text), *works(cleo=CLEO)], [STUB])
    page = html.similar_page("Networks", found.students, found.usual, found.pairs, found.empty)
    page.encode("utf-8")


@settings(max_examples=60)
@given(st.text(max_size=200), st.lists(st.integers(0, 200), max_size=8))
def test_the_page_shows_each_marked_character_once(text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts})
    spans = tuple(zip(places[::2], places[1::2], strict=False))
    shown = rows(Side("ada", text, spans, 0.5))
    printed = sum(row["gap"] == "" for row in shown)
    skipped = sum(int(row["gap"].split()[0]) for row in shown if row["gap"])
    assert printed + skipped == text.count("\n") + 1
    marked = "".join(part for row in shown if not row["gap"] for part, mark in row["parts"] if mark)
    if text.isascii() and text.isprintable():
        assert marked.strip() == "".join(text[a:b] for a, b in spans).strip()


def test_the_page_accuses_nobody_and_markup_stays_text() -> None:
    side = Side("<b>ada</b>", "<script>alert(1)</script>", ((0, 8),), 0.5)
    page = html.similar_page("Networks", 2, 0.25, [Pair(side, side)], ["<i>ben"])
    assert "<script>alert" not in page
    assert "<b>ada" not in page
    assert "<mark>&lt;script&gt;</mark>" in page
    assert "It does not say that anybody copied." in page
    assert "usually have 25 %" in page
    assert not re.search(r"plagiar|cheat|suspect|guilt", page, re.IGNORECASE)


def test_what_is_handed_out_is_read_from_modules_and_notebooks() -> None:
    folder = Path(__file__).resolve().parents[1] / "assignments" / "rnn"
    texts = handed_out(folder)
    assert any("class" in text and "NotImplementedError" in text for text in texts)
    assert len(texts) > len(list(folder.glob("*.py")))


def test_the_command_writes_a_page_beside_the_class_and_nothing_for_students(tmp_path: Path) -> None:
    output = Output.open(tmp_path / "out", "rnn")
    with Gradebook.open(output.gradebook) as book:
        book.assignment("rnn")
        for work in works(ada=ADA, ben=BEN, cleo=CLEO):
            book.receive("rnn", work, {})
    done = CliRunner().invoke(cli.main, ["similar", str(output.folder)])
    assert done.exit_code == 0, done.output
    assert "says of nobody that they copied" in done.output
    page = (output.folder / "similarity.html").read_text(encoding="utf-8")
    assert "ada and ben" in page or "ben and ada" in page
    assert [path.name for path in output.folder.rglob("*.html")] == ["similarity.html"]


def test_who_was_removed_is_not_compared(tmp_path: Path) -> None:
    output = Output.open(tmp_path / "out", "rnn")
    with Gradebook.open(output.gradebook) as book:
        book.assignment("rnn")
        for work in works(ada=ADA, ben=BEN, cleo=CLEO):
            book.receive("rnn", work, {})
        book.people.remove("ben")

    done = CliRunner().invoke(cli.main, ["similar", str(output.folder)])

    assert "2 submissions compared" in done.output
    assert "ben" not in (output.folder / "similarity.html").read_text(encoding="utf-8")


def test_a_folder_of_submissions_is_compared_without_grading(tmp_path: Path) -> None:
    for student, text in (("ada", ADA), ("ben", BEN), ("cleo", CLEO)):
        place = tmp_path / "class" / student / "lstm_cell.py"
        place.parent.mkdir(parents=True)
        place.write_text(text, encoding="utf-8")
    to = tmp_path / "page.html"
    done = CliRunner().invoke(cli.main, ["similar", str(tmp_path / "class"), "-o", str(to)])
    assert done.exit_code == 0, done.output
    assert "3 submissions compared" in done.output
    assert "ada and ben" in to.read_text(encoding="utf-8")


def test_the_text_of_a_submission_names_its_files() -> None:
    text = text_of(submission("ada", a="x = 1", b="y = 2"))
    assert text.index("# a.py") < text.index("x = 1") < text.index("# b.py") < text.index("y = 2")

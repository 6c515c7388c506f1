"""Replies become findings: who has to act, in which words, and what one slip may cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.model import ExerciseGrade, Finding, Outcome

Judge = Callable[..., ExerciseGrade]


def by_id(grade: ExerciseGrade) -> dict[str, Finding]:
    """Findings by the check's id."""
    return {finding.id: finding for finding in grade.checks}


LSTM = """
    import torch
    from torch import nn

    class LSTMCell(nn.Module):
        def __init__(self, input_size, hidden_size):
            super().__init__()
            self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)
            self.hidden_size = hidden_size

        def forward(self, x, states=None):
            if states is None:
                states = x.new_zeros(2, x.shape[0], self.hidden_size).unbind(0)
            h, c = states
            f, i, o, g = self.linear(torch.cat([h, x], dim=1)).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            return torch.sigmoid(o) * torch.tanh(c), c
"""


def test_right_code_passes_every_check(judge: Judge) -> None:
    grade = judge("lstm_cell", LSTM)
    assert {f.outcome for f in grade.checks} == {Outcome.PASSED}
    assert grade.points == grade.possible == 11


def test_detached_states_pass_on_values_and_fail_on_gradients(judge: Judge) -> None:
    found = by_id(judge("lstm_cell", LSTM.replace("h, c = states", "h, c = [s.detach() for s in states]")))
    assert found["forward"].outcome is Outcome.PASSED
    assert found["gradients"].outcome is Outcome.FAILED
    assert "gradient of h" in found["gradients"].message


def test_a_wrong_answer_skips_what_needs_it_and_nothing_else(judge: Judge) -> None:
    found = by_id(judge("lstm_cell", LSTM.replace("* torch.tanh(c), c", "* c, c")))
    assert found["forward"].outcome is Outcome.FAILED
    assert found["gradients"].outcome is Outcome.SKIPPED
    assert found["gradients"].waits_for == "lstm_cell.forward"
    assert found["parameters"].outcome is found["states"].outcome is Outcome.PASSED


def test_an_exception_names_the_students_own_line(judge: Judge) -> None:
    found = by_id(judge("lstm_cell", LSTM.replace("dim=1)).chunk", "dim=0)).chunk")))["shapes"]
    assert found.outcome is Outcome.CRASHED
    assert "LSTMCell.forward" in found.message
    frames = found.evidence[0].data["frames"]
    assert "torch.cat" in frames[-1]["code"]
    assert all("autograder" not in frame["file"] for frame in frames)


def test_a_stub_of_ones_own_is_unattempted(judge: Judge) -> None:
    code = """
        class LSTMCell:
            def __init__(self, input_size, hidden_size):
                raise NotImplementedError("LSTMCell.__init__ is not written yet")
    """
    assert {f.outcome for f in judge("lstm_cell", code).checks} == {Outcome.UNATTEMPTED}


def test_a_name_that_is_nowhere_defined_is_unattempted_and_named(judge: Judge) -> None:
    finding = judge("lstm_cell", "x = 1\n", alone=True).checks[0]
    assert finding.outcome is Outcome.UNATTEMPTED
    assert "`LSTMCell`" in finding.message


def test_one_value_instead_of_two_is_a_mismatch_with_the_mend_and_not_a_crash(judge: Judge) -> None:
    finding = by_id(judge("lstm_cell", LSTM.replace("* torch.tanh(c), c", "* torch.tanh(c)")))["shapes"]
    assert finding.outcome is Outcome.FAILED
    assert "return h, c" in finding.message


def test_weights_hidden_from_parameters_are_noticed(judge: Judge) -> None:
    hidden = LSTM.replace(
        "self.hidden_size = hidden_size",
        "self.hidden_size = hidden_size; object.__setattr__(self, 'secret', nn.Linear(hidden_size, hidden_size))",
    ).replace("h, c = states", "h, c = states; h = h + self.secret(h)")
    found = by_id(judge("lstm_cell", hidden))
    assert found["parameters"].outcome is Outcome.FAILED
    assert found["forward"].outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "extra", ["self.spare = nn.Linear(3, 3)", "self.spare = nn.Parameter(torch.zeros(hidden_size))"]
)
def test_declared_but_unused_weights_lose_the_points_of_the_count_only(judge: Judge, extra: str) -> None:
    found = by_id(
        judge("lstm_cell", LSTM.replace("self.hidden_size = hidden_size", f"self.hidden_size = hidden_size; {extra}"))
    )
    assert found["parameters"].outcome is Outcome.FAILED
    assert found["forward"].outcome is Outcome.PASSED


def test_a_slip_in_the_cell_costs_the_network_on_top_of_it_nothing(judge: Judge) -> None:
    """SimpleLSTM with its own wrong LSTMCell is judged again with the grader's cell."""
    wrong = LSTM.replace("* torch.tanh(c), c", "* c, c")
    code = (
        wrong
        + """
    class SimpleLSTM(nn.Module):
        def __init__(self, input_size, hidden_size, output_size):
            super().__init__()
            self.lstm_cell = LSTMCell(input_size, hidden_size)
            self.fc = nn.Linear(hidden_size, output_size)

        def forward(self, x, states=None):
            for t in range(x.size(1)):
                states = self.lstm_cell(x[:, t], states)
            return self.fc(states[0])
    """
    )
    grade = judge("simple_lstm", code)
    assert grade.points == grade.possible
    assert any("grader's pieces" in note for note in grade.notes)


def test_reset_after_the_product_is_named_for_what_it_is(judge: Judge) -> None:
    code = """
        from torch import nn

        class GRUCell(nn.Module):
            def __init__(self, input_size, hidden_size):
                super().__init__()
                self.cell = nn.GRUCell(input_size, hidden_size)

            def forward(self, x, h=None):
                return self.cell(x, h)
    """
    found = by_id(judge("gru_cell", code))
    assert "resets after the product" in found["forward"].message
    assert found["from_scratch"].outcome is Outcome.FAILED


def test_no_message_of_a_hidden_case_prints_an_array(judge: Judge) -> None:
    for wrong in ("* c, c", "* torch.tanh(c) + 1e-3, c"):
        finding = by_id(judge("lstm_cell", LSTM.replace("* torch.tanh(c), c", wrong)))["forward"]
        assert "[" not in finding.message
        assert "tensor" not in finding.message

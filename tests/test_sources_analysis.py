"""vanishing_gradient, count_parameters, compare_architectures: other styles pass, and slips fail their own check."""

from __future__ import annotations

import pytest

from autograder.model import ExerciseGrade, Outcome


def failed(grade: ExerciseGrade) -> dict[str, str]:
    return {check.id: check.message for check in grade.checks if check.outcome is not Outcome.PASSED}


# --- the demonstration ----------------------------------------------------------------------------------

DEMONSTRATION = """
import random
import numpy as np
import torch
from torch import nn
from vanilla_rnn import VanillaRNN

def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)
    output, _ = rnn(x)
    loss = nn.MSELoss()(output, target)
    loss.backward()
    return [(name, p.grad.norm().item()) for name, p in rnn.named_parameters()]
"""
STATES = """
import torch

def hidden_state_gradients(rnn, x):
    output, states = rnn(x)
    return [g.norm().item() for g in torch.autograd.grad(output.sum(), states)]
"""
RIGHT_DEMONSTRATIONS = {
    "a squeezed output": ("nn.MSELoss()(output, target)", "nn.MSELoss()(output.squeeze(1), target.squeeze(1))"),
    "squares by hand": ("nn.MSELoss()(output, target)", "((target - output) ** 2).sum() / 4"),
    "targets first": ("    rnn = VanillaRNN", "    torch.randn(7)\n    rnn = VanillaRNN"),
    "numbers of numpy": ("torch.randn(4, 1)", "torch.tensor(np.random.randn(4, 1), dtype=torch.float32)"),
    "numbers of Python": ("torch.randn(4, 1)", "torch.tensor([[random.gauss(0, 1)] for _ in range(4)])"),
    "a generator that goes on": (
        "def demonstrate_vanishing_gradient(seq_length=50):",
        "G = torch.Generator()\ndef demonstrate_vanishing_gradient(seq_length=50):\n    torch.seed()",
    ),
    "a start that is given": ("rnn(x)", "rnn(x, torch.zeros(4, 20))"),
    "a look at the untrained network": ("    output, _", "    with torch.no_grad(): rnn(x[:1])\n    output, _"),
}
WRONG_DEMONSTRATIONS = {
    "sorted by the norm": (
        "rnn.named_parameters()]",
        "sorted(rnn.named_parameters(), key=lambda pair: pair[1].grad.norm())]",
        "the order of named_parameters()",
    ),
    "from the last to the first": (
        "rnn.named_parameters()]",
        "reversed(list(rnn.named_parameters()))]",
        "the order of named_parameters()",
    ),
    "a total in the list": ("return [", "return [('total', 1.0)] + [", "total is listed, which is no parameter"),
    "a batch of 32": ("(4, ", "(32, ", "the RNN read x of shape (32, 5, 10); expected (4, 5, 10)"),
    "50 units": ("(10, 20, 1)", "(10, 50, 1)", "W_xh.weight has shape (50, 10) instead of (20, 10)"),
    "another default": ("seq_length=50", "seq_length=20", "called without an argument, but the RNN read 20 steps"),
    "torch.rand": ("torch.randn(4, seq", "torch.rand(4, seq", "x has no number below 0"),
    "zeros as targets": ("torch.randn(4, 1)", "torch.zeros(4, 1)", "every target is 0"),
    "a target of another shape": (
        "nn.MSELoss()(output, target)",
        "((output - target[:, 0]) ** 2).mean()",
        "compared with one and the same number",
    ),
    "a sum": ("nn.MSELoss()", "nn.MSELoss(reduction='sum')", "is 4 times that of the mean squared error"),
    "divided by the length": ("loss.backward()", "(loss / seq_length).backward()", "is 0.2 times"),
    "another loss": ("nn.MSELoss()", "nn.SmoothL1Loss()", "not in proportion to its distance from the target"),
    "a root": ("loss.backward()", "loss.sqrt().backward()", "not in proportion"),
    "norms of 0 left out": ("rnn.named_parameters()]", "rnn.named_parameters() if p.grad.any()]", "W_hh.weight, for"),
    "backward twice": (
        "loss.backward()",
        "loss.backward(retain_graph=True); loss.backward()",
        "not the Euclidean norm",
    ),
}


@pytest.mark.parametrize("style", RIGHT_DEMONSTRATIONS)
def test_a_demonstration_in_another_style_passes(judge, style):
    old, new = RIGHT_DEMONSTRATIONS[style]
    assert old in DEMONSTRATION
    assert failed(judge("vanishing_gradient", DEMONSTRATION.replace(old, new) + STATES)) == {}


@pytest.mark.parametrize("slip", WRONG_DEMONSTRATIONS)
def test_a_demonstration_of_something_else_says_what_was_seen(judge, slip):
    old, new, said = WRONG_DEMONSTRATIONS[slip]
    assert old in DEMONSTRATION
    messages = failed(judge("vanishing_gradient", DEMONSTRATION.replace(old, new) + STATES))
    assert list(messages) == ["demonstration"]
    assert said in messages["demonstration"]


KEPT = """
def hidden_state_gradients(rnn, x, kept=[]):
    output, states = rnn(x)
    kept += [g.norm().item() for g in torch.autograd.grad(output.sum(), states)]
    return [kept.pop(0)] + kept[:len(states) - 1]
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (STATES.replace("output.sum()", "2 * output.sum()"), "each norm is 2 times what it should be"),
        (STATES.replace("[g.norm()", "[0 * g.norm()"), "every norm is exactly 0"),
        (STATES.replace("states = rnn(x)", "states = rnn(x + 1e-3)"), "values differ"),
        (STATES.replace("rnn(x)", "rnn(x.clone()); x.zero_()"), "x is not the same after the call"),
        (KEPT, "the function gives another list"),
    ],
)
def test_gradients_of_states_that_are_off_say_how(judge, code, said):
    messages = failed(judge("vanishing_gradient", DEMONSTRATION + code))
    assert list(messages) == ["over_time"]
    assert said in messages["over_time"]


# --- counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "return sum(p.numel() for p in module.parameters())",
        "return np.sum([np.prod(p.shape) for p in module.parameters()])",
        "return np.sum([p.numel() for p in module.parameters()], dtype=np.int64)",
        "return torch.tensor([p.numel() for p in module.parameters()]).sum()",
        "return len({(id(p), i) for p in module.parameters() for i in range(p.numel())})",
    ],
)
def test_a_count_is_a_whole_number_in_any_form(judge, body):
    code = f"import numpy as np\nimport torch\ndef count_parameters(module):\n    {body}\n"
    assert failed(judge("count_parameters", code)) == {}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "return sum(p.numel() for m in module.modules() for p in m.parameters(recurse=False))",
            "share one weight: 96, which is 48 too many",
        ),
        (
            "return sum({tuple(p.flatten().tolist()): p.numel() for p in module.parameters()}.values())",
            "two layer norms of the same size, with the same values: 8, which is 8 too few",
        ),
        (
            "return sum(len(p) * p[0].numel() for p in module.parameters() if p.dim())",
            "a single number: 0, which is 1 too few",
        ),
        (
            "return sum(p.numel() for p in module.parameters()) or None",
            "for a module without parameters it returned None",
        ),
        (
            "return sum(p.numel() for p in module.parameters() if id(p) not in seen and not seen.add(id(p)))",
            "the linear layer, asked again: 0, which is 21 too few",
        ),
        ("return str(sum(p.numel() for p in module.parameters()))", "for a linear layer it returned a str"),
        ("return float('nan')", "must return a whole number"),
    ],
)
def test_a_wrong_count_says_for_which_module(judge, body, said):
    messages = failed(judge("count_parameters", f"seen = set()\ndef count_parameters(module):\n    {body}\n"))
    assert said in messages["counts"]


# --- comparison -----------------------------------------------------------------------------------------

OWN = """
import torch
from torch import nn

class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.x, self.h = nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, hidden_size, bias=RNN)
        self.readout = nn.Linear(hidden_size, output_size, bias=READOUT)

class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.x, self.h = nn.Linear(input_size, 4 * hidden_size), nn.Linear(hidden_size, 4 * hidden_size, bias=LSTM)

class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.x, self.h = nn.Linear(input_size, 3 * hidden_size), nn.Linear(hidden_size, 2 * hidden_size, bias=GRU)
        self.c = nn.Linear(hidden_size, hidden_size)
"""
COMPARE = """
def count(module):
    return sum(p.numel() for p in module.parameters())

def compare_architectures(input_size, hidden_size):
    I, H = input_size, hidden_size
    rnn = VanillaRNN(I, H, 1)
    return {
        "VanillaRNN": {"parameters": count(rnn) - count(rnn.readout), "gates": 0, "complexity": "O(H(I+H))"},
        "LSTM": {"parameters": count(LSTMCell(I, H)), "gates": 3, "complexity": "O(H(I+H))"},
        "GRU": {"parameters": count(GRUCell(I, H)), "gates": 2, "complexity": "O(H(I+H))"},
    }
"""


def own(code: str = COMPARE, **biases: bool) -> str:
    """A submission with modules of its own, some of which have a second bias."""
    text = OWN
    for name in ("RNN", "LSTM", "GRU", "READOUT"):
        text = text.replace(f"bias={name}", f"bias={biases.get(name.lower(), False)}")
    return text + code


@pytest.mark.parametrize(
    "biases",
    [{}, {"rnn": True, "readout": True}, {"lstm": True}, {"gru": True, "readout": True}],
    ids=["none", "rnn", "lstm", "gru"],
)
def test_the_students_own_modules_are_what_is_counted(judge, biases):
    assert failed(judge("compare_architectures", own(**biases), alone=True)) == {}


def test_cells_that_cannot_be_built_yet_cost_nothing_here(judge):
    code = own(COMPARE.replace("count(rnn.readout)", "(H + 1)"), readout=True)
    code = code.replace("        self.x, self.h", "        raise NotImplementedError\n        self.x, self.h")
    assert failed(judge("compare_architectures", code, alone=True)) == {}


TORCHS = (
    COMPARE.replace("count(rnn) - count(rnn.readout)", "count(nn.RNN(I, H))")
    .replace("LSTMCell(", "nn.LSTM(")
    .replace("GRUCell(", "nn.GRU(")
)
FORMULA = (
    COMPARE.replace("count(rnn) - count(rnn.readout)", "H * (I + H + 1)")
    .replace("count(LSTMCell(I, H))", "4 * H * (I + H + 1)")
    .replace("count(GRUCell(I, H))", "3 * H * (I + H + 1)")
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (own(TORCHS), "VanillaRNN: 640 parameters, not those of the recurrent part"),
        (own(TORCHS, rnn=True), "LSTM: 2560 parameters, 80 more than LSTMCell(10, 20) has"),
        (own(FORMULA, lstm=True), "LSTM: 2480 parameters, 80 fewer than LSTMCell(10, 20) has"),
        (own(COMPARE.replace("- count(rnn.readout)", "")), "VanillaRNN(10, 20, 1) has 640 with its output layer"),
        (own(COMPARE.replace("count(rnn.readout)", "20"), readout=True), "VanillaRNN: 621 parameters, not those of"),
        (own(COMPARE.replace('"parameters": count(L', '"params": count(L')), 'the entry of LSTM has no "parameters"'),
        (own(COMPARE.replace("count(GRUCell(I, H))", "str(1)")), "parameters of GRU must be a whole number; got a str"),
    ],
)
def test_other_counts_than_those_of_the_modules_are_refused(judge, code, said):
    messages = failed(judge("compare_architectures", code, alone=True))
    assert list(messages) == ["parameters"]
    assert said in messages["parameters"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"gates": 3', '"gates": 4', "LSTM: 4 gates, which is not right"),
        ('"gates": 3', '"gates": ["f", "i", "o"]', "gates of LSTM must be a whole number; got a list of 3"),
        ('"gates": 2, "complexity": "O(H(I+H))"', '"gates": 2', 'the entry of GRU has no "complexity"'),
        ('"gates": 2, "complexity": "O(H(I+H))"', '"gates": 2, "complexity": None', 'the entry of GRU has no "compl'),
    ],
)
def test_a_wrong_gate_does_not_cost_the_parameters(judge, old, new, said):
    messages = failed(judge("compare_architectures", own(COMPARE.replace(old, new)), alone=True))
    assert list(messages) == ["gates"]
    assert said in messages["gates"]


def test_a_missing_key_is_named(judge):
    messages = failed(judge("compare_architectures", own(COMPARE.replace('"VanillaRNN":', '"RNN":')), alone=True))
    assert "it has no VanillaRNN: its keys are 'RNN', 'LSTM', 'GRU'" in messages["parameters"]

"""The reference of the recurrent half of rnn honours the contract that its docstrings state."""

import ast
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

SOURCE = Path(__file__).resolve().parent.parent / "solutions/rnn/source"
MODULES = ("vanilla_rnn", "lstm_cell", "simple_lstm", "gru_cell", "bilstm", "analysis")
B, T, I, H, O = 3, 7, 5, 4, 2  # noqa: E741  # the letters of the handout


@pytest.fixture(scope="module")
def code() -> Iterator[SimpleNamespace]:
    """Every public name of the reference's modules."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    sys.path.insert(0, str(SOURCE))
    try:
        found = {}
        for name in MODULES:
            sys.modules.pop(name, None)
        for name in MODULES:
            found |= vars(__import__(name))
        yield SimpleNamespace(**{name: value for name, value in found.items() if not name.startswith("__")})
    finally:
        sys.path.remove(str(SOURCE))
        for name in MODULES:
            sys.modules.pop(name, None)
        torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(7)


def normal(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def count(module: nn.Module) -> int:
    return sum(math.prod(parameter.shape) for parameter in module.parameters())


# --- VanillaRNN -----------------------------------------------------------------------------------


def test_vanilla_rnn_equals_torchs_rnn_with_the_same_weights(code: SimpleNamespace) -> None:
    """Values, every state and the gradients with respect to x and the given state."""
    ours = code.VanillaRNN(I, H, O).double()
    theirs = nn.RNN(I, H, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(ours.W_xh.weight)
        theirs.bias_ih_l0.copy_(ours.W_xh.bias)
        theirs.weight_hh_l0.copy_(ours.W_hh.weight)
        theirs.bias_hh_l0.zero_()
    x, h = normal(B, T, I).requires_grad_(), normal(B, H).requires_grad_()

    output, states = ours(x, h)
    expected, _ = theirs(x, h[None])

    assert isinstance(states, list)
    torch.testing.assert_close(torch.stack(states, dim=1), expected, atol=1e-12, rtol=0)
    torch.testing.assert_close(output, ours.W_hy(expected[:, -1]), atol=1e-12, rtol=0)
    weights = normal(B, O)
    got = torch.autograd.grad((output * weights).sum(), (x, h))
    wanted = torch.autograd.grad((ours.W_hy(expected[:, -1]) * weights).sum(), (x, h))
    torch.testing.assert_close(got, wanted, atol=1e-12, rtol=0)


def test_vanilla_rnn_runs_in_pieces(code: SimpleNamespace) -> None:
    """Two steps and then three from the state that they left give what five steps give."""
    rnn, x = code.VanillaRNN(I, H, O).double(), normal(B, 5, I)
    _, first = rnn(x[:, :2])
    output, second = rnn(x[:, 2:], first[-1])
    whole, states = rnn(x)
    torch.testing.assert_close(output, whole)
    torch.testing.assert_close(torch.stack(first + second), torch.stack(states))


# --- LSTMCell and SimpleLSTM ----------------------------------------------------------------------


def test_lstm_cell_equals_torchs_cell_with_the_same_weights(code: SimpleNamespace) -> None:
    ours = code.LSTMCell(I, H).double()
    theirs = nn.LSTMCell(I, H, dtype=torch.float64)
    order = [1, 0, 3, 2]  # ours: f, i, o, g over [h, x]; theirs: i, f, g, o over x and h apart
    blocks, biases = ours.linear.weight.chunk(4), ours.linear.bias.chunk(4)
    with torch.no_grad():
        theirs.weight_hh.copy_(torch.cat([blocks[k][:, :H] for k in order]))
        theirs.weight_ih.copy_(torch.cat([blocks[k][:, H:] for k in order]))
        theirs.bias_ih.copy_(torch.cat([biases[k] for k in order]))
        theirs.bias_hh.zero_()
    x, h, c = (t.requires_grad_() for t in (normal(B, I), normal(B, H), normal(B, H)))

    got, wanted = ours(x, (h, c)), theirs(x, (h, c))

    torch.testing.assert_close(got, wanted, atol=1e-12, rtol=0)
    one, two = normal(B, H), normal(B, H)
    torch.testing.assert_close(
        torch.autograd.grad((got[0] * one + got[1] * two).sum(), (x, h, c)),
        torch.autograd.grad((wanted[0] * one + wanted[1] * two).sum(), (x, h, c)),
        atol=1e-12,
        rtol=0,
    )


def test_lstm_cell_with_weights_of_zero_halves_c(code: SimpleNamespace) -> None:
    """All gates are then a half and the candidate is 0, which can be checked by hand."""
    cell = code.LSTMCell(I, H).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
    c = normal(B, H)
    h_new, c_new = cell(normal(B, I), (normal(B, H), c))
    torch.testing.assert_close(c_new, c / 2)
    torch.testing.assert_close(h_new, torch.tanh(c / 2) / 2)


def test_simple_lstm_is_the_cell_over_time_and_a_linear_layer(code: SimpleNamespace) -> None:
    net = code.SimpleLSTM(I, H, O).double()
    x, states = normal(B, T, I), (normal(B, H), normal(B, H))
    h, c = states
    for t in range(T):
        h, c = net.lstm_cell(x[:, t], (h, c))
    torch.testing.assert_close(net(x, states), net.fc(h))
    assert isinstance(net.lstm_cell, code.LSTMCell)
    assert not torch.allclose(net(x), net(x, states))


# --- GRUCell --------------------------------------------------------------------------------------


def test_gru_cell_equals_its_equations_computed_element_by_element(code: SimpleNamespace) -> None:
    cell = code.GRUCell(I, H).double()
    x, h = normal(B, I), normal(B, H)
    gates, bias = cell.gates.weight.detach(), cell.gates.bias.detach()
    weights, shift = cell.candidate.weight.detach(), cell.candidate.bias.detach()
    got = cell(x, h).detach()
    for row in range(B):
        joined = [*h[row].tolist(), *x[row].tolist()]
        sums = [sum(w * v for w, v in zip(gates[k].tolist(), joined, strict=True)) for k in range(2 * H)]
        values = [1 / (1 + math.exp(-(s + b))) for s, b in zip(sums, bias.tolist(), strict=True)]
        r, z = values[:H], values[H:]
        reset = [*(r[k] * joined[k] for k in range(H)), *joined[H:]]
        for k in range(H):
            total = sum(w * v for w, v in zip(weights[k].tolist(), reset, strict=True)) + shift[k].item()
            expected = (1 - z[k]) * joined[k] + z[k] * math.tanh(total)
            assert got[row, k].item() == pytest.approx(expected, abs=1e-12)


def test_gru_cell_equals_torchs_where_the_place_of_the_reset_cannot_matter(code: SimpleNamespace) -> None:
    """With one unit r * (w h) is w (r * h), so both functions are the same; torch's z is our 1 - z."""
    ours = code.GRUCell(I, 1).double()
    theirs = nn.GRUCell(I, 1, dtype=torch.float64)
    with torch.no_grad():
        rows = torch.cat([ours.gates.weight[:1], -ours.gates.weight[1:], ours.candidate.weight])
        theirs.weight_hh.copy_(rows[:, :1])
        theirs.weight_ih.copy_(rows[:, 1:])
        theirs.bias_ih.copy_(torch.cat([ours.gates.bias[:1], -ours.gates.bias[1:], ours.candidate.bias]))
        theirs.bias_hh.zero_()
    x, h = normal(B, I), normal(B, 1)
    torch.testing.assert_close(ours(x, h), theirs(x, h), atol=1e-12, rtol=0)


# --- BiLSTM ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [1, 2])
def test_bilstm_joins_the_last_layers_final_states(code: SimpleNamespace, layers: int) -> None:
    """The forward half of the last step and the backward half of the first one."""
    net, x = code.BiLSTM(I, H, O, layers).double(), normal(B, T, I)
    steps, _ = net.lstm(x)
    expected = net.fc(torch.cat([steps[:, -1, :H], steps[:, 0, H:]], dim=1))
    torch.testing.assert_close(net(x), expected, atol=1e-12, rtol=0)
    assert net.lstm.num_layers == layers


# --- what holds for all ---------------------------------------------------------------------------

STEP = {"LSTMCell", "GRUCell"}


def build(code: SimpleNamespace, name: str, sizes: tuple[int, int, int]) -> nn.Module:
    return getattr(code, name)(*(sizes[:2] if name in STEP else sizes))


def first(result: object) -> torch.Tensor:
    return result if isinstance(result, torch.Tensor) else result[0]


ALL = ["VanillaRNN", "LSTMCell", "SimpleLSTM", "GRUCell", "BiLSTM"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("sizes", [(3, 7, 5, 4, 2), (1, 1, 1, 1, 1), (1, 3, 2, 5, 1)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shapes_and_dtypes_follow_the_input(
    code: SimpleNamespace, name: str, sizes: tuple[int, ...], dtype: torch.dtype
) -> None:
    """States that are left out are zeros of the input's dtype, whatever the default is."""
    b, t, i, h, o = sizes
    net = build(code, name, (i, h, o)).to(dtype)
    shape = (b, i) if name in STEP else (b, t, i)
    result = net(torch.randn(shape, dtype=dtype))
    assert first(result).shape == (b, h if name in STEP else o)
    assert first(result).dtype == dtype
    if name == "VanillaRNN":
        assert [tuple(state.shape) for state in result[1]] == [(b, h)] * t
    if name == "LSTMCell":
        assert isinstance(result, tuple)
        assert result[1].shape == (b, h)


@pytest.mark.parametrize("name", ALL)
def test_rows_are_independent_inputs_stay_and_nothing_is_remembered(code: SimpleNamespace, name: str) -> None:
    net = build(code, name, (I, H, O)).double()
    x = normal(B, I) if name in STEP else normal(B, T, I)
    before = x.clone()
    whole = first(net(x))
    torch.testing.assert_close(first(net(x)), whole, atol=0, rtol=0)
    torch.testing.assert_close(torch.cat([first(net(row[None])) for row in x]), whole)
    assert torch.equal(x, before)


@pytest.mark.parametrize("name", ALL)
def test_every_parameter_has_a_gradient(code: SimpleNamespace, name: str) -> None:
    net = build(code, name, (I, H, O)).double()
    states = {"LSTMCell": ((normal(B, H), normal(B, H)),), "GRUCell": (normal(B, H),)}.get(name, ())
    x = normal(B, I) if name in STEP else normal(B, T, I)
    (first(net(x, *states)) * 1.5).sum().backward()
    assert [key for key, p in net.named_parameters() if p.grad is None or not p.grad.any()] == []


COUNTS = {"VanillaRNN": 683, "LSTMCell": 2480, "SimpleLSTM": 2543, "GRUCell": 1860, "BiLSTM": 5243}


@pytest.mark.parametrize(("name", "number"), COUNTS.items())
def test_parameters_are_as_many_as_the_docstring_says(code: SimpleNamespace, name: str, number: int) -> None:
    net = build(code, name, (10, 20, 3))
    assert count(net) == number
    assert str(number) in (getattr(code, name).__doc__ or "") or name == "SimpleLSTM"


# --- analysis -------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 10, 50])
def test_the_demonstration_names_every_parameter_with_a_finite_norm(code: SimpleNamespace, length: int) -> None:
    norms = code.demonstrate_vanishing_gradient(length)
    assert [name for name, _ in norms] == [name for name, _ in code.VanillaRNN(10, 20, 1).named_parameters()]
    assert all(type(norm) is float and math.isfinite(norm) and norm >= 0 for _, norm in norms)
    assert dict(norms)["W_xh.weight"] > 0


def test_the_demonstration_reads_fifty_steps_unless_told(code: SimpleNamespace) -> None:
    torch.manual_seed(3)
    default = code.demonstrate_vanishing_gradient()
    torch.manual_seed(3)
    assert default == code.demonstrate_vanishing_gradient(seq_length=50)


def test_gradients_of_states_equal_a_difference_quotient(code: SimpleNamespace) -> None:
    """d(output.sum())/dh_t is what a small push on h_t does to the output."""
    rnn, x = code.VanillaRNN(I, H, O).double(), normal(B, 4, I)
    got = code.hidden_state_gradients(rnn, x)
    assert [type(norm) for norm in got] == [float] * 4
    _, states = rnn(x)
    with torch.no_grad():
        for t, state in enumerate(states):
            squares = 0.0
            for element in range(state.numel()):
                pushes = []
                for push in (1e-6, -1e-6):
                    moved = state.clone()
                    moved.view(-1)[element] += push
                    output = rnn(x[:, t + 1 :], moved)[0] if t < 3 else rnn.W_hy(moved)
                    pushes.append(output.sum().item())
                squares += ((pushes[0] - pushes[1]) / 2e-6) ** 2
            assert got[t] == pytest.approx(math.sqrt(squares), rel=1e-5)


def test_gradients_of_states_vanish_with_the_distance_and_those_of_parameters_do_not(code: SimpleNamespace) -> None:
    """The ratio of the first state's to the last's falls by many orders of magnitude from T = 10 to 50."""
    ratios, norms = [], []
    for length in (10, 50):
        found = []
        for _ in range(5):
            gradients = code.hidden_state_gradients(code.VanillaRNN(10, 20, 1).double(), normal(4, length, 10))
            found.append(gradients[0] / gradients[-1])
        ratios.append(sorted(found)[2])
        runs = [dict(code.demonstrate_vanishing_gradient(length))["W_hh.weight"] for _ in range(15)]
        norms.append(sorted(runs)[7])
    assert ratios[0] < 1e-1
    assert ratios[1] < 1e-6 * ratios[0]
    assert norms[1] > norms[0] / 10


def test_gradients_of_states_work_for_another_implementation(code: SimpleNamespace) -> None:
    """Other names, a state that is an input of nothing else, float32, and the same answer twice."""

    class Other(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.both = nn.Linear(I + H, H)
            self.last = nn.Linear(H, O)

        def forward(self, x, h_prev=None):
            states = [x.new_zeros(len(x), H)]
            for t in range(x.shape[1]):
                states.append(torch.tanh(self.both(torch.cat([x[:, t], states[-1]], 1))))
            return self.last(states[-1]), states[1:]

    net, x = Other(), torch.randn(B, T, I)
    norms = code.hidden_state_gradients(net, x)
    expected = net.last.weight.sum(dim=0).norm().item() * math.sqrt(B)
    assert norms[-1] == pytest.approx(expected, rel=1e-5)
    assert code.hidden_state_gradients(net, x) == norms


def test_parameters_are_counted_once_frozen_or_not_and_buffers_never(code: SimpleNamespace) -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Sequential(nn.Linear(3, 2, bias=False)))
    net.append(net[0])
    net[1].requires_grad_(False)
    got = code.count_parameters(net)
    assert (got, type(got)) == (12 + 6 + 6, int)
    assert code.count_parameters(nn.Tanh()) == 0


@pytest.mark.parametrize(("sizes", "numbers"), [((10, 20), (620, 2480, 1860)), ((3, 2), (12, 48, 36))])
def test_architectures_are_compared_by_their_recurrent_parts(
    code: SimpleNamespace, sizes: tuple[int, int], numbers: tuple[int, int, int]
) -> None:
    table = code.compare_architectures(*sizes)
    assert list(table) == ["VanillaRNN", "LSTM", "GRU"]
    assert all(list(row) == ["parameters", "gates", "complexity"] for row in table.values())
    assert tuple(row["parameters"] for row in table.values()) == numbers
    assert tuple(row["gates"] for row in table.values()) == (0, 3, 2)
    assert all("H" in row["complexity"] and "I" in row["complexity"] for row in table.values())


# --- right answers in other styles ----------------------------------------------------------------

VARIANTS = Path(__file__).resolve().parent.parent / "solutions/rnn/variants"
WRITES = {
    "vanilla_rnn": {"VanillaRNN"},
    "lstm_cell": {"LSTMCell"},
    "simple_lstm": {"SimpleLSTM"},
    "gru_cell": {"GRUCell"},
    "bilstm": {"BiLSTM"},
    "vanishing_gradient": {"demonstrate_vanishing_gradient", "hidden_state_gradients"},
    "count_parameters": {"count_parameters"},
    "compare_architectures": {"compare_architectures"},
}
FILES = [path for exercise in WRITES for path in sorted((VARIANTS / exercise).glob("*.py"))]


def variant(path: Path, code: SimpleNamespace) -> SimpleNamespace:  # the fixture keeps the reference importable
    scope = {"__name__": f"variant_{path.stem}"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
    return SimpleNamespace(**{name: value for name, value in scope.items() if not name.startswith("__")})


def variants(exercise: str) -> pytest.MarkDecorator:
    files = sorted((VARIANTS / exercise).glob("*.py"))
    return pytest.mark.parametrize("path", files, ids=[path.stem for path in files])


def test_there_are_at_least_forty_styles_of_the_module_exercises() -> None:
    modules = [path for path in FILES if path.parent.name in list(WRITES)[:5]]
    assert len(modules) >= 40
    assert all(sum(path.parent.name == exercise for path in FILES) >= 2 for exercise in WRITES)


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}-{path.stem}" for path in FILES])
def test_a_variant_has_a_title_and_defines_its_exercise(path: Path, code: SimpleNamespace) -> None:
    """A docstring of a title and at most one note; the names that the exercise asks for, no other exercise's."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    title, *rest = (ast.get_docstring(tree) or "").splitlines()
    assert title
    assert len(rest) <= 1
    assert all(line.startswith("Note: ") for line in rest)
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert WRITES[path.parent.name] <= defined
    assert not defined & (set().union(*WRITES.values()) - WRITES[path.parent.name])
    assert set(vars(variant(path, code))) >= defined


MODULE_FILES = [path for path in FILES if path.parent.name in list(WRITES)[:5]]


@pytest.mark.parametrize("path", MODULE_FILES, ids=[f"{path.parent.name}-{path.stem}" for path in MODULE_FILES])
def test_a_variant_module_gives_with_weights_of_zero_what_the_equations_give(path: Path, code: SimpleNamespace) -> None:
    """Whatever the weights are called: shapes, and values that can be worked out by hand."""
    (name,) = WRITES[path.parent.name]
    net = build(variant(path, code), name, (I, H, O))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
    h, c = torch.randn(B, H), torch.randn(B, H)
    if name == "LSTMCell":
        h_new, c_new = net(torch.randn(B, I), (h, c))
        c_new = c_new[1] if isinstance(c_new, tuple) else c_new
        torch.testing.assert_close(c_new, c / 2)
        torch.testing.assert_close(h_new, torch.tanh(c / 2) / 2)
    elif name == "GRUCell":
        torch.testing.assert_close(net(torch.randn(B, I), h), h / 2)
    else:
        assert torch.equal(first(net(torch.randn(B, T, I))), torch.zeros(B, O))


@variants("vanishing_gradient")
def test_a_variant_measures_the_gradients_that_the_reference_measures(path: Path, code: SimpleNamespace) -> None:
    rnn, x = code.VanillaRNN(I, H, O).double(), normal(B, T, I)
    found = variant(path, code)
    assert found.hidden_state_gradients(rnn, x) == pytest.approx(code.hidden_state_gradients(rnn, x), rel=1e-12)
    assert [name for name, _ in found.demonstrate_vanishing_gradient(8)] == [name for name, _ in rnn.named_parameters()]


@variants("count_parameters")
def test_a_variant_counts_what_the_reference_counts(path: Path, code: SimpleNamespace) -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Sequential(nn.Linear(3, 2, bias=False)))
    net.append(net[0])
    assert variant(path, code).count_parameters(net) == 24


@variants("compare_architectures")
def test_a_variant_compares_as_the_reference_does(path: Path, code: SimpleNamespace) -> None:
    def numbers(table: dict[str, dict[str, object]]) -> dict[str, tuple[object, object]]:
        return {name: (row["parameters"], row["gates"]) for name, row in table.items()}

    assert numbers(variant(path, code).compare_architectures(I, H)) == numbers(code.compare_architectures(I, H))

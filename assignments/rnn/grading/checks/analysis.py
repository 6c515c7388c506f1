"""Functions that look at networks: gradients over time, counts, a comparison."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import Case, Exercise, Limits, close, fail, grid, require

# --- vanishing gradient -------------------------------------------------------------------------------

DEFAULT = 50  # steps where the stub's signature says how many

vanishing = Exercise(
    "vanishing_gradient",
    title="Vanishing gradient",
    stub="analysis",
    names=["demonstrate_vanishing_gradient", "hidden_state_gradients"],
    stand_ins=["VanillaRNN"],
    own_told=True,
)


@vanishing.check(
    points=2,
    probe="vanishing.demonstrate",
    kind="contract",
    cases=grid(time=(5, 12, 1, DEFAULT)),
    expected=lambda case: {"time": case.time},
    limits=Limits(seconds=10, cpu=10),
    self_reported=True,
    hint="make the RNN, run it once, compute the MSE, call backward, then read every parameter's gradient",
)
def demonstration(student: Any, reference: Any) -> None:
    """the demonstration lists every parameter of the RNN with the norm of its gradient"""
    _listed(student, reference.time)
    _network(student, reference.time)
    _loss(student)
    for name, norm in zip(student.listed, student.norms, strict=True):
        wanted = float(student.measured[name])
        require(
            abs(norm - wanted) <= 1e-6 + 1e-4 * wanted,
            f"{name}: {norm:.4g} is not the Euclidean norm of its gradient, {wanted:.4g}",
            hint="parameter.grad.norm() after one backward: of the gradient, not of the weights",
        )


def _listed(student: Any, time: int) -> None:
    """Names in their order, and norms that can be norms."""
    names, parameters = list(student.listed), [name for name, _ in student.parameters]
    missing = [name for name in parameters if name not in names]
    require(
        not missing,
        f"no gradient norm for {', '.join(missing)}" + (", for sequences of 1 step" if time == 1 else ""),
        hint="a norm of 0 belongs in the list too: a single step meets a state of zeros" if time == 1 else "",
    )
    require(len(names) == len(set(names)), "a parameter is listed twice")
    more = [name for name in names if name not in parameters]
    require(not more, f"{', '.join(more)[:80]} is listed, which is no parameter of the network")
    require(
        names == parameters,
        "the parameters do not come in the order of named_parameters()",
        hint="in the network's own order lists for several lengths can be laid side by side; sort where you print",
    )
    norms = np.asarray(student.norms, dtype=np.float64)
    require(bool(np.isfinite(norms).all() and (norms >= 0).all()), "a norm is negative or not finite")
    require(
        bool((norms > 0).any()), "all norms are zero: no gradient has reached the RNN", hint="was backward() called?"
    )


def _network(student: Any, time: int) -> None:
    """What was run: VanillaRNN(10, 20, 1), and a batch of 4 sequences."""
    require(bool(student.shapes), "no VanillaRNN was run", hint="make one, VanillaRNN(10, 20, 1), and run it")
    x = [int(size) for size in (student.x if "arrived" in student else student.shapes[-1])]
    asked = "called without an argument" if time == DEFAULT else f"asked for sequences of {time} steps"
    require(
        x[1] == time,
        f"{asked}, but the RNN read {x[1]}"
        + (f" steps: seq_length is {DEFAULT} by default" if time == DEFAULT else ""),
        hint="seq_length is the second size of x: torch.randn(4, seq_length, 10)",
    )
    require(
        x == [4, time, 10],
        f"the RNN read x of shape ({x[0]}, {x[1]}, {x[2]}); expected (4, {time}, 10): 4 sequences of 10 numbers a step",
    )
    require("arrived" in student, "no gradient reached the output of the VanillaRNN", hint="was backward() called?")
    for (name, wanted), (_, used) in zip(student.parameters, student.used, strict=True):
        require(
            used == wanted,
            f"the network is not VanillaRNN(10, 20, 1): {name} has shape {tuple(used)} instead of {tuple(wanted)}",
        )
    require(
        float(student.lowest) < 0,
        "x has no number below 0, though torch.randn draws as many below as above",
        hint="is it all zeros, or from torch.rand, which draws from 0 to 1?",
    )


def _loss(student: Any) -> None:
    """What backward brought to the outputs is the gradient of their mean squared error against random targets."""
    arrived, output = np.asarray(student.arrived), np.asarray(student.output)
    hint = "loss = nn.MSELoss()(output, target), with a target for each sequence"
    require(
        float(np.ptp(arrived)) > 0,
        "the same gradient reaches every output: a mean squared error against targets drawn at random gives others",
        hint=hint,
    )
    slope = 2 / output.size  # of the gradient of a mean of squares
    response = np.asarray(student.response) / slope if "response" in student else np.ones(1)
    if np.ptp(response) < 1e-3 and response.mean() > 1e-3:
        require(
            abs(response.mean() - 1) < 1e-3,
            f"the gradient that reaches the outputs is {response.mean():.3g} times that of the mean squared error",
            hint="nn.MSELoss() takes the mean of the 4 squares, and nothing is to be multiplied or divided after it",
        )
    else:
        fail("the gradient that reaches an output is not in proportion to its distance from the target", hint=hint)
    targets = output - arrived / slope
    require(
        np.ptp(targets) > 1e-5 or abs(targets).max() > 1e-5,
        "by the gradient that reaches the outputs, every target is 0: random ones are asked for",
        hint="draw it with torch.randn in the shape of the output, (4, 1)",
    )
    require(
        np.ptp(targets) > 1e-5,
        "by the gradient that reaches the outputs, all of them are compared with one and the same number",
        hint="give the target the shape of the output, (4, 1): one of shape (4,) is broadcast, so that each output "
        "meets all targets",
    )


@vanishing.check(
    points=3,
    probe="vanishing.hidden",
    kind="gradients",
    cases=grid(batch=(3, 1), time=7, input_size=5, hidden_size=4, output_size=2),
    hint="the gradient of output.sum() with respect to each entry of hidden_states, and its .norm() over all numbers: "
    "torch.autograd.grad(output.sum(), hidden_states), or backward with h.retain_grad() before it for every state",
)
def over_time(student: Any, reference: Any) -> None:
    """hidden_state_gradients gives the norm of d(output.sum())/dh_t for every step, the first step first"""
    norms, expected = np.asarray(student.norms), np.asarray(reference.norms)
    if norms.shape == expected.shape and norms.size > 1 and np.allclose(norms[::-1], expected, rtol=1e-6):
        fail("the norms are right, but in reverse order: the first entry belongs to the first step")
    if norms.shape == expected.shape and not norms.any():
        fail(
            "every norm is exactly 0: no gradient has reached the states",
            hint="a state is no leaf, so its .grad is kept only after h.retain_grad(); or use torch.autograd.grad",
        )
    if norms.shape == expected.shape and np.ptp(ratio := norms / expected) < 1e-6 < abs(ratio[0] - 1):
        fail(f"each norm is {ratio[0]:.4g} times what it should be")
    close("the norms over time", norms, expected, atol=1e-9, rtol=1e-6, axes=("step",))
    require(bool(np.array_equal(student.x, reference.x)), "x is not the same after the call: work on a copy of it")
    again = np.asarray(student.again)
    require(
        again.shape == norms.shape and bool(np.allclose(again, norms, rtol=1e-6, atol=1e-9)),
        "called again with the same network and x, the function gives another list",
        hint="is something left from the call before, such as a list or a gradient that is added to?",
    )


# --- counting -----------------------------------------------------------------------------------------

counting = Exercise("count_parameters", title="Counting parameters", stub="analysis", names=["count_parameters"])


@counting.check(
    points=2,
    probe="count_parameters",
    kind="parameters",
    cases=grid(width=(6, 9)),
    hint="module.parameters() gives weights and biases, each once; buffers are not parameters",
)
def counts(student: Any, reference: Any) -> None:
    """every parameter is counted once, trainable or not, biases too, buffers not"""
    for name, expected in reference.counts.items():
        got = student.counts.get(name)
        if got != expected:
            way = "too many" if isinstance(got, int) and got > expected else "too few"
            off = f"{abs(got - expected)} {way}" if isinstance(got, int) else "not a number"
            fail(f"{name}: {got}, which is {off}")


# --- comparison ---------------------------------------------------------------------------------------

comparison = Exercise(
    "compare_architectures",
    title="Comparing architectures",
    stub="analysis",
    names=["compare_architectures"],
    cases=grid(input_size=(10, 7), hidden_size=(20,)),
    ways=[["count_parameters"], ["VanillaRNN", "LSTMCell", "GRUCell", "count_parameters"]],
    own_told=True,
)


GATES = {"VanillaRNN": 0, "LSTM": 3, "GRU": 2}
CELLS = {"LSTM": "LSTMCell", "GRU": "GRUCell"}


@comparison.check(
    points=1,
    probe="compare_architectures",
    kind="contract",
    expected=lambda case: {"gates": GATES},
)
def gates(student: Any, reference: Any) -> None:
    """an RNN has no gate, an LSTM three, a GRU two; each entry says how its cost grows"""
    for name, expected in reference.gates.items():
        got = _number(student, name, "gates")
        if got != expected:
            hint = "a gate is a sigmoid that lets something through: the candidate is none"
            fail(f"{name}: {got} gate{'s' * (got != 1)}, which is not right", hint=hint)
        row = student.table[name]
        require(
            "complexity" in row,
            f'the entry of {name} has no "complexity"; its keys are {row["keys"]}',
            hint='"complexity" is a short string that says how the work of one step grows with I and H',
        )
        require(row["complexity"].strip() != "", f"{name}: the complexity is empty", hint="it is a short string")


def recurrent_counts(case: Case) -> dict[str, Any]:
    """The sizes, and the parameters that the recurrent part of a plain RNN has with none, one or two biases."""
    inputs, hidden = case.input_size, case.hidden_size
    core = hidden * (inputs + hidden)
    return {"inputs": inputs, "hidden": hidden, "plain": [core + biases * hidden for biases in (0, 1, 2)]}


@comparison.check(
    points=2,
    probe="compare_architectures",
    kind="parameters",
    expected=recurrent_counts,
)
def parameters(student: Any, reference: Any) -> None:
    """the parameters of the recurrent parts alone, for any sizes"""
    inputs, hidden = reference.inputs, reference.hidden
    for name in GATES:
        got = _number(student, name, "parameters")
        built = f"{CELLS[name]}({inputs}, {hidden})" if name in CELLS else f"{name}({inputs}, {hidden}, 1)"
        whole = student.built.get(name)
        require(isinstance(whole, int), f"{name}: {got} parameters, but {built} cannot be built yet to count them")
        if name in CELLS:
            more = got - whole
            off = f"{abs(more)} {'more' if more > 0 else 'fewer'} than {built} has"
            require(more == 0, f"{name}: {got} parameters, {off}", hint=_surplus(more, hidden))
        else:
            plain = next((count for count in reference.plain if whole - count in (hidden, hidden + 1)), whole)
            require(
                got == plain,
                f"{name}: {got} parameters, not those of the recurrent part; {built} has {whole} with its output layer",
                hint=_surplus(got - plain, hidden),
            )


def _surplus(more: int, hidden: int) -> str:
    """What to try; whether there are as many too many as an output layer has."""
    outputs, rest = divmod(more, hidden + 1)
    if rest or not 0 < outputs <= 8:
        return "count the modules that you build, weights and biases, and leave out what is no recurrent part"
    layer = f"an output layer of {outputs} number{'s' * (outputs != 1)}"
    return f"that is {more} too many, as many as {layer} has: leave it out"


def _number(student: Any, name: str, key: str) -> int:
    """A whole number of the table."""
    row = student.table[name]
    if key not in row:
        fail(f'the entry of {name} has no "{key}"; its keys are {row["keys"]}', hint="the handout names three keys")
    value = row[key]
    if not isinstance(value, int):
        fail(f"{key} of {name} must be a whole number; got {value}", hint=f'"{key}" is how many there are, as an int')
    return int(value)


EXERCISES = [vanishing, counting, comparison]

"""Functions that look at networks: gradients over time, counts, a comparison."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder import Case, Exercise, Limits, close, fail, grid, require

# --- vanishing gradient -------------------------------------------------------------------------------

vanishing = Exercise(
    "vanishing_gradient",
    title="Vanishing gradient",
    stub="analysis",
    names=["demonstrate_vanishing_gradient", "hidden_state_gradients"],
    stand_ins=["VanillaRNN"],
)


@vanishing.check(
    points=2,
    probe="vanishing.demonstrate",
    kind="contract",
    cases=grid(time=(5, 12)),
    expected=lambda case: {"time": case.time},
    limits=Limits(seconds=10, cpu=10),
    self_reported=True,
    hint="make the RNN, run it once, compute the MSE, call backward, then read every parameter's gradient",
)
def demonstration(student: Any, reference: Any) -> None:
    """the demonstration lists every parameter of the RNN with the norm of its gradient"""
    names, parameters = list(student.listed), list(student.parameters)
    missing = [name for name in parameters if name not in names]
    require(not missing, f"no gradient norm for {', '.join(missing)}")
    require(len(names) == len(set(names)), "a parameter is listed twice")
    norms = np.asarray(student.norms, dtype=np.float64)
    require(bool(np.isfinite(norms).all() and (norms >= 0).all()), "a norm is negative or not finite")
    require(
        bool((norms > 0).any()), "all norms are zero: no gradient has reached the RNN", hint="was backward() called?"
    )
    still = [name for name, norm in zip(names, norms.tolist(), strict=False) if norm == 0]
    require(not still, f"the gradient of {', '.join(still)} is zero", hint="is the input random, or all zeros?")
    lengths = list(student.lengths)
    require(bool(lengths), "no VanillaRNN was run", hint="make one, VanillaRNN(10, 20, 1), and give it the sequences")
    require(
        reference.time in lengths,
        f"asked for sequences of {reference.time} steps, but the RNN read {lengths[-1]}",
        hint="seq_length is the second size of x: torch.randn(4, seq_length, 10)",
    )
    require("arrived" in student, "no gradient reached the output of the VanillaRNN", hint="was backward() called?")
    arrived = np.asarray(student.arrived)
    require(
        arrived.size < 2 or float(np.ptp(arrived)) > 0,
        "the same gradient reaches every output: a mean squared error against targets drawn at random gives others",
        hint="loss = nn.MSELoss()(output, target), with a target for each sequence",
    )
    for name, norm in zip(names, norms, strict=True):
        if name in student.measured:
            wanted = float(student.measured[name])
            require(
                abs(norm - wanted) <= 1e-6 + 1e-4 * wanted,
                f"{name}: {norm:.4g} is not the Euclidean norm of its gradient, {wanted:.4g}",
                hint="parameter.grad.norm() after one backward: of the gradient, not of the weights",
            )


@vanishing.check(
    points=3,
    probe="vanishing.hidden",
    kind="gradients",
    cases=grid(batch=(3, 1), time=7, input_size=5, hidden_size=4, output_size=2),
    hint="states are not leaves: h.retain_grad() before backward, or torch.autograd.grad(output.sum(), hidden_states)",
)
def over_time(student: Any, reference: Any) -> None:
    """hidden_state_gradients gives the norm of d(output.sum())/dh_t for every step, the first step first"""
    norms, expected = np.asarray(student.norms), np.asarray(reference.norms)
    if norms.shape == expected.shape and norms.size > 1 and np.allclose(norms[::-1], expected, rtol=1e-6):
        fail("the norms are right, but in reverse order: the first entry belongs to the first step")
    close("the norms over time", norms, expected, atol=1e-9, rtol=1e-6, axes=("step",))


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
)


def recurrent_counts(case: Case) -> dict[str, Any]:
    """Parameters of the recurrent parts by convention: none, one or two biases for each gate."""
    inputs, hidden = case.input_size, case.hidden_size
    core = hidden * (inputs + hidden)
    return {
        "gates": {"VanillaRNN": 0, "LSTM": 3, "GRU": 2},
        "counts": {
            name: [times * (core + biases * hidden) for biases in (0, 1, 2)]
            for name, times in {"VanillaRNN": 1, "LSTM": 4, "GRU": 3}.items()
        },
    }


@comparison.check(
    points=1,
    probe="compare_architectures",
    kind="contract",
    expected=recurrent_counts,
    hint="a gate is a sigmoid that lets something through: the candidate is none",
)
def gates(student: Any, reference: Any) -> None:
    """an RNN has no gate, an LSTM three, a GRU two; each entry says how its cost grows"""
    for name, expected in reference.gates.items():
        got = student.table[name]["gates"]
        if got != expected:
            fail(f"{name}: {got} gates, which is not right")
        require(student.table[name]["complexity"].strip() != "", f"{name}: the complexity is empty")


@comparison.check(
    points=2,
    probe="compare_architectures",
    kind="parameters",
    needs=gates,
    expected=recurrent_counts,
    hint="compare like with like: the recurrent parts alone, without the output layer",
)
def parameters(student: Any, reference: Any) -> None:
    """the parameters of the recurrent parts alone, for any sizes"""
    for name, accepted in reference.counts.items():
        got = student.table[name]["parameters"]
        if got not in accepted:
            hint = "is the output layer counted too?" if got > accepted[-1] else ""
            fail(f"{name}: {got} parameters; the recurrent part has another number of them", hint=hint)


EXERCISES = [vanishing, counting, comparison]

"""Look at what you have built.

Graded here: vanishing_gradient (5 points, two functions), count_parameters (2 points), compare_architectures
(3 points).
"""

import torch
from torch import nn

from gru_cell import GRUCell
from lstm_cell import LSTMCell
from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    """Measure the gradients of the parameters of an RNN that has read a long sequence.

    Make a fresh VanillaRNN(10, 20, 1), a batch of 4 sequences of seq_length steps and 4 targets of one
    number, all drawn with torch.randn; compute the mean squared error (nn.MSELoss) of the output against
    the targets; call backward once.

    Args:
        seq_length: T, steps of the sequences, at least 1.

    Returns:
        A list of tuples (name, norm), one for each parameter of the network in the order of
        named_parameters(): its name and the Euclidean norm of its gradient, a Python float. All norms are
        finite. (At seq_length=1 the recurrent weights meet a state of zeros: their norm is 0.)

    Run it for several lengths. The norms hardly shrink: each sums what all steps contribute, and the last
    steps contribute enough. What vanishes is measured by hidden_state_gradients, below.

    Graded: names, types and values, for several lengths, together with hidden_state_gradients.
    """
    raise NotImplementedError("demonstrate_vanishing_gradient is not written yet")


def hidden_state_gradients(rnn, x):
    """Measure how strongly the output depends on the hidden state of each step.

    Args:
        rnn: a module like your VanillaRNN: output, hidden_states = rnn(x), with hidden_states a list of
            the T states h_1 ... h_T [B, H], from which the output is computed. Use this one; do not make
            another. The grader hands in its own, whose layers may have other names.
        x: float tensor [B, T, I]; float32 and float64 occur. It is not modified.

    Returns:
        A list of T Python floats, for t = 1 ... T in this order: the Euclidean norm of
        d(output.sum()) / d(h_t), taken over the batch and the units together (the square root of the sum
        of all B * H squares). Each is 0 or more.

    A state is not a leaf of the graph, so its .grad stays None unless you ask for it: h_t.retain_grad()
    before backward, or torch.autograd.grad(...). Calling the function twice gives the same list twice.

    Graded: the values, for networks and inputs that the grader draws.
    """
    raise NotImplementedError("hidden_state_gradients is not written yet")


def count_parameters(module):
    """Count the numbers that a module learns or holds as parameters.

    Args:
        module: any nn.Module.

    Returns:
        A Python int: the elements of all parameters, weights and biases, of the module and everything
        inside it, trainable or frozen (requires_grad=False). A parameter that is used in two places counts
        once. Buffers (the running mean of a BatchNorm) are no parameters. A module without any gives 0.

    Graded: the count, for modules with frozen and shared parameters, nested ones, and ones with buffers.
    """
    return sum(p.numel() for p in module.parameters())


def compare_architectures(input_size, hidden_size):
    """Compare the recurrent parts of your three architectures.

    Args:
        input_size: I, numbers in one x_t.
        hidden_size: H, units of the hidden state.

    Returns:
        A dict with the keys "VanillaRNN", "LSTM" and "GRU". Each value is a dict with the keys
        "parameters": a Python int, the parameters of the recurrent part of YOUR module: your LSTMCell, your
            GRUCell, and your VanillaRNN without its output layer (it takes part in no step, and the cells
            have none). Count them in modules that you build, do not write numbers down.
        "gates": a Python int, how many gates the equations have. A candidate is no gate.
        "complexity": a short string that says how the work of one step for one sequence grows with I and
            H, for instance "O(I·H) per step". It names both; what stands in the list above is only the form.

    For (10, 20) the parameters are 620 : 2480 : 1860 with one bias each, a ratio of 1 : 4 : 3. With other
    numbers of biases they differ (640, 2560, 1920), and that is right if your modules have them.

    Graded: keys, types, gates, and the parameters against your own modules (the grader's own where yours
    do not work yet), for several sizes. The string is read by a person.
    """
    raise NotImplementedError("compare_architectures is not written yet")

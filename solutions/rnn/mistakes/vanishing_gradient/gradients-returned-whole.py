"""The list holds the gradients themselves, not their norms

Caught by: demonstration
Feedback:
A gradient has as many numbers as its parameter. One number for each parameter is asked for, its Euclidean
norm, as a Python float.
"""

import torch
from torch import nn

from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)
    output, _ = rnn(x)
    nn.MSELoss()(output, target).backward()
    return [(name, p.grad) for name, p in rnn.named_parameters()]


def hidden_state_gradients(rnn, x):
    output, hidden_states = rnn(x)
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]

"""The targets have the shape (4,), so every output meets all of them

Caught by: demonstration
Feedback:
The output has the shape (4, 1) and the target (4,). PyTorch stretches both to (4, 4), and the mean runs over 16
pairs: every output is pulled towards the mean of the targets. PyTorch warns of it ("Using a target size that is
different to the input size"). Draw the target with torch.randn(4, 1).
"""

import torch
from torch import nn

from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4)
    output, _ = rnn(x)
    ((output - target) ** 2).mean().backward()
    return [(name, p.grad.norm().item()) for name, p in rnn.named_parameters()]


def hidden_state_gradients(rnn, x):
    output, hidden_states = rnn(x)
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]

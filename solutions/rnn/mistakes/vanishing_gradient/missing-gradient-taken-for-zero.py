"""A state without .grad is given the norm 0

Bank: V02
Caught by: over_time
Feedback:
Every entry is exactly 0. That is no vanished gradient but one that was never kept: .grad of a state is None
unless retain_grad() was called on it before backward, and the line for None hides this. A gradient that has
truly become small is still a number such as 1e-12.
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
    return [(name, p.grad.norm().item()) for name, p in rnn.named_parameters()]


def hidden_state_gradients(rnn, x):
    output, hidden_states = rnn(x)
    output.sum().backward()
    norms = []
    for h in hidden_states:
        grad = h.grad if h.is_leaf else None
        norms.append(0.0 if grad is None else grad.norm().item())
    return norms

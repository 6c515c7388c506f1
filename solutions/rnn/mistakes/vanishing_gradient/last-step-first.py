"""The norms are listed from the last step to the first

Caught by: over_time
Feedback:
The numbers are right, their order is not: backward runs from the end to the beginning, but the list begins
with the first step. In your list the largest norm stands first, which reads as if the far past mattered most.
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
    norms = []
    output, hidden_states = rnn(x)
    for h in hidden_states:
        h.register_hook(lambda grad: norms.append(grad.norm().item()))
    output.sum().backward()
    return norms

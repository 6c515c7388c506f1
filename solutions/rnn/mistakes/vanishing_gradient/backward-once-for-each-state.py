"""backward runs once for each state, and the gradients pile up

Caught by: over_time
Feedback:
Every call of backward adds to what is in .grad already, so a state that waits for T calls ends up with T
times its gradient. One backward fills the gradients of all states: call it once, outside the loop.
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
    norms = []
    for h in hidden_states:
        h.retain_grad()
    for h in hidden_states:
        output.sum().backward(retain_graph=True)
        norms.append(h.grad.norm().item())
    return norms

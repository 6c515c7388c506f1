"""One norm for each sequence, then their mean

Caught by: over_time
Feedback:
The norm is to be taken over batch and units together: the root of the sum of all B * H squares. A mean of the
norms of the rows is smaller, by about the root of B. Call norm() without dim.
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
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm(dim=1).mean().item() for g in grads]

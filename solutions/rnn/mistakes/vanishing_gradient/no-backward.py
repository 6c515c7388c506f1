"""backward is never called

Caught by: demonstration
Feedback:
Without backward no parameter has a gradient: every .grad is None, your test for None skips them all, and the
list is empty. Compute the loss of the output against the targets and call backward on it once.
"""

import torch
from torch import nn

from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)
    output, _ = rnn(x)
    loss = nn.MSELoss()(output, target)
    norms = []
    for name, p in rnn.named_parameters():
        if p.grad is not None:
            norms.append((name, p.grad.norm().item()))
    return norms


def hidden_state_gradients(rnn, x):
    output, hidden_states = rnn(x)
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]

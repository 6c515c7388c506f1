"""The squares are added up, and no root is taken

Caught by: over_time
Feedback:
Your numbers are the squares of the right ones. On a logarithmic axis that doubles the slope, so the gradients
seem to vanish twice as fast as they do. The Euclidean norm ends with a square root.
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
    return [(g ** 2).sum().item() for g in grads]

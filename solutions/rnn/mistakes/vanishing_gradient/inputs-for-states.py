"""The gradients are those of the inputs x_t

Caught by: over_time
Feedback:
How far the output depends on x_t is one matrix product away from how far it depends on h_t: the curve has a
similar shape and other values. Differentiate with respect to the entries of hidden_states.
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
    x = x.clone().requires_grad_()
    output, _ = rnn(x)
    output.sum().backward()
    return [x.grad[:, t].norm().item() for t in range(x.size(1))]

"""A new network is made in place of the one that was handed in

Caught by: over_time
Feedback:
The function is asked about the network in its first argument. One that is made inside has other weights, and
random ones, so the list differs from call to call and says nothing about the network in question.
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
    torch.manual_seed(0)
    rnn = VanillaRNN(x.size(2), 20, 1).to(x.dtype)
    output, hidden_states = rnn(x)
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]

"""A dict comes back instead of a list of pairs

Caught by: demonstration
Feedback:
The content is right and the form is not: a list of tuples (name, norm) is asked for, in the order of
named_parameters(). list(d.items()) makes one of a dict.
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
    return {name: p.grad.norm().item() for name, p in rnn.named_parameters()}


def hidden_state_gradients(rnn, x):
    output, hidden_states = rnn(x)
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]

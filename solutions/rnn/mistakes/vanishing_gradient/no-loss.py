"""backward starts at the sum of the outputs, without targets and loss

Caught by: demonstration
Feedback:
The gradient that arrives at each output is then exactly 1, whatever the output is. The demonstration is about
a loss: draw targets and take the mean squared error between them and the output.
"""

import torch
from torch import nn

from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    output, _ = rnn(x)
    output.sum().backward()
    return [(name, p.grad.norm().item()) for name, p in rnn.named_parameters()]


def hidden_state_gradients(rnn, x):
    output, hidden_states = rnn(x)
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]

"""The squared errors are summed, not averaged

Caught by: demonstration
Feedback:
All your norms are four times those of the mean squared error, since the batch has four sequences. With a mean
the size of the batch does not change how large the gradients are. nn.MSELoss() takes the mean unless you say
reduction="sum".
"""

import torch
from torch import nn

from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    x = torch.randn(4, seq_length, 10)
    target = torch.randn(4, 1)
    output, _ = rnn(x)
    nn.MSELoss(reduction="sum")(output, target).backward()
    return [(name, p.grad.norm().item()) for name, p in rnn.named_parameters()]


def hidden_state_gradients(rnn, x):
    output, hidden_states = rnn(x)
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]

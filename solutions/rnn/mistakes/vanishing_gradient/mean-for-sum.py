"""The output's mean is differentiated instead of its sum

Caught by: over_time
Feedback:
All norms are too small by one and the same factor, the number of outputs in the batch. The handout asks for
the gradient of output.sum(), so that the batch size does not change what one sequence contributes.
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
    grads = torch.autograd.grad(output.mean(), hidden_states)
    return [g.norm().item() for g in grads]

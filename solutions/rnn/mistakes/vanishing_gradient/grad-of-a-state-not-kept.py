"""The .grad of a state is read without having been asked for

Bank: V02
Caught by: over_time
Feedback:
PyTorch keeps .grad only for leaves of the graph, and a hidden state is computed from others, so its .grad is
None however often backward runs. Say h.retain_grad() for every state after the forward pass and before
backward, or hand the states to torch.autograd.grad.
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
    output.sum().backward()
    return [h.grad.norm().item() for h in hidden_states]

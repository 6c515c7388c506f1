"""The states are detached before they are differentiated

Caught by: over_time
Feedback:
A detached copy of h_t is a new leaf that the output was not computed from, so no gradient leads back to it.
Differentiate with respect to the very tensors that the network returned.
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
    hidden_states = [h.detach().requires_grad_() for h in hidden_states]
    grads = torch.autograd.grad(output.sum(), hidden_states)
    return [g.norm().item() for g in grads]

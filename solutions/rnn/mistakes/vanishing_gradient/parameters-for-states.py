"""The norms are those of the parameters, not of the states

Bank: V01
Caught by: over_time
Feedback:
A parameter serves every step, so its gradient adds up what all steps contribute, and the last steps alone
keep it large. There is one entry for each parameter in your list and there should be one for each step: ask
for the gradient of the output with respect to each h_t.
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
    output, _ = rnn(x)
    output.sum().backward()
    return [p.grad.norm().item() for p in rnn.parameters()]

"""torch.autograd.grad for each state; a step of an optimiser after the norms"""

import math

import torch
from torch import nn

from vanilla_rnn import VanillaRNN


def demonstrate_vanishing_gradient(seq_length=50):
    rnn = VanillaRNN(10, 20, 1)
    optimizer = torch.optim.SGD(rnn.parameters(), lr=0.1)
    inputs, targets = torch.randn(4, seq_length, 10), torch.randn(4, 1)
    optimizer.zero_grad()
    prediction = rnn.forward(inputs)[0]
    nn.MSELoss()(prediction, targets).backward()
    norms = [(name, float(torch.sqrt((p.grad ** 2).sum()))) for name, p in rnn.named_parameters()]
    optimizer.step()
    return norms


def hidden_state_gradients(rnn, x):
    output, states = rnn(x)
    total = output.sum()
    return [math.sqrt(float(torch.autograd.grad(total, h, retain_graph=True)[0].square().sum())) for h in states]

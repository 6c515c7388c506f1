"""Returns a NamedTuple"""
from typing import NamedTuple

import torch
import torch.nn as nn


class State(NamedTuple):
    h: torch.Tensor
    c: torch.Tensor


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.size = hidden_size
        self.gates = nn.Linear(input_size + hidden_size, 3 * hidden_size)
        self.cand = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, states=None):
        if states is None:
            zero = x.new_zeros(x.shape[0], self.size)
            states = State(zero, zero)
        h, c = states
        xh = torch.cat([x, h], dim=1)
        f, i, o = torch.sigmoid(self.gates(xh)).chunk(3, dim=1)
        c = f * c + i * torch.tanh(self.cand(xh))
        return State(h=o * torch.tanh(c), c=c)

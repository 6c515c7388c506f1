"""The cell wants a pair of states, as an LSTM has

Bank: G15
Caught by: shapes
Feedback:
A GRU has one state, which is memory and output at once. Take and return a single tensor.
"""

import torch
from torch import nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = nn.Linear(input_size + hidden_size, 2 * hidden_size)
        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, states=None):
        if states is None:
            states = 2 * (x.new_zeros(x.size(0), self.hidden_size),)
        h, c = states
        if h is None:
            h = x.new_zeros(x.size(0), self.hidden_size)
        r, z = torch.sigmoid(self.gates(torch.cat([x, h], dim=1))).chunk(2, dim=1)
        n = torch.tanh(self.candidate(torch.cat([x, r * h], dim=1)))
        h = (1 - z) * h + z * n
        return h, c

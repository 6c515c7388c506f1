"""The reset gate scales the whole sum, x too

Bank: G05
Caught by: forward
Feedback:
Your r also damps what comes from x, so a closed gate makes the cell blind to the new input. It is meant for
the old state alone: multiply before joining with x.
"""

import torch
from torch import nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = nn.Linear(input_size + hidden_size, 2 * hidden_size)
        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros(x.size(0), self.hidden_size)
        r, z = torch.sigmoid(self.gates(torch.cat([x, h], dim=1))).chunk(2, dim=1)
        n = torch.tanh(r * self.candidate(torch.cat([x, h], dim=1)))
        return (1 - z) * h + z * n

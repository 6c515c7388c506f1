"""The state of zeros is double, whatever comes in

Caught by: states
Feedback:
Without a state your cell begins with zeros in float64. Everyday programs compute in float32, and there the first step ends with "mat1 and mat2 must have the same dtype". It worked where the grader compares values, which happens to be in float64, and where a state is given.

Make the zeros from the input, `x.new_zeros(B, H)`, or leave the dtype out of `torch.zeros`. Either follows whatever is in use.
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
            h = torch.zeros(x.size(0), self.hidden_size).double()
        r, z = torch.sigmoid(self.gates(torch.cat([h, x], dim=1))).chunk(2, dim=1)
        n = torch.tanh(self.candidate(torch.cat([r * h, x], dim=1)))
        return (1 - z) * h + z * n

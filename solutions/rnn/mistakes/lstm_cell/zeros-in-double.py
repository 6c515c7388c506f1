"""The state of zeros is double, whatever comes in

Caught by: states
Feedback:
Without a state your cell begins with zeros in float64. Everyday programs compute in float32, and there the first step ends with "mat1 and mat2 must have the same dtype". It worked where the grader compares values, which happens to be in float64, and where a state is given.

Make the zeros from the input, `x.new_zeros(B, H)`, or leave the dtype out of `torch.zeros`. Either follows whatever is in use.
"""

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            zeros = torch.zeros(x.size(0), self.hidden_size, dtype=torch.float64)
            states = (zeros, zeros)
        h, c = states
        f, i, o, g = self.linear(torch.cat([h, x], dim=1)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

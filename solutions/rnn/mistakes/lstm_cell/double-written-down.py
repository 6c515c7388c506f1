"""The dtype is written down: double, whatever comes in

Caught by: states
Feedback:
Your cell turns what comes in into float64. Everyday programs compute in float32, and there it meets weights in float32: "expected m1 and m2 to have the same dtype". It worked with what the grader compares, which happens to be float64.

Leave `x.double()` out, and make zeros from the input, `x.new_zeros(B, H)`. Both follow whatever is in use.
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
        x = x.double()
        f, i, o, g = self.linear(torch.cat([h, x], dim=1)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

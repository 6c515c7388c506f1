"""The state of zeros is double, whatever comes in

Caught by: states
Feedback:
Without a state your network begins with zeros in float64. Everyday programs compute in float32, and there the first step ends with "mat1 and mat2 must have the same dtype". It worked where the grader compares values, which happens to be in float64, and where a state is given.

Make the zeros from the input, `x.new_zeros(B, H)`, or leave the dtype out of `torch.zeros`. Either follows whatever is in use.
"""

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = torch.zeros(x.size(0), self.hidden_size, dtype=torch.float64) if h_prev is None else h_prev
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

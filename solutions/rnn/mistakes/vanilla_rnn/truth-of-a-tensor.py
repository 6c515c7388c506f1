"""`if h_prev:` asks a tensor whether it is true

Bank: R08
Caught by: shapes
Feedback:
A tensor with more than one number has no single truth value, so the call stops as soon as a state is given.
You want to know whether anything was given at all: compare with None by `is`.
"""

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = h_prev if h_prev else x.new_zeros(x.size(0), self.hidden_size)
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

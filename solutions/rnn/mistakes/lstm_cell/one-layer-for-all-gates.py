"""All four gates read one and the same layer

Bank: L22
Caught by: parameters
Feedback:
f, i and o are always equal in your cell, because they come from the same weights; it has a quarter of the
parameters. Each gate needs its own, in four layers or in one that is four times as wide.
"""

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, states=None):
        if states is None:
            zeros = x.new_zeros(x.size(0), self.hidden_size)
            states = (zeros, zeros)
        h, c = states
        f = i = o = g = self.linear(torch.cat([x, h], dim=1))
        f, i, o, g = torch.sigmoid(f), torch.sigmoid(i), torch.sigmoid(o), torch.tanh(g)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

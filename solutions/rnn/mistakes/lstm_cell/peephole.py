"""The gates look at c as well

Bank: L26
Caught by: forward
Feedback:
Gates that read the memory are called peepholes. They are a known variant with more parameters; here the gates
see h and x only.
"""

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)
        self.peep = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, x, states=None):
        if states is None:
            zeros = x.new_zeros(x.size(0), self.hidden_size)
            states = (zeros, zeros)
        h, c = states
        f, i, o, g = self.linear(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        f, i, o, g = torch.sigmoid(f + self.peep * c), torch.sigmoid(i), torch.sigmoid(o), torch.tanh(g)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

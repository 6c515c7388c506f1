"""The gates are squashed with tanh

Bank: L02
Caught by: forward
Feedback:
A gate says which share passes, from 0 to 1; yours can be negative. With all weights at zero each gate should
be one half and half of c survive, but yours lets nothing through. Check which function each of the four
blocks gets.
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
            zeros = x.new_zeros(x.size(0), self.hidden_size)
            states = (zeros, zeros)
        h, c = states
        f, i, o, g = self.linear(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        f, i, o, g = torch.tanh(f), torch.tanh(i), torch.tanh(o), torch.tanh(g)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

"""The old memory is dropped: c = i * g

Bank: L06
Caught by: parameters
Feedback:
Nothing of the c that comes in is left in the c that goes out. Starting from zeros this cannot be seen, which
is why your own test passed: try a c that is not zero. The new memory is a sum of two terms.
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
        f, i, o, g = torch.sigmoid(f), torch.sigmoid(i), torch.sigmoid(o), torch.tanh(g)
        c_new = i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

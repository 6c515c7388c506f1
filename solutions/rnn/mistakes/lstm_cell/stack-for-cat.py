"""x and h are stacked instead of joined

Bank: L13
Caught by: shapes
Feedback:
stack puts the two behind each other along a new axis and wants equal shapes; a linear layer needs one long
row of I + H features for each sample. The function that joins along an axis that is there already has another
name.
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
        f, i, o, g = self.linear(torch.stack([x, h], dim=1)).chunk(4, dim=1)
        f, i, o, g = torch.sigmoid(f), torch.sigmoid(i), torch.sigmoid(o), torch.tanh(g)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

"""The input gate is derived from the forget gate: i = 1 - f

Bank: L08
Caught by: parameters
Feedback:
Changing the weights of your input gate changes nothing, for you write 1 - f in its place. That saves weights
and is known as the coupled LSTM, but here both gates are learnt.
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
        c_new = f * c + (1 - f) * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

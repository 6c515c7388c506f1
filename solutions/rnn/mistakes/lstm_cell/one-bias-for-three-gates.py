"""Three gates share one bias

Bank: L01
Caught by: parameters
Feedback:
When one bias moves, three of your gates move with it, which starting values of zero hide. Each gate has its
own b in the equations; look for a line that was copied and not changed.
"""

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size, bias=False)
        self.b_gate = nn.Parameter(torch.zeros(hidden_size))
        self.b_g = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, x, states=None):
        if states is None:
            zeros = x.new_zeros(x.size(0), self.hidden_size)
            states = (zeros, zeros)
        h, c = states
        f, i, o, g = self.linear(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        f, i, o = (torch.sigmoid(gate + self.b_gate) for gate in (f, i, o))
        g = torch.tanh(g + self.b_g)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

"""At the first step hidden_states[t - 1] is the last slot of the buffer

Bank: R07
Caught by: forward
Feedback:
For t = 0 the index t - 1 is -1, which Python reads as the last element: in your buffer a row of zeros,
whatever h_prev was. Keep the running state in a variable of its own, started from h_prev.
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
        h = x.new_zeros(x.size(0), self.hidden_size) if h_prev is None else h_prev
        hidden_states = [torch.zeros_like(h) for _ in range(x.size(1))]
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(hidden_states[t - 1]))
            hidden_states[t] = h
        return self.W_hy(h), hidden_states

"""All entries of the list are one tensor, overwritten at each step

Bank: R09
Caught by: forward
Feedback:
Your list has T references to one tensor, so every entry shows the last state. Compare hidden_states[0] with
hidden_states[-1]. Each step has to bind a new tensor; methods that end in an underscore write into the old
one.
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
        h = h.clone()
        hidden_states = []
        for t in range(x.size(1)):
            h.data.copy_(torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h)))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

"""The loop takes x[t], which is a sequence of the batch, not a step

Bank: R04
Caught by: shapes
Feedback:
With batch first, x[t] is the whole sequence number t; it only seems to work where the batch has as many rows
as there are steps. Try a batch of 3 with 7 steps and print the shape of what the loop picks.
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
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(x[t]) + self.W_hh(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

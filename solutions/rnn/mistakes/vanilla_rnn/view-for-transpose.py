"""view() is used to bring time to the front

Bank: R23
Caught by: forward
Feedback:
Your first sequence changes its answer when only the second is changed. view cuts the same memory into other
pieces, so rows of different sequences meet; transpose swaps the axes.
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
        steps = x.reshape(x.size(1), x.size(0), x.size(2))
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(steps[t]) + self.W_hh(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

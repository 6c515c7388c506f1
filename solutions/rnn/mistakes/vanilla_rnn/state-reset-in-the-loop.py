"""The state is set to zero inside the loop

Bank: R05
Caught by: parameters
Feedback:
Change the first input and your last state stays the same: at each step the past is thrown away. Find the line
that makes the zeros and ask how often it runs.
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
            h = x.new_zeros(x.size(0), self.hidden_size)
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

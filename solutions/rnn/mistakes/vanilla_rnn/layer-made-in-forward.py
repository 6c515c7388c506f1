"""A new layer is made at each call

Bank: R13
Caught by: parameters
Feedback:
Two calls with one input give two answers, and training cannot keep what it learns: a layer made inside
forward starts from new random weights each time. Layers are made once, in __init__, and only used in forward.
"""

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = x.new_zeros(x.size(0), self.hidden_size) if h_prev is None else h_prev
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(x[:, t]) + nn.Linear(self.hidden_size, self.hidden_size).to(x)(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

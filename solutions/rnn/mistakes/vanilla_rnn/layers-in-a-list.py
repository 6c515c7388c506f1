"""The layers are kept in a plain Python list

Bank: R14
Caught by: parameters
Feedback:
parameters() does not find layers in a list, so the count is too low and an optimiser would never move them.
Give each layer an attribute of its own, or use nn.ModuleList.
"""

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.layers = [nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, hidden_size)]
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = x.new_zeros(x.size(0), self.hidden_size) if h_prev is None else h_prev
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.layers[0].to(x)(x[:, t]) + self.layers[1].to(x)(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

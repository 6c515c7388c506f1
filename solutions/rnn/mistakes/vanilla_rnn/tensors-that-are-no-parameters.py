"""Weights are plain tensors with requires_grad

Bank: R15
Caught by: parameters
Feedback:
requires_grad alone makes no parameter: your matrix is missing from parameters(), stays behind when the module
moves to another dtype, and no optimiser sees it. Wrap it in nn.Parameter.
"""

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = torch.randn(hidden_size, hidden_size, requires_grad=True)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = x.new_zeros(x.size(0), self.hidden_size) if h_prev is None else h_prev
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(x[:, t]) + h @ self.W_hh.to(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

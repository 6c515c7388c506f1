"""The last state is kept on the module and used by the next call

Bank: R22
Caught by: states
Feedback:
The same call gives another answer the second time, because the state of the first is still there. No state
given means zeros, at each call; keep the running state in a local variable.
"""

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.h = None
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = self.h if h_prev is None else h_prev
        if h is None or h.shape[0] != x.size(0):
            h = x.new_zeros(x.size(0), self.hidden_size)
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            hidden_states.append(h)
        self.h = h.detach()
        return self.W_hy(h), hidden_states

"""The output is read from the mean of all states

Bank: R11
Caught by: forward
Feedback:
Averaging the states is a sound model of its own, but the contract asks for the output of the last state. Your
list of states is right; only the argument of W_hy is not.
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
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            hidden_states.append(h)
        return self.W_hy(torch.stack(hidden_states).mean(0)), hidden_states

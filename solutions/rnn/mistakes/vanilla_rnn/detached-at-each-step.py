"""The state is detached at each step

Bank: R12
Caught by: gradients
Feedback:
Every number of the forward pass is right, yet no gradient reaches any input but the last: detach cuts the
graph between the steps, so the network cannot learn anything that takes two steps to see. If it was there to
silence an error about a second backward, look for a state that outlives the batch in the training loop.
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
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h.detach()))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

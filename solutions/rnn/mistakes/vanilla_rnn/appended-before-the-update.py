"""The state is stored before it is updated

Bank: R10
Caught by: forward
Feedback:
Your list starts with the state before the first step and lacks the last one: it is h_0 to h_{T-1}. The output
must follow from hidden_states[-1]; swap two lines of the loop.
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
            hidden_states.append(h)
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
        return self.W_hy(h), hidden_states

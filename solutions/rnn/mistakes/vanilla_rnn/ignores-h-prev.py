"""h_prev is accepted and never read

Bank: R06
Caught by: forward
Feedback:
Calling with a state and without gives the same answer. So a sequence cut in two, with the state handed from
the first part to the second, does not give what the whole sequence gives. None means zeros; anything else is
where the loop starts.
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
        h = x.new_zeros(x.size(0), self.hidden_size)
        hidden_states = []
        for t in range(x.size(1)):
            h = torch.tanh(self.W_xh(x[:, t]) + self.W_hh(h))
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

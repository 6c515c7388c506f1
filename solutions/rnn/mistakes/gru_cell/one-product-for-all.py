"""One layer computes both gates and the candidate from [x, h]

Bank: G12
Caught by: forward
Feedback:
A single product sees the whole h, so the reset gate comes too late to act on it. First the gates, then the
candidate from what the reset gate left over: that takes two products.
"""

import torch
from torch import nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.all = nn.Linear(input_size + hidden_size, 3 * hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros(x.size(0), self.hidden_size)
        r, z, n = self.all(torch.cat([x, h], dim=1)).chunk(3, dim=1)
        r, z = torch.sigmoid(r), torch.sigmoid(z)
        n = torch.tanh(r * n)
        return (1 - z) * h + z * n

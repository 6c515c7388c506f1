"""The reset gate is applied after the product with W_n

Bank: G02
Caught by: forward
Feedback:
You scale W_n h by r, as nn.GRU does; here r scales h and the product comes afterwards. With h at zero the two
agree, else they are different functions. The candidate needs its x part and its h part to be computed from [r
* h, x].
"""

import torch
from torch import nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = nn.Linear(input_size + hidden_size, 2 * hidden_size)
        self.from_x = nn.Linear(input_size, hidden_size)
        self.from_h = nn.Linear(hidden_size, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros(x.size(0), self.hidden_size)
        r, z = torch.sigmoid(self.gates(torch.cat([x, h], dim=1))).chunk(2, dim=1)
        n = torch.tanh(self.from_x(x) + r * self.from_h(h))
        return (1 - z) * h + z * n

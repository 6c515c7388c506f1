"""z first, then r"""
import torch
import torch.nn as nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.zr = nn.Linear(hidden_size + input_size, hidden_size * 2)
        self.n = nn.Linear(hidden_size + input_size, hidden_size)

    def forward(self, x, h=None):
        h = x.new_zeros(x.shape[0], self.hidden_size) if h is None else h
        z, r = self.zr(torch.cat([h, x], -1)).sigmoid().split(self.hidden_size, -1)
        n = self.n(torch.cat([r * h, x], -1)).tanh()
        return h + z * (n - h)

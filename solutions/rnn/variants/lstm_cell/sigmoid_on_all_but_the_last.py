"""One sigmoid over three quarters of the layer"""
import torch
import torch.nn as nn
import torch.nn.functional as F


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.weight = nn.Parameter(torch.empty(4 * hidden_size, input_size + hidden_size))
        self.bias = nn.Parameter(torch.zeros(4 * hidden_size))
        nn.init.xavier_normal_(self.weight)

    def forward(self, x, states=None):
        n = self.hidden_size
        if states is None:
            h, c = (x.new_zeros(x.shape[0], n) for _ in range(2))
        else:
            h, c = states
        z = F.linear(torch.column_stack([x, h]), self.weight, self.bias)
        gates = z[:, : 3 * n].sigmoid()
        c = gates[:, :n] * c + gates[:, n : 2 * n] * z[:, 3 * n :].tanh()
        return gates[:, 2 * n :] * c.tanh(), c

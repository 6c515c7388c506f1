"""One weight tensor with an axis for the gates, and einsum"""
import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.w = nn.Parameter(torch.randn(4, hidden_size, input_size) * 0.2)
        self.u = nn.Parameter(torch.randn(4, hidden_size, hidden_size) * 0.2)
        self.b = nn.Parameter(torch.zeros(4, hidden_size))

    def forward(self, x, states=None):
        if states is None:
            h = c = x.new_zeros(x.shape[0], self.hidden_size)
        else:
            h, c = states
        z = torch.einsum("ghi,bi->gbh", self.w, x) + torch.einsum("ghk,bk->gbh", self.u, h) + self.b.unsqueeze(1)
        f, i, o = torch.sigmoid(z[:3])
        c = f * c + i * torch.tanh(z[3])
        return o * torch.tanh(c), c

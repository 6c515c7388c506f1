"""Bare parameters, rows times matrices"""
import torch
from torch import nn


def make(*shape):
    return nn.Parameter(torch.randn(*shape) * 0.1)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.n = hidden_size
        self.Wxr, self.Whr, self.br = make(input_size, hidden_size), make(hidden_size, hidden_size), make(hidden_size)
        self.Wxz, self.Whz, self.bz = make(input_size, hidden_size), make(hidden_size, hidden_size), make(hidden_size)
        self.Wxh, self.Whh, self.bh = make(input_size, hidden_size), make(hidden_size, hidden_size), make(hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = torch.zeros(x.shape[0], self.n, dtype=x.dtype, device=x.device)
        r = torch.sigmoid(torch.matmul(x, self.Wxr) + torch.matmul(h, self.Whr) + self.br)
        z = torch.sigmoid(torch.matmul(x, self.Wxz) + torch.matmul(h, self.Whz) + self.bz)
        c = torch.tanh(torch.matmul(x, self.Wxh) + torch.matmul(r * h, self.Whh) + self.bh)
        return z * c + (1 - z) * h

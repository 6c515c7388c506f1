"""Bare parameters in a ParameterDict"""
import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        std = hidden_size ** -0.5
        self.p = nn.ParameterDict()
        for gate in "fiog":
            self.p["W" + gate] = nn.Parameter(torch.randn(input_size, hidden_size) * std)
            self.p["U" + gate] = nn.Parameter(torch.randn(hidden_size, hidden_size) * std)
            self.p["b" + gate] = nn.Parameter(torch.zeros(hidden_size))

    def pre(self, gate, x, h):
        return x @ self.p["W" + gate] + h @ self.p["U" + gate] + self.p["b" + gate]

    def forward(self, x, states=None):
        if states is None:
            h, c = x.new_zeros(2, x.shape[0], self.hidden_size)
        else:
            h, c = states
        f = torch.sigmoid(self.pre("f", x, h))
        i = torch.sigmoid(self.pre("i", x, h))
        o = torch.sigmoid(self.pre("o", x, h))
        g = torch.tanh(self.pre("g", x, h))
        c = f * c + i * g
        h = o * torch.tanh(c)
        return h, c

"""Bare parameters, rows times matrices"""
import math

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        k = 1 / math.sqrt(hidden_size)
        self.W = nn.Parameter(torch.empty(input_size, hidden_size).uniform_(-k, k))
        self.U = nn.Parameter(torch.empty(hidden_size, hidden_size).uniform_(-k, k))
        self.b = nn.Parameter(torch.zeros(hidden_size))
        self.V = nn.Parameter(torch.empty(hidden_size, output_size).uniform_(-k, k))
        self.c = nn.Parameter(torch.zeros(output_size))

    def forward(self, x, h_prev=None):
        h = h_prev
        if h is None:
            h = torch.zeros(len(x), self.U.shape[0], dtype=x.dtype)
        states = []
        for t in range(x.shape[1]):
            h = torch.tanh(x[:, t] @ self.W + h @ self.U + self.b)
            states.append(h)
        return h @ self.V + self.c, states

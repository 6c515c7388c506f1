"""Bare parameters laid out as in the lecture, with F.linear"""
import torch
import torch.nn as nn
import torch.nn.functional as F


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.randn(hidden_size, input_size) * 0.1)
        self.weight_hh = nn.Parameter(torch.randn(hidden_size, hidden_size) * 0.1)
        self.bias = nn.Parameter(torch.zeros(hidden_size))
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = torch.zeros_like(x[:, 0, :1]).repeat(1, self.weight_hh.size(0))
        outputs = []
        ht = h_prev
        for xt in x.unbind(1):
            ht = torch.tanh(F.linear(xt, self.weight_ih, self.bias) + ht @ self.weight_hh.T)
            outputs.append(ht)
        return self.fc(outputs[-1]), outputs

"""Weights with an axis for the gates, and einsum"""
import torch
from torch import nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.kernel = nn.Parameter(torch.randn(3, input_size, hidden_size) * 0.3)
        self.recurrent_kernel = nn.Parameter(torch.randn(3, hidden_size, hidden_size) * 0.3)
        self.bias = nn.Parameter(torch.zeros(3, 1, hidden_size))

    def forward(self, x, h=None):
        h = torch.zeros(x.shape[0], self.hidden_size).type_as(x) if h is None else h
        from_x = torch.einsum("bi,gih->gbh", x, self.kernel) + self.bias
        z, r = torch.sigmoid(from_x[:2] + torch.einsum("bk,gkh->gbh", h, self.recurrent_kernel[:2]))
        candidate = torch.tanh(from_x[2] + (r * h) @ self.recurrent_kernel[2])
        return torch.addcmul(h, z, candidate - h)

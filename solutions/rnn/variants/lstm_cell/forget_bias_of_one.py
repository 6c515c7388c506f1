"""Forget gate open in the beginning (bias +1)"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.xavier_uniform_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.linear.bias.data[:self.hidden_size] = 1.0

    def forward(self, x, states=None):
        if states is None:
            h0 = torch.zeros(x.size(0), self.hidden_size, device=x.device, dtype=x.dtype)
            states = (h0, h0.clone())
        h, c = states
        f, i, o, g = torch.chunk(self.linear(torch.cat((x, h), dim=1)), 4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c

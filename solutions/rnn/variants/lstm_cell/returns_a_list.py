"""Returns [h, c] in a list"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = nn.ModuleList([nn.Linear(input_size + hidden_size, hidden_size) for _ in range(4)])

    def forward(self, x, states=None):
        if states is None:
            states = [torch.zeros(x.shape[0], self.hidden_size)] * 2
        h, c = states
        hx = torch.concat([h, x], dim=1)
        f, i, o, g = [layer(hx) for layer in self.gates]
        c = c * torch.sigmoid(f) + torch.tanh(g) * torch.sigmoid(i)
        h = torch.tanh(c) * torch.sigmoid(o)
        return [h, c]

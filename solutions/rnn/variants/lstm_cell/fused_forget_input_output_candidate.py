"""One layer of [x, h] for the gates f, i, o, g"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            h = torch.zeros(x.size(0), self.hidden_size)
            c = torch.zeros(x.size(0), self.hidden_size)
        else:
            h, c = states
        combined = torch.cat([x, h], dim=1)
        gates = self.linear(combined)
        f, i, o, g = gates.chunk(4, dim=1)
        f = torch.sigmoid(f)
        i = torch.sigmoid(i)
        o = torch.sigmoid(o)
        g = torch.tanh(g)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

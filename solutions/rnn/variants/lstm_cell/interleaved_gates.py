"""The four gates of a unit side by side: view and unbind"""
import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.all_gates = nn.Linear(input_size + hidden_size, hidden_size * 4)

    def forward(self, x, states=None):
        if states is None:
            states = (x.new_zeros(x.shape[0], self.hidden_size), x.new_zeros(x.shape[0], self.hidden_size))
        h, c = states
        pre = self.all_gates(torch.cat([x, h], dim=1)).view(-1, self.hidden_size, 4)
        o, f, g, i = pre.unbind(dim=2)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.gates = nn.Linear(hidden_size + input_size, 4 * hidden_size)

    def forward(self, x, states):
        h, c = states
        f, i, o, g = self.gates(torch.cat([h, x], dim=1)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * c  # wrong: tanh is missing
        return h, c

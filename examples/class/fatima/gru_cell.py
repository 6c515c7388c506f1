import torch
from torch import nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.n_hidden = hidden_size
        n = input_size + hidden_size
        self.reset_gate = nn.Linear(n, hidden_size)
        self.update_gate = nn.Linear(n, hidden_size)
        self.candidate = nn.Linear(n, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = torch.zeros(x.size(0), self.n_hidden, device=x.device, dtype=x.dtype)
        hx = torch.cat([h, x], dim=1)
        r = self.reset_gate(hx).sigmoid()
        z = self.update_gate(hx).sigmoid()
        n = self.candidate(torch.cat([r * h, x], dim=1)).tanh()
        return z * n + (1 - z) * h

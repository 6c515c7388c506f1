import torch
from torch import nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.gates = nn.Linear(hidden_size + input_size, 2 * hidden_size)
        self.candidate = nn.Linear(hidden_size + input_size, hidden_size, bias=False)  # wrong: its bias is missing

    def forward(self, x, h):
        r, z = torch.sigmoid(self.gates(torch.cat([h, x], dim=1))).chunk(2, dim=1)
        n = torch.tanh(self.candidate(torch.cat([r * h, x], dim=1)))
        return (1 - z) * h + z * n

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.gates = nn.Linear(hidden_size + input_size, 4 * hidden_size)

    def forward(self, x, states):
        h, c = states
        z = self.gates(torch.cat([h, x], dim=-1)).view(len(x), 4, -1)
        f, i, o = z[:, :3].sigmoid().unbind(dim=1)
        c = torch.addcmul(f * c, i, z[:, 3].tanh())
        return o * c.tanh(), c

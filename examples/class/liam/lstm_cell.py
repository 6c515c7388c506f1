import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(hidden_size + input_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            states = (torch.zeros(x.size(0), self.hidden_size), torch.zeros(x.size(0), self.hidden_size))
        h, c = states
        out = self.linear(torch.cat([h, x], 1))
        H = self.hidden_size
        f, i, o = torch.sigmoid(out[:, :3 * H]).split(H, 1)
        g = torch.tanh(out[:, 3 * H:])
        c = f * c + i * g
        return o * torch.tanh(c), c

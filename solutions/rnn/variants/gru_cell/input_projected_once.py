"""x through one layer for everything, h through two"""
import torch
import torch.nn as nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.fc_x = nn.Linear(input_size, 3 * hidden_size)
        self.fc_h = nn.Linear(hidden_size, 2 * hidden_size, bias=False)
        self.fc_rh = nn.Linear(hidden_size, hidden_size, bias=False)

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros(x.shape[0], self.hidden_size)
        xn, xr, xz = self.fc_x(x).chunk(3, dim=1)
        hr, hz = self.fc_h(h).chunk(2, dim=1)
        r = torch.sigmoid(xr + hr)
        z = torch.sigmoid(xz + hz)
        n = torch.tanh(xn + self.fc_rh(r * h))
        return h - z * h + z * n

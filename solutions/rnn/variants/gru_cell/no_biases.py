"""Without biases, as some books print it
Note: no biases
"""
import torch
import torch.nn as nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.Wr = nn.Linear(hidden_size + input_size, hidden_size, bias=False)
        self.Wz = nn.Linear(hidden_size + input_size, hidden_size, bias=False)
        self.W = nn.Linear(hidden_size + input_size, hidden_size, bias=False)

    def forward(self, x, h=None):
        if h is None:
            h = torch.zeros(x.shape[0], self.hidden_size)
        hx = torch.cat([h, x], dim=1)
        r = torch.sigmoid(self.Wr(hx))
        z = torch.sigmoid(self.Wz(hx))
        h_tilde = torch.tanh(self.W(torch.cat([r * h, x], dim=1)))
        return (1 - z) * h + z * h_tilde

import torch
import torch.nn as nn

from lstm_cell import Gate


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.r = Gate(input_size, hidden_size, torch.sigmoid)
        self.z = Gate(input_size, hidden_size, torch.sigmoid)
        self.n = Gate(input_size, hidden_size, torch.tanh)

    def forward(self, x, h=None):
        h = x.new_zeros((x.size(0), self.hidden_size)) if h is None else h
        r, z = self.r(x, h), self.z(x, h)
        n = self.n(x, r * h)
        return (1.0 - z) * h + z * n

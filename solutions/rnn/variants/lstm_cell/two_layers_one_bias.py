"""x and h through a layer each, one bias together"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_ih = nn.Linear(input_size, 4 * hidden_size, bias=False)
        self.W_hh = nn.Linear(hidden_size, 4 * hidden_size)

    def forward(self, x, states=None):
        h, c = (None, None) if states is None else states
        if h is None:
            h = x.new_zeros(x.size(0), self.hidden_size)
        if c is None:
            c = torch.zeros_like(h)
        f, i, o, c_tilde = torch.tensor_split(self.W_ih(x) + self.W_hh(h), 4, dim=1)
        c = torch.addcmul(torch.sigmoid(f) * c, torch.sigmoid(i), torch.tanh(c_tilde))
        return torch.sigmoid(o) * torch.tanh(c), c

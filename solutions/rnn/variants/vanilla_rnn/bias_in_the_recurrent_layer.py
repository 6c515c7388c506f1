"""One bias, kept in the recurrent layer"""
import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super(VanillaRNN, self).__init__()
        self.H = hidden_size
        self.i2h = nn.Linear(input_size, hidden_size, bias=False)
        self.h2h = nn.Linear(hidden_size, hidden_size)
        self.h2o = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = torch.zeros(x.shape[0], self.H, dtype=x.dtype, device=x.device) if h_prev is None else h_prev
        states = list()
        for step in x.transpose(0, 1):
            h = (self.i2h(step) + self.h2h(h)).tanh()
            states += [h]
        return self.h2o(h), states

"""Eight layers: every gate, x and h apart"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.Wxi, self.Whi = nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, hidden_size, bias=False)
        self.Wxf, self.Whf = nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, hidden_size, bias=False)
        self.Wxo, self.Who = nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, hidden_size, bias=False)
        self.Wxc, self.Whc = nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, hidden_size, bias=False)

    def forward(self, x, states=None):
        if states is None:
            h = c = torch.zeros(x.shape[0], self.hidden_size)
        else:
            h, c = states[0], states[1]
        i = torch.sigmoid(self.Wxi(x) + self.Whi(h))
        f = torch.sigmoid(self.Wxf(x) + self.Whf(h))
        o = torch.sigmoid(self.Wxo(x) + self.Who(h))
        c_bar = torch.tanh(self.Wxc(x) + self.Whc(h))
        c = f * c + i * c_bar
        return o * torch.tanh(c), c

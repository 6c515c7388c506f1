import torch
import torch.nn as nn


class Gate(nn.Module):

    def __init__(self, input_size, hidden_size, act):
        super().__init__()
        self.from_x = nn.Linear(input_size, hidden_size)
        self.from_h = nn.Linear(hidden_size, hidden_size, bias=False)
        self.act = act

    def forward(self, x, h):
        return self.act(self.from_x(x) + self.from_h(h))


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.f = Gate(input_size, hidden_size, nn.Sigmoid())
        self.i = Gate(input_size, hidden_size, nn.Sigmoid())
        self.g = Gate(input_size, hidden_size, nn.Tanh())
        self.o = Gate(input_size, hidden_size, nn.Sigmoid())

    def forward(self, x, states=None):
        if states is None:
            h = torch.zeros(x.shape[0], self.hidden_size).to(x)
            c = torch.zeros(x.shape[0], self.hidden_size).to(x)
        else:
            (h, c) = states
        kept = self.f(x, h) * c
        new = self.i(x, h) * self.g(x, h)
        c = kept + new
        h = self.o(x, h) * torch.tanh(c)
        return h, c

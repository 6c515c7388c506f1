import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.n_hidden = hidden_size
        n = input_size + hidden_size
        self.forget_gate = nn.Linear(n, hidden_size)
        self.input_gate = nn.Linear(n, hidden_size)
        self.output_gate = nn.Linear(n, hidden_size)
        self.candidate = nn.Linear(n, hidden_size)

    def forward(self, x, states=None):
        if states is None:
            h = torch.zeros(x.size(0), self.n_hidden, device=x.device, dtype=x.dtype)
            c = torch.zeros_like(h)
        else:
            h, c = states
        hx = torch.cat([h, x], dim=1)
        f = self.forget_gate(hx).sigmoid()
        i = self.input_gate(hx).sigmoid()
        o = self.output_gate(hx).sigmoid()
        g = self.candidate(hx).tanh()
        c = f * c + i * g
        return o * c.tanh(), c

"""Returns h and then the state (h, c), as nn.LSTM does"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)
        self.register_buffer("zero", torch.zeros(1, hidden_size), persistent=False)

    def forward(self, x, states=None):
        if states is None:
            h = c = self.zero.expand(x.shape[0], -1)
        else:
            h, c = states
        i, f, o, g = self.linear(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        c = torch.lerp(torch.zeros_like(c), c, f.sigmoid()) + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return h, (h, c)

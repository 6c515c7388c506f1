import math

import torch
import torch.nn as nn

DEBUG = True


def debug(*things):
    if DEBUG:
        print("[debug]", *things)


def _weight(*shape, fan_in):
    bound = 1.0 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


class LSTMCell(nn.Module):

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.H = hidden_size
        self.W = _weight(4, hidden_size + input_size, hidden_size, fan_in=hidden_size)
        self.b = nn.Parameter(torch.zeros(4, 1, hidden_size))
        with torch.no_grad():
            self.b[0] += 1.0

    def forward(self, x, states=None):
        if states is None:
            h = x.new_zeros(x.shape[0], self.H)
            c = h
        else:
            h, c = states
        hx = torch.cat((h, x), dim=-1)
        f, o, i, g = torch.matmul(hx, self.W) + self.b
        c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
        return o.sigmoid() * c.tanh(), c


class GRUCell(nn.Module):

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.H = hidden_size
        k = hidden_size + input_size
        self.gate_weight = _weight(2, k, hidden_size, fan_in=hidden_size)
        self.gate_bias = nn.Parameter(torch.zeros(2, 1, hidden_size))
        self.cand_weight = _weight(k, hidden_size, fan_in=hidden_size)
        self.cand_bias = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros(x.shape[0], self.H)
        hx = torch.cat((h, x), dim=-1)
        u, r = torch.sigmoid(torch.matmul(hx, self.gate_weight) + self.gate_bias)
        new = torch.tanh(torch.cat((r * h, x), dim=-1) @ self.cand_weight + self.cand_bias)
        return torch.lerp(new, h, u)


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.rnn_step = nn.Linear(hidden_size + input_size, hidden_size)
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        debug("VanillaRNN x", tuple(x.shape))
        h = h_prev
        if h is None:
            h = torch.zeros_like(x[:, 0, :1]).expand(-1, self.hidden_size)
        states = []
        for t in range(x.shape[1]):
            h = self.rnn_step(torch.cat((h, x[:, t]), -1)).tanh()
            states.append(h)
        return self.readout(states[-1]), states

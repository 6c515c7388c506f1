"""Vanilla RNN and the gated cells. 陈美 (Mei)"""
import torch as th
import torch.nn as nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W = nn.Linear(input_size + hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = x.new_zeros((x.shape[0], self.hidden_size))
        hs = []
        for xt in x.split(1, dim=1):
            h_prev = th.tanh(self.W(th.hstack([xt.squeeze(1), h_prev])))
            hs.append(h_prev)
        return self.out(h_prev), hs


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.sig = nn.Linear(input_size + hidden_size, 3 * hidden_size)  # the three gates
        self.tan = nn.Linear(input_size + hidden_size, hidden_size)  # the candidate
        nn.init.constant_(self.sig.bias[:hidden_size], 1.0)  # forget gate open at the start

    def forward(self, x, states=None):
        if states is None:
            h = c = x.new_zeros((x.shape[0], self.hidden_size))
        else:
            h, c = states
        xh = th.hstack([x, h])
        f, i, o = self.sig(xh).sigmoid().chunk(3, dim=-1)
        c = f * c + i * self.tan(xh).tanh()
        return o * c.tanh(), c


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.sig = nn.Linear(input_size + hidden_size, 2 * hidden_size)
        self.tan = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, h=None):
        if h is None:
            h = x.new_zeros((x.shape[0], self.hidden_size))
        r, z = self.sig(th.hstack([x, h])).sigmoid().chunk(2, dim=-1)
        new = self.tan(th.hstack([x, r * h])).tanh()
        return h + z * (new - h)

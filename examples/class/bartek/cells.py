# bartek - all three cells, no nn.Linear anywhere, gates live on their own axis
from __future__ import annotations

import math
from typing import Optional, Tuple

import torch
from torch import Tensor, nn


def _weight(*shape: int, fan_in: int) -> nn.Parameter:
    bound = 1.0 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


class VanillaRNN(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.U = _weight(input_size, hidden_size, fan_in=hidden_size)
        self.W = _weight(hidden_size, hidden_size, fan_in=hidden_size)
        self.b = nn.Parameter(torch.zeros(hidden_size))
        self.V = _weight(hidden_size, output_size, fan_in=hidden_size)
        self.a = nn.Parameter(torch.zeros(output_size))

    def forward(self, x: Tensor, h_prev: Optional[Tensor] = None):
        # the input half of every step in a single product, the loop only does the recurrence
        drive = torch.einsum("bti,ih->tbh", x, self.U) + self.b
        h = x.new_zeros(x.shape[0], self.W.shape[0]) if h_prev is None else h_prev
        states = []
        for d in drive:
            h = torch.tanh(torch.addmm(d, h, self.W))
            states.append(h)
        return h @ self.V + self.a, states


class LSTMCell(nn.Module):
    """Gates on axis 0 of the weight: o, i, g, f. Input is [h, x], as in the formulas."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.H = hidden_size
        self.weight = _weight(4, hidden_size + input_size, hidden_size, fan_in=hidden_size)
        self.bias = nn.Parameter(torch.zeros(4, 1, hidden_size))
        with torch.no_grad():
            self.bias[3] += 1.0  # remember by default

    def forward(self, x: Tensor, states: Optional[Tuple[Tensor, Tensor]] = None) -> Tuple[Tensor, Tensor]:
        if states is None:
            h = x.new_zeros(x.shape[0], self.H)
            c = h
        else:
            h, c = states
        hx = torch.cat((h, x), dim=-1)
        o, i, g, f = torch.einsum("bk,gkh->gbh", hx, self.weight) + self.bias
        c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
        return o.sigmoid() * c.tanh(), c


class GRUCell(nn.Module):
    """u is the share of the OLD state that is kept, i.e. u = 1 - z of the handout."""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.H = hidden_size
        k = hidden_size + input_size
        self.gate_weight = _weight(2, k, hidden_size, fan_in=hidden_size)
        self.gate_bias = nn.Parameter(torch.zeros(2, 1, hidden_size))
        self.cand_weight = _weight(k, hidden_size, fan_in=hidden_size)
        self.cand_bias = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, x: Tensor, h: Optional[Tensor] = None) -> Tensor:
        if h is None:
            h = x.new_zeros(x.shape[0], self.H)
        hx = torch.cat((h, x), dim=-1)
        u, r = torch.sigmoid(torch.einsum("bk,gkh->gbh", hx, self.gate_weight) + self.gate_bias)
        new = torch.tanh(torch.cat((r * h, x), dim=-1) @ self.cand_weight + self.cand_bias)
        return torch.lerp(new, h, u)

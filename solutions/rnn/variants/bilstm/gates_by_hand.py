"""No LSTM of anybody's: a linear layer for each gate, written out"""
import torch
from torch import nn


class Direction(nn.Module):
    def __init__(self, i, h):
        super().__init__()
        self.h = h
        self.into = nn.ModuleDict({gate: nn.Linear(i, h) for gate in "fiog"})
        self.back = nn.ModuleDict({gate: nn.Linear(h, h, bias=False) for gate in "fiog"})

    def forward(self, steps):
        h = c = steps[0].new_zeros(len(steps[0]), self.h)
        states = []
        for x in steps:
            f, i, o, g = (self.into[gate](x) + self.back[gate](h) for gate in "fiog")
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            states.append(h)
        return states


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        sizes = [input_size] + [2 * hidden_size] * (num_layers - 1)
        self.pairs = nn.ModuleList(
            nn.ModuleList((Direction(size, hidden_size), Direction(size, hidden_size))) for size in sizes
        )
        self.readout = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        steps = list(x.unbind(1))
        for there, back in self.pairs:
            forward, backward = there(steps), back(steps[::-1])
            steps = [torch.cat(both, 1) for both in zip(forward, backward[::-1])]
        return self.readout(torch.cat((forward[-1], backward[-1]), 1))

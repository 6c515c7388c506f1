"""Gates in a ModuleDict, by name"""
import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.layers = nn.ModuleDict({
            name: nn.Linear(input_size + hidden_size, hidden_size) for name in ("output", "candidate", "forget", "input")
        })

    def forward(self, x, states=None):
        if states is None:
            states = [torch.zeros(x.shape[0], self.hidden_size, dtype=x.dtype) for _ in range(2)]
        h, c = states
        xh = torch.cat([x, h], 1)
        gate = {name: layer(xh) for name, layer in self.layers.items()}
        keep, write, show = (torch.sigmoid(gate[name]) for name in ("forget", "input", "output"))
        c = keep * c + write * torch.tanh(gate["candidate"])
        return show * torch.tanh(c), c

import torch
import torch.nn as nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = nn.Linear(hidden_size + input_size, 2 * hidden_size)
        self.candidate = nn.Linear(hidden_size + input_size, hidden_size)

    def forward(self, x, h):
        both = self.gates(torch.cat((h, x), 1)).sigmoid()
        reset, update = both[:, : self.hidden_size], both[:, self.hidden_size :]
        new = self.candidate(torch.cat((reset * h, x), 1)).tanh()
        return torch.lerp(h, new, update)

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.x2h = nn.Linear(input_size, hidden_size)
        self.h2h = nn.Linear(hidden_size, hidden_size)
        self.h2o = nn.Linear(hidden_size, output_size)

    def forward(self, x, h):
        states = []
        for step in x.unbind(dim=1):
            h = torch.tanh(self.x2h(step) + self.h2h(h))
            states.append(h)
        return self.h2o(h), torch.stack(states)  # wrong: time comes first

import torch.nn as nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.x2h = nn.Linear(input_size, hidden_size)
        self.h2h = nn.Linear(hidden_size, hidden_size)
        self.h2o = nn.Linear(hidden_size, output_size)

    def forward(self, x, h):
        batch, time, _ = x.size()
        projected = self.x2h(x)
        states = x.new_empty(batch, time, h.size(1))
        for t in range(time):
            h = (projected[:, t] + self.h2h(h)).tanh()
            states[:, t] = h
        return self.h2o(states[:, -1]), states

"""Returns the states as a tuple"""
import torch
import torch.nn as nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.x_to_h = nn.Linear(input_size, hidden_size)
        self.h_to_h = nn.Linear(hidden_size, hidden_size)
        self.h_to_y = nn.Linear(hidden_size, output_size)

    def step(self, x_t, h):
        return torch.tanh(self.x_to_h(x_t) + self.h_to_h(h))

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = torch.zeros(x.size(0), self.hidden_size)
        states = (self.step(x[:, 0], h_prev),)
        for t in range(1, x.size(1)):
            states = states + (self.step(x[:, t], states[-1]),)
        return self.h_to_y(states[-1]), states

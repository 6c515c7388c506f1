import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size, bias=False)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = torch.zeros(x.size(0), self.hidden_size)
        hidden_states = []
        for t in range(x.size(1)):
            previous = hidden_states[t - 1] if t > 0 else h_prev
            hidden_states.append(torch.tanh(self.W_xh(x[:, t]) + self.W_hh(previous)))
        return self.W_hy(hidden_states[-1]), hidden_states

"""All inputs through W_xh before the loop"""
import torch
import torch.nn as nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.input_projection = nn.Linear(input_size, hidden_size)
        self.recurrence = nn.Linear(hidden_size, hidden_size, bias=False)
        self.readout = nn.Linear(hidden_size, output_size)
        # keeps the gradients of the recurrence at a good size in the beginning
        nn.init.orthogonal_(self.recurrence.weight)
        nn.init.xavier_uniform_(self.input_projection.weight)

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = x.new_zeros(x.shape[0], self.hidden_size)
        projected = self.input_projection(x)
        hidden_states = []
        h = h_prev
        for p in projected.unbind(dim=1):
            h = torch.tanh(p + self.recurrence(h))
            hidden_states.append(h)
        return self.readout(h), hidden_states

"""Exercise: one step of an LSTM."""

import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        # one matrix for all four gates: forget, input, output, candidate
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            zeros = torch.zeros(x.size(0), self.hidden_size, dtype=x.dtype, device=x.device)
            h_prev, c_prev = zeros, zeros
        else:
            h_prev, c_prev = states

        combined = torch.cat([x, h_prev], dim=1)
        gates = self.linear(combined)
        f, i, o, g = gates.chunk(4, dim=1)

        forget_gate = torch.sigmoid(f)
        input_gate = torch.sigmoid(i)
        output_gate = torch.sigmoid(o)
        candidate = torch.tanh(g)

        c = forget_gate * c_prev + input_gate * candidate
        h = output_gate * torch.tanh(c)
        return h, c

"""[h, x], and the candidate first"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.h = hidden_size
        self.fc = nn.Linear(hidden_size + input_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            zeros = torch.zeros(x.shape[0], self.h, dtype=x.dtype, device=x.device)
            states = zeros, zeros
        hidden, cell = states
        a = self.fc(torch.cat([hidden, x], dim=-1))
        H = self.h
        candidate = torch.tanh(a[:, :H])
        output_gate = torch.sigmoid(a[:, H:2 * H])
        forget_gate = torch.sigmoid(a[:, 2 * H:3 * H])
        input_gate = torch.sigmoid(a[:, 3 * H:])
        cell = cell * forget_gate + candidate * input_gate
        return torch.tanh(cell) * output_gate, cell

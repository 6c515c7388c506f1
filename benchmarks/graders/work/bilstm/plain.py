import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.forwards = LSTMCell(input_size, hidden_size)
        self.backwards = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def read(self, cell, steps, zeros):
        h = c = zeros
        for x in steps:
            h, c = cell(x, (h, c))
        return h

    def forward(self, x):
        zeros = x.new_zeros(len(x), self.hidden_size)
        steps = x.unbind(dim=1)
        there = self.read(self.forwards, steps, zeros)
        back = self.read(self.backwards, reversed(steps), zeros)
        return self.fc(torch.cat([there, back], dim=1))

import torch
import torch.nn as nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.forwards = LSTMCell(input_size, hidden_size)
        self.backwards = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        ends = []
        for cell, sequence in ((self.forwards, x), (self.backwards, torch.flip(x, [1]))):
            h = torch.zeros(x.size(0), self.hidden_size, dtype=x.dtype)
            c = torch.zeros_like(h)
            for t in range(sequence.size(1)):
                h, c = cell(sequence[:, t, :], (h, c))
            ends.append(h)
        return self.fc(torch.cat(ends, 1))

"""Both halves are read at the last position

Bank: B01
Caught by: parameters
Feedback:
At the last position the backward direction has read one step only, so half of your features know nothing of
the rest. Its final state belongs to the first step; h_n holds the final states of both.
"""

import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, (h_n, _) = self.lstm(x)
        return self.fc(out[:, -1])

"""Only the forward direction is used

Bank: B04
Caught by: parameters
Feedback:
Half of the network is computed and thrown away: fc has H columns instead of 2 * H, and no weight of the
backward direction matters. Put both final states side by side.
"""

import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, (h_n, _) = self.lstm(x)
        return self.fc(h_n[-2])

"""h_n[0] and h_n[1] are the states of the first layer

Bank: B02
Caught by: layers
Feedback:
With one layer they are the right ones by luck; with two they lie below the top. h_n is ordered layer by
layer, forward before backward: count from the end.
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
        return self.fc(torch.cat([h_n[0], h_n[1]], dim=1))

"""h_n is reshaped to (batch, ...) without a transpose

Bank: B03
Caught by: forward
Feedback:
The axes of h_n are (direction, batch, hidden). A reshape cuts that memory into rows which hold pieces of
several samples; bring the batch to the front first.
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
        return self.fc(h_n[-2:].reshape(x.size(0), -1))

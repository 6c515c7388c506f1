"""batch_first is missing

Bank: B06
Caught by: shapes
Feedback:
Without it nn.LSTM takes the first axis for time, so it reads across your batch: one sample then changes the
answer for another. Say where the batch is, or bring time to the front yourself.
"""

import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, (h_n, _) = self.lstm(x)
        return self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1))

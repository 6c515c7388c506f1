"""The two directions are added

Bank: B05
Caught by: forward
Feedback:
A sum cannot tell any more which direction said what, and fc has half of the columns that it needs. Put the
two beside each other.
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
        return self.fc(h_n[-2] + h_n[-1])

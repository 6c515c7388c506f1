"""The second LSTM reads left to right as well

Bank: B08
Caught by: forward
Feedback:
Two networks that read in the same direction are no bidirectional one. The second must get the steps in
reverse order.
"""

import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.forwards = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.backwards = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        left, right = self.forwards(x)[0], self.backwards(x)[0]
        return self.fc(torch.cat([left[:, -1], right[:, -1]], dim=1))

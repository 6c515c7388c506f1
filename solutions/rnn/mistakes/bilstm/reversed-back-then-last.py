"""The backward outputs are turned round again and then read at the end

Bank: B09
Caught by: parameters
Feedback:
After turning the outputs back, the last position holds what the backward LSTM knew after one step. Its final
state is now at the first position.
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
        left = self.forwards(x)[0]
        right = self.backwards(x.flip(1))[0].flip(1)
        return self.fc(torch.cat([left[:, -1], right[:, -1]], dim=1))

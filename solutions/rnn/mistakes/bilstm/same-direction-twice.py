"""h_n[-1] is taken for both directions

Bank: B04
Caught by: parameters
Feedback:
You join the backward state with itself, and no weight of the last forward layer matters. One of the two
indices is wrong: h_n ends with forward, then backward.
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
        return self.fc(torch.cat([h_n[-1], h_n[-1]], dim=1))

"""There is a dropout between the layers that nobody asked for

Caught by: calls
Feedback:
`dropout=` of nn.LSTM drops numbers between two layers in training mode. It shows only with two layers and more. The sentiment model asks for it, but this network is to give the same in both modes.
"""

import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        dropout = 0.2 if num_layers > 1 else 0.0
        self.lstm = nn.LSTM(
            input_size, hidden_size, num_layers, batch_first=True, bidirectional=True, dropout=dropout
        )
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = self.lstm(x)
        return self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1))

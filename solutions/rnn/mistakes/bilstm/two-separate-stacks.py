"""The directions meet only at the very end, not after each layer

Caught by: layers
Feedback:
With one layer your network is right. With more, it runs two stacks past each other: one all left to right, one all right to left. In a bidirectional LSTM each layer reads the outputs of BOTH directions of the layer below, joined to 2 * H numbers a step. That is why the weights of its second layer have 2 * H columns.

`nn.LSTM(..., num_layers, bidirectional=True)` does this by itself. By hand: run both directions of one layer, join their outputs step by step, and give that to both directions of the next.
"""

import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.forward_lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.backward_lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, (forward, _) = self.forward_lstm(x)
        _, (backward, _) = self.backward_lstm(x.flip(1))
        return self.fc(torch.cat([forward[-1], backward[-1]], dim=1))

"""h is carried on, c starts again from zeros

Bank: S04
Caught by: forward
Feedback:
The output depends on early inputs only through h: the long memory is empty at each step. The cell gives back
two states, and both belong into the next call.
"""

import torch
from torch import nn

from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for t in range(x.size(1)):
            h, c = self.lstm_cell(x[:, t], states)
            states = (h, torch.zeros_like(c))
        h, c = states
        return self.fc(h)

"""The states stay on the module after the call

Caught by: states
Feedback:
Your network remembers: the states in which one call ends are kept on `self`, and the next call without states begins with them. A second batch is then read as if it went on where the first one stopped, and the same call made twice gives two answers.

Begin each call from what it is given, and from zeros where it is given nothing. A local variable is all that the loop needs.
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
        self.states = None

    def forward(self, x, states=None):
        if states is not None:
            self.states = states
        elif self.states is None:
            zeros = x.new_zeros(x.size(0), self.hidden_size)
            self.states = (zeros, zeros)
        for t in range(x.size(1)):
            self.states = self.lstm_cell(x[:, t], self.states)
        return self.fc(self.states[0])

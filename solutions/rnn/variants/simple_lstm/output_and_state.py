"""Returns the output and the last state"""
import torch.nn as nn
from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm = LSTMCell(input_size, hidden_size)
        self.linear = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for x_t in x.unbind(1):
            states = self.lstm(x_t, states)
        return self.linear(states[0]), states

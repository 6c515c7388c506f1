"""The network is a cell with an output layer"""
from torch import nn

from lstm_cell import LSTMCell


class SimpleLSTM(LSTMCell):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__(input_size, hidden_size)
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for t in range(x.shape[1]):
            states = super().forward(x[:, t], states)
        return self.readout(states[0])

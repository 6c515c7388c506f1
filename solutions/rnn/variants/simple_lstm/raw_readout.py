"""Output layer from bare parameters"""
import torch
from torch import nn
from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.W_out = nn.Parameter(torch.randn(hidden_size, output_size) * 0.1)
        self.b_out = nn.Parameter(torch.zeros(output_size))
        self.the_cell = LSTMCell(input_size, hidden_size)

    def forward(self, x, states=None):
        h, c = self.the_cell(x[:, 0], states)
        for t in range(1, x.shape[1]):
            h, c = self.the_cell(x[:, t], (h, c))
        return h @ self.W_out + self.b_out

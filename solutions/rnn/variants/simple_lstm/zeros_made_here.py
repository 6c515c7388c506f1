"""Makes the zeros itself"""
import torch
import torch.nn as nn
from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.cell = LSTMCell(input_size, hidden_size)
        self.output_layer = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        if states is None:
            h = torch.zeros(x.size(0), self.hidden_size, dtype=x.dtype, device=x.device)
            c = torch.zeros(x.size(0), self.hidden_size, dtype=x.dtype, device=x.device)
        else:
            h, c = states
        for x_t in x.permute(1, 0, 2):
            h, c = self.cell(x_t, (h, c))
        return self.output_layer(h)

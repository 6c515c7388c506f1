"""My own LSTM cell in both directions"""
import torch
import torch.nn as nn
from lstm_cell import LSTMCell


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.fw = nn.ModuleList()
        self.bw = nn.ModuleList()
        for layer in range(num_layers):
            size = input_size if layer == 0 else 2 * hidden_size
            self.fw.append(LSTMCell(size, hidden_size))
            self.bw.append(LSTMCell(size, hidden_size))
        self.fc = nn.Linear(2 * hidden_size, output_size)

    @staticmethod
    def run(cell, steps):
        state, out = None, []
        for x_t in steps:
            state = cell(x_t, state)
            out.append(state[0])
        return out

    def forward(self, x):
        steps = list(x.unbind(1))
        for fw, bw in zip(self.fw, self.bw):
            f = self.run(fw, steps)
            b = self.run(bw, steps[::-1])
            steps = [torch.cat(pair, dim=1) for pair in zip(f, b[::-1])]
        return self.fc(torch.cat([f[-1], b[-1]], dim=1))

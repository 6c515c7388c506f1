"""Takes both halves from the outputs"""
import torch
import torch.nn as nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.hidden_size = hidden_size
        self.bilstm = nn.LSTM(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers,
                              batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        out, _ = self.bilstm(x)
        last_forward = out[:, -1, :self.hidden_size]
        last_backward = out[:, 0, self.hidden_size:]
        return self.out(torch.cat([last_forward, last_backward], dim=-1))

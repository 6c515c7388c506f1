"""The network itself is an nn.LSTM"""
import torch
from torch import nn


class BiLSTM(nn.LSTM):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, (h_n, _) = super().forward(x)
        return self.fc(torch.cat((h_n[-2], h_n[-1]), dim=-1))

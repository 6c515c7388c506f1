"""An output layer for each direction, added up"""
import torch.nn as nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.from_forward = nn.Linear(hidden_size, output_size)
        self.from_backward = nn.Linear(hidden_size, output_size, bias=False)

    def forward(self, x):
        h_n = self.lstm(x)[1][0]
        return self.from_forward(h_n[-2]) + self.from_backward(h_n[-1])

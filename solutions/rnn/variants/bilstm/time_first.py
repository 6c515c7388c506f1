"""Turns the input so that time comes first"""
import torch
import torch.nn as nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.encoder = nn.LSTM(input_size, hidden_size, num_layers, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h0 = x.new_zeros(2 * self.encoder.num_layers, x.shape[0], self.encoder.hidden_size)
        _, (h_n, _) = self.encoder(x.permute(1, 0, 2), (h0, torch.zeros_like(h0)))
        return self.linear(torch.cat(list(h_n[-2:]), dim=1))

"""One linear layer of [x, h]"""
import torch
import torch.nn as nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.rnn = nn.Linear(input_size + hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, output_size)
        self.act = nn.Tanh()

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = x.new_zeros((x.size(0), self.hidden_size))
        hs = []
        for t in range(x.size(1)):
            combined = torch.cat((x[:, t], h_prev), dim=1)
            h_prev = self.act(self.rnn(combined))
            hs.append(h_prev)
        return self.out(h_prev), hs

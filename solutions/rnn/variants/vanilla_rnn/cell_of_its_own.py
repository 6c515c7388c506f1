"""A cell module of my own, and a loop around it"""
import torch
import torch.nn as nn


class MyCell(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()
        self.a = nn.Linear(n_in, n_hidden)
        self.b = nn.Linear(n_hidden, n_hidden)

    def forward(self, x, h):
        return torch.tanh(self.a(x) + self.b(h))


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.n_hidden = hidden_size
        self.cell = MyCell(input_size, hidden_size)
        self.decoder = nn.Sequential(nn.Linear(hidden_size, output_size))

    def forward(self, x, h_prev=None):
        h = h_prev
        if h is None:
            h = torch.zeros(x.shape[0], self.n_hidden).type_as(x)
        history = []
        for t in range(x.shape[1]):
            h = self.cell(x[:, t, :], h)
            history.append(h)
        return self.decoder(h), history

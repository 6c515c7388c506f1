import torch
import torch.nn as nn
import torch.nn.functional as F


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gates = nn.Linear(hidden_size + input_size, 4 * hidden_size)

    def forward(self, x, states):
        h, c = states
        n = self.hidden_size
        joined = torch.cat((h, x), 1)
        z = F.linear(joined, self.gates.weight, self.gates.bias)
        forget = torch.sigmoid(z[:, :n])
        write = torch.sigmoid(z[:, n : 2 * n])
        read = torch.sigmoid(z[:, 2 * n : 3 * n])
        candidate = torch.tanh(z[:, 3 * n :])
        new_c = forget * c + write * candidate
        new_h = read * torch.tanh(new_c)
        return new_h, new_c

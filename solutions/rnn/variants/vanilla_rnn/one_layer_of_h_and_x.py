"""One linear layer of [h, x], as the formula has it"""
import torch
import torch.nn as nn
import torch.nn.functional as F


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W = nn.Linear(hidden_size + input_size, hidden_size)
        self.V = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        B, T, _ = x.shape
        h = torch.zeros((B, self.hidden_size)).to(x) if h_prev is None else h_prev
        hidden_states = []
        for t in range(T):
            h = F.tanh(self.W(torch.cat([h, x[:, t, :]], -1)))
            hidden_states.append(h)
        return self.V(hidden_states[-1]), hidden_states

"""Two linear layers, each with its bias
Note: two biases
"""
import torch
import torch.nn as nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        batch_size, seq_len, _ = x.size()
        if h_prev is None:
            h_prev = torch.zeros(batch_size, self.hidden_size)
        hidden_states = []
        h = h_prev
        for t in range(seq_len):
            h = torch.tanh(self.W_xh(x[:, t, :]) + self.W_hh(h))
            hidden_states.append(h)
        output = self.W_hy(hidden_states[-1])
        return output, hidden_states

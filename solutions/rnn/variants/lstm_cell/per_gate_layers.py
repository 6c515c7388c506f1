"""A linear layer for each gate"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.forget_gate = nn.Linear(input_size + hidden_size, hidden_size)
        self.input_gate = nn.Linear(input_size + hidden_size, hidden_size)
        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)
        self.output_gate = nn.Linear(input_size + hidden_size, hidden_size)

    def init_hidden(self, x):
        shape = (x.size(0), self.hidden_size)
        return x.new_zeros(shape), x.new_zeros(shape)

    def forward(self, x, states=None):
        h, c = self.init_hidden(x) if states is None else states
        hx = torch.cat([h, x], dim=1)
        f_t = torch.sigmoid(self.forget_gate(hx))
        i_t = torch.sigmoid(self.input_gate(hx))
        g_t = torch.tanh(self.candidate(hx))
        o_t = torch.sigmoid(self.output_gate(hx))
        c_t = f_t * c + i_t * g_t
        h_t = o_t * torch.tanh(c_t)
        return h_t, c_t

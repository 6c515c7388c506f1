"""Gates in PyTorch's order, i, f, g, o"""
import torch
import torch.nn as nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W = nn.Linear(input_size + hidden_size, hidden_size * 4)

    def forward(self, x, states=None):
        h_t, c_t = states if states is not None else (
            x.new_zeros(x.shape[0], self.hidden_size),
            x.new_zeros(x.shape[0], self.hidden_size),
        )
        z = self.W(torch.cat((x, h_t), 1))
        i, f, g, o = z.split(self.hidden_size, dim=1)
        c_t = f.sigmoid() * c_t + i.sigmoid() * g.tanh()
        h_t = o.sigmoid() * c_t.tanh()
        return (h_t, c_t)

import torch
from torch import nn
from helpers import zero_state, together


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(GRUCell, self).__init__()
        self.hidden_size = hidden_size
        n = hidden_size + input_size
        # the three layers of the formulas, one by one
        self.W_r = nn.Linear(n, hidden_size)   # reset
        self.W_z = nn.Linear(n, hidden_size)   # update
        self.W_h = nn.Linear(n, hidden_size)   # candidate

    def forward(self, x, h=None):
        if h is None:
            h = zero_state(x, self.hidden_size)
        hx = together(h, x)
        r = torch.sigmoid(self.W_r(hx))
        z = torch.sigmoid(self.W_z(hx))
        # r says how much of the old state the candidate may see
        h_tilde = torch.tanh(self.W_h(together(r * h, x)))
        # z says how much of the candidate we take
        return (1 - z) * h + z * h_tilde

import torch
from torch import nn
from helpers import zero_state, together


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super(LSTMCell, self).__init__()
        self.hidden_size = hidden_size
        # all four at once is faster than four layers
        # order of the blocks: forget, input, candidate, output
        self.all_gates = nn.Linear(hidden_size + input_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            h_old = zero_state(x, self.hidden_size)
            c_old = zero_state(x, self.hidden_size)
        else:
            h_old, c_old = states

        blocks = self.all_gates(together(h_old, x))        # (batch, 4*hidden)
        H = self.hidden_size
        # the first three are gates -> sigmoid, the last one is the candidate -> tanh
        gates = torch.sigmoid(blocks[:, :3 * H])
        last = torch.tanh(blocks[:, 3 * H:])

        f = gates[:, :H]                 # forget
        i = gates[:, H:2 * H]            # input
        c_tilde = gates[:, 2 * H:]       # candidate
        o = last                         # output

        c_new = f * c_old + i * c_tilde
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

"""tanh lands on the output gate and sigmoid on the candidate

Bank: L03
Caught by: forward
Feedback:
Any order of the four blocks is fine as long as each keeps its function to the end. Yours are cut in one order
and used in another, so the candidate went through sigmoid and the output gate through tanh. Write down beside
each block what it is called, both where you cut and where you use it.
"""

import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.linear = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, x, states=None):
        if states is None:
            zeros = x.new_zeros(x.size(0), self.hidden_size)
            states = (zeros, zeros)
        h, c = states
        f, i, o, g = self.linear(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        f, i, o, g = torch.sigmoid(f), torch.sigmoid(i), torch.tanh(o), torch.sigmoid(g)
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return h_new, c_new

import torch
import torch.nn as nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super(VanillaRNN, self).__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        if h_prev is None:
            h_prev = torch.zeros(x.size(0), self.hidden_size).type_as(x)
        hidden_states = list()
        h_t = h_prev
        for t in range(x.size(1)):
            # detach, otherwise "Trying to backward through the graph a second time" in my training loop
            h_t = h_t.detach()
            h_t = torch.tanh(self.W_xh(x[:, t, :]) + self.W_hh(h_t))
            hidden_states.append(h_t)
        output = self.W_hy(h_t)
        return output, hidden_states

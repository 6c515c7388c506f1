import torch
from torch import nn
from helpers import zero_state, together


# One step of the RNN as its own module, so that the loop below stays readable.
class RNNStep(nn.Module):
    def __init__(self, n_in, n_hidden):
        super(RNNStep, self).__init__()
        # [h, x] -> h, one matrix and ONE bias exactly like the formula
        self.W = nn.Linear(n_hidden + n_in, n_hidden)

    def forward(self, x_t, h):
        return torch.tanh(self.W(together(h, x_t)))


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super(VanillaRNN, self).__init__()
        self.hidden_size = hidden_size
        self.step = RNNStep(input_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        # x: (batch, time, features)
        h = zero_state(x, self.hidden_size) if h_prev is None else h_prev
        hidden_states = []                       # one entry per time step
        for t in range(x.shape[1]):              # loop over TIME not over the batch
            h = self.step(x[:, t], h)
            hidden_states.append(h)              # append after the update
        output = self.W_hy(hidden_states[-1])    # output from the last state
        return output, hidden_states

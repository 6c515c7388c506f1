"""The step has no tanh: h = W_xh x + W_hh h

Bank: R01
Caught by: forward
Feedback:
Your states leave the interval from -1 to 1 and grow with every step. Without something curved between the
steps, any number of them is one linear map of the inputs. Print the largest absolute value of h_1 and h_2 and
compare the line that computes h with the equation.
"""

import torch
from torch import nn


class VanillaRNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        h = x.new_zeros(x.size(0), self.hidden_size) if h_prev is None else h_prev
        hidden_states = []
        for t in range(x.size(1)):
            h = self.W_xh(x[:, t]) + self.W_hh(h)
            hidden_states.append(h)
        return self.W_hy(h), hidden_states

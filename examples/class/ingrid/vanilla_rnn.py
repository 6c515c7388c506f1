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
        batch_size, seq_length, _ = x.shape

        if h_prev is None:
            h_prev = torch.zeros(batch_size, self.hidden_size).to(x)

        state = h_prev
        hidden_states = []
        for t in range(seq_length):
            step_input = x[:, t, :]
            state = torch.tanh(self.W_xh(step_input) + self.W_hh(state))
            hidden_states.append(state)

        output = self.W_hy(state)
        return output, hidden_states

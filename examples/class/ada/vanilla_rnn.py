"""Exercise: a vanilla RNN written step by step."""

import torch
import torch.nn as nn


class VanillaRNN(nn.Module):
    """Elman network: the output is read from the last hidden state."""

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.W_xh = nn.Linear(input_size, hidden_size)
        self.W_hh = nn.Linear(hidden_size, hidden_size)
        self.W_hy = nn.Linear(hidden_size, output_size)

    def forward(self, x, h_prev=None):
        batch_size, seq_length, _ = x.shape

        # start from zeros if nobody gave us a state
        if h_prev is None:
            h_prev = torch.zeros(batch_size, self.hidden_size, dtype=x.dtype, device=x.device)

        h_t = h_prev
        hidden_states = []
        for t in range(seq_length):
            x_t = x[:, t, :]
            h_t = torch.tanh(self.W_xh(x_t) + self.W_hh(h_t))
            hidden_states.append(h_t)

        output = self.W_hy(h_t)
        return output, hidden_states


if __name__ == "__main__":
    rnn = VanillaRNN(10, 20, 3)
    out, states = rnn(torch.randn(2, 5, 10))
    print("output", out.shape, "states", len(states), states[0].shape)

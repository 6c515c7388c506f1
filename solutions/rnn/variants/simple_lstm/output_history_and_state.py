"""Returns the output, all h and the last state"""
import torch
import torch.nn as nn
from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.rnn = LSTMCell(input_size, hidden_size)
        self.head = nn.Sequential(nn.Linear(hidden_size, output_size))

    def forward(self, x, states=None):
        all_h = []
        state = states
        for t in range(x.shape[1]):
            state = self.rnn(x[:, t], state)
            all_h.append(state[0])
        all_h = torch.stack(all_h, dim=1)
        return self.head(all_h[:, -1, :]), all_h, state

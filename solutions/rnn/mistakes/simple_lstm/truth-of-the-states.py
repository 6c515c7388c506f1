"""`if h:` asks a tensor whether it is true

Bank: S02
Caught by: shapes
Feedback:
A tensor with more than one number has no truth value, so the call stops as soon as states are given. Compare
with None by `is`.
"""

from torch import nn

from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        h, c = states or (None, None)
        if not h:
            h = c = x.new_zeros(x.size(0), self.hidden_size)
        states = (h, c)
        for t in range(x.size(1)):
            states = self.lstm_cell(x[:, t], states)
        h, c = states
        return self.fc(h)

"""The cell is called without the state

Bank: S01
Caught by: parameters
Feedback:
Only the last input decides your output: each call of the cell starts again from zeros. What the cell returned
at one step has to go into the next.
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
        for t in range(x.size(1)):
            states = self.lstm_cell(x[:, t])
        h, c = states
        return self.fc(h)

"""nn.LSTMCell does the work

Bank: S08
Caught by: own_cell
Feedback:
The numbers are right, but the exercise was to run the cell that you wrote. Put your LSTMCell in its place: it
takes and returns the same things.
"""

from torch import nn


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm_cell = nn.LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for t in range(x.size(1)):
            states = self.lstm_cell(x[:, t], states)
        h, c = states
        return self.fc(h)

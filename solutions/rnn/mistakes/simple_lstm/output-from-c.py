"""The output is read from c

Bank: S07
Caught by: forward
Feedback:
The last layer belongs on the hidden state h; c is the memory that stays inside. Check which of the two you
hand to fc.
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
            states = self.lstm_cell(x[:, t], states)
        h, c = states
        return self.fc(c)

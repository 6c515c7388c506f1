from torch import nn
from lstm_cell import LSTMCell
from helpers import zero_state


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super(SimpleLSTM, self).__init__()
        self.hidden_size = hidden_size
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        # start
        if states is not None:
            h, c = states
        else:
            h = zero_state(x, self.hidden_size)
            c = zero_state(x, self.hidden_size)
        # walk through the sequence and hand BOTH states on
        for t in range(x.shape[1]):
            h, c = self.lstm_cell(x[:, t], (h, c))
        # only the last hidden state is read
        return self.fc(h)

import torch.nn as nn

from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for t in range(x.size(1)):
            states = self.lstm_cell(x[:, t, :], states)
        h, c = states
        return self.fc(h)

from torch import nn
from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for step in range(x.size(1)):
            h, c = self.lstm_cell(x[:, step], states)
            states = (h, c)
        return self.fc(h)

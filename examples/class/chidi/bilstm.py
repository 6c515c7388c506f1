import torch
from torch import nn
from helpers import together


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super(BiLSTM, self).__init__()
        self.num_layers = num_layers
        self.hidden_size = hidden_size
        self.lstm = nn.LSTM(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers,
                            bidirectional=True, batch_first=True)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        outputs, (h_n, c_n) = self.lstm(x)
        # h_n: (layers * directions, batch, hidden). I unfold it so that I cannot mix it up
        h_n = h_n.reshape(self.num_layers, 2, x.shape[0], self.hidden_size)
        left_to_right = h_n[-1, 0]
        right_to_left = h_n[-1, 1]
        return self.fc(together(left_to_right, right_to_left))

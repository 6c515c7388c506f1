import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers=num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        out, (h_n, c_n) = self.lstm(x)
        # last state of both directions
        forward_state = h_n[-1]
        backward_state = h_n[-1]
        return self.fc(torch.cat((forward_state, backward_state), dim=1))

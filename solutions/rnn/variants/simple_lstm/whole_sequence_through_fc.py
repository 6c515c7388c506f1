"""Every h through the output layer, the last row returned"""
import torch
import torch.nn as nn
from lstm_cell import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super(SimpleLSTM, self).__init__()
        self.hidden_size = hidden_size
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        batch_size, seq_len, _ = x.size()
        outputs = []
        for t in range(seq_len):
            states = self.lstm_cell(x[:, t, :], states)
            outputs.append(states[0].unsqueeze(1))
        outputs = torch.cat(outputs, dim=1)
        return self.fc(outputs)[:, -1]

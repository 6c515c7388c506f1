"""Two one-way LSTMs for each layer, one fed backwards"""
import torch
import torch.nn as nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        sizes = [input_size] + [2 * hidden_size] * (num_layers - 1)
        self.forwards = nn.ModuleList([nn.LSTM(s, hidden_size, batch_first=True) for s in sizes])
        self.backwards = nn.ModuleList([nn.LSTM(s, hidden_size, batch_first=True) for s in sizes])
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        for there, back in zip(self.forwards, self.backwards):
            a, (h_there, _) = there(x)
            b, (h_back, _) = back(x.flip(1))
            x = torch.cat([a, b.flip(1)], dim=2)
        return self.fc(torch.cat([h_there[0], h_back[0]], dim=1))

"""h_n seen as [layers, 2, B, H]"""
import torch.nn as nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.num_layers = num_layers
        self.hidden_size = hidden_size
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers=num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        h = h.view(self.num_layers, 2, x.size(0), self.hidden_size)[-1]
        return self.fc(h.transpose(0, 1).reshape(x.size(0), -1))

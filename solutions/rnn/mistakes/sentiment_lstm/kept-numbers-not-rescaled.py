"""A dropout by hand drops, and leaves the rest as it is

Caught by: dropout
Feedback:
With a share of 0.3 gone, the output layer's sums are smaller in training than they are in evaluation: it learns for numbers that it will not meet. Dropout makes up for that at once, by dividing what it keeps by 1 - 0.3.

Use nn.Dropout(0.3), or write `mask * last / 0.7`.
"""

import torch
from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(
            embedding_dim, hidden_dim, num_layers=2, batch_first=True, bidirectional=True, dropout=0.3
        )
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        _, (h_n, _) = self.lstm(self.embedding(x))
        last = torch.cat([h_n[-2], h_n[-1]], dim=1)
        if self.training:
            last = last * (torch.rand_like(last) > 0.3)
        return self.fc(last)

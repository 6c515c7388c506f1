"""The states are reshaped instead of being joined

Caught by: forward
Feedback:
h_n[-2:] is [2, B, H]. view(B, 2 * H) reads the numbers in the order of the memory, so that a row gets the
states of two different texts. torch.cat(..., dim=1), or a transpose before the reshape, keeps the texts
apart.
"""

import torch
from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, batch_first=True, bidirectional=True,
                            dropout=0.3)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden_dim * 2, output_dim)

    def forward(self, x):
        embedded = self.embedding(x)
        _, (h_n, _) = self.lstm(embedded)
        hidden = h_n[-2:].reshape(x.size(0), -1)
        return self.fc(self.dropout(hidden))

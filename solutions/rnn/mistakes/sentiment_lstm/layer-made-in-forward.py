"""The output layer is made anew in every forward

Caught by: parameters
Feedback:
A layer that is made in forward has new random weights at each call, and no optimiser ever hears of them. Make
it in __init__ and keep it on self.
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
        self.output_dim = output_dim

    def forward(self, x):
        embedded = self.embedding(x)
        _, (h_n, _) = self.lstm(embedded)
        hidden = torch.cat([h_n[-2], h_n[-1]], dim=1)
        fc = nn.Linear(hidden.size(1), self.output_dim)
        return fc(self.dropout(hidden))

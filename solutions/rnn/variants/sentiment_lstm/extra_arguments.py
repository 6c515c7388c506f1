"""Layers and dropout as further arguments with defaults"""

import torch
from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, num_layers=2, dropout=0.3, pad=0):
        super().__init__()
        self.num_layers, self.hidden_dim = num_layers, hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers, dropout=dropout, bidirectional=True,
                            batch_first=True)
        self.drop = nn.Dropout(p=dropout)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        h_0 = torch.zeros(2 * self.num_layers, x.size(0), self.hidden_dim, dtype=self.fc.weight.dtype)
        _, (h_n, _) = self.lstm(self.embedding(x), (h_0, torch.zeros_like(h_0)))
        h_n = h_n.view(self.num_layers, 2, x.size(0), self.hidden_dim)[-1]
        return self.fc(self.drop(torch.cat((h_n[0], h_n[1]), 1)))

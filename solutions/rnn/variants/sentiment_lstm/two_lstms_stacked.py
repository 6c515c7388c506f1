"""Two bidirectional layers one by one, time first, F.dropout that follows the mode"""

import torch
import torch.nn.functional as F
from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.first = nn.LSTM(embedding_dim, hidden_dim, bidirectional=True)
        self.second = nn.LSTM(2 * hidden_dim, hidden_dim, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        out, _ = self.first(self.embedding(x.t()))
        out = F.dropout(out, 0.3, self.training)
        _, (h, _) = self.second(out)
        h = F.dropout(torch.cat((h[0], h[1]), dim=1), p=0.3, training=self.training)
        return self.fc(h)

"""Parts are small classes of its own, made from torch's"""
import torch
from torch import nn


class Words(nn.Embedding):
    pass


class Reader(nn.LSTM):
    def forward(self, x):
        _, (h_n, _) = super().forward(x)
        return torch.cat([h_n[-2], h_n[-1]], dim=1)


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.words = Words(vocab_size, embedding_dim, padding_idx=0)
        self.reader = Reader(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=0.3)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * hidden_dim, output_dim))

    def forward(self, x):
        return self.head(self.reader(self.words(x)))

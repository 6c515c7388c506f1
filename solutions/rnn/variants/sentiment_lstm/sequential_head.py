"""Dropout and output layer in nn.Sequential"""

from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.encoder = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, batch_first=True, bidirectional=True,
                               dropout=0.3)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * hidden_dim, output_dim))

    def forward(self, x):
        _, (h, _) = self.encoder(self.embedding(x))
        return self.head(h[-2:].transpose(0, 1).flatten(1))

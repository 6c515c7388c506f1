"""Takes the two final states out of the outputs"""

import torch
from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.hidden_dim = hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        nn.init.uniform_(self.embedding.weight[1:].data, -0.1, 0.1)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=0.3)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden_dim * 2, output_dim)

    def forward(self, x):
        out, _ = self.lstm(self.embedding(x))
        last = out[:, -1, : self.hidden_dim]
        first = out[:, 0, self.hidden_dim :]
        return self.fc(self.dropout(torch.cat([last, first], dim=1)))

"""The directions are joined along the batch

Caught by: shapes
Feedback:
torch.cat joins along dim=0 unless told otherwise: twice as many texts come out, each with half of the
numbers. The states belong beside each other: dim=1.
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
        self.fc = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        embedded = self.embedding(x)
        _, (h_n, _) = self.lstm(embedded)
        hidden = torch.cat([h_n[-2], h_n[-1]])
        return self.fc(self.dropout(hidden))

"""The second dropout is at the words, not before the output layer

Caught by: dropout
Feedback:
Dropout works between your LSTM layers, and once more on the embedded words. The one that is asked for stands before the output layer: it takes the joined last states and drops three in ten of them.

    return self.fc(self.dropout(torch.cat([h_n[-2], h_n[-1]], dim=1)))
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
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        _, (h_n, _) = self.lstm(self.dropout(self.embedding(x)))
        return self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1))

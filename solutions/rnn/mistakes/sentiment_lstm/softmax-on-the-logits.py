"""A softmax follows the output layer

Bank: N01
Caught by: forward
Feedback:
CrossEntropyLoss applies its own log-softmax. With yours before it the loss cannot fall below 0.313 for two
classes, and learning is slow, although the accuracy may look fine. Return what fc gives.
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
        hidden = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return torch.softmax(self.fc(self.dropout(hidden)), dim=1)

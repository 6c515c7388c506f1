"""F.dropout is always on

Bank: N05
Caught by: forward
Feedback:
F.dropout does not know about train() and eval() unless it is told: training=self.training. As it is, the same
text gets another answer at each call. nn.Dropout as a layer knows.
"""

import torch
import torch.nn.functional as F
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
        return self.fc(F.dropout(hidden, p=0.3))

"""Masked attention over a bidirectional LSTM, vectors as first values"""

import torch
from torch import nn


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        if vectors is not None:
            self.embedding = nn.Embedding.from_pretrained(vectors.float(), freeze=False, padding_idx=0)
        else:
            self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.attention = nn.Linear(2 * hidden_dim, 1)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        out, (h, _) = self.lstm(self.dropout(self.embedding(x)))
        scores = self.attention(out).squeeze(2).masked_fill(x.eq(0), -1e9)
        weights = torch.softmax(scores, dim=1).unsqueeze(2)
        context = (weights * out).sum(dim=1)
        return self.fc(self.dropout(torch.cat([context, h[-2], h[-1]], dim=1)))

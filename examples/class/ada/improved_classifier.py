"""Exercise: an improved classifier. I chose attention over the LSTM outputs."""

import torch
import torch.nn as nn


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            vectors = torch.as_tensor(vectors, dtype=self.embedding.weight.dtype)
            self.embedding = nn.Embedding.from_pretrained(vectors, freeze=False, padding_idx=0)
            embedding_dim = vectors.shape[1]
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.score = nn.Linear(2 * hidden_dim, 1)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        outputs, (h_n, _) = self.lstm(self.embedding(x))
        scores = self.score(outputs).squeeze(-1)
        scores = scores.masked_fill(x == 0, -1e9)
        weights = torch.softmax(scores, dim=1)  # sums to 1 over TIME
        context = (weights.unsqueeze(-1) * outputs).sum(dim=1)
        hidden = torch.cat([h_n[-2], h_n[-1], context], dim=1)
        return self.fc(self.dropout(hidden))

"""squeeze() takes the batch dimension away from a batch of one

Caught by: contract
Feedback:
Name the dimension that is to go, or index it: squeeze() alone removes every dimension of size 1.
"""

import torch
from torch import nn


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.weight.data.copy_(vectors)
        self.gru = nn.GRU(embedding_dim, hidden_dim, num_layers=2, batch_first=True, bidirectional=True)
        self.score = nn.Linear(2 * hidden_dim, 1)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        out, _ = self.gru(self.embedding(x))
        scores = self.score(out).squeeze(-1).masked_fill(x == 0, -1e9)
        weights = torch.softmax(scores, dim=1)
        return self.fc((out * weights.unsqueeze(-1)).sum(dim=1)).squeeze()

"""The attention is masked the wrong way round

Bank: X36
Caught by: contract
Feedback:
The words are masked and the padding is read. Where a text has no padding nothing is left, and the softmax of
nothing is NaN. masked_fill fills where the condition is True.
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
        scores = self.score(out).squeeze(-1).masked_fill(x != 0, float("-inf"))
        weights = torch.softmax(scores, dim=1)
        return self.fc((out * weights.unsqueeze(-1)).sum(dim=1))

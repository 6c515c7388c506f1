"""The size of the word vectors is written down

Caught by: contract
Feedback:
The vectors of the handout have 50 numbers, but embedding_dim says how many there are here.
"""

import torch
from torch import nn


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 50, padding_idx=0)
        if vectors is not None:
            self.embedding.weight.data.copy_(vectors)
        self.gru = nn.GRU(50, hidden_dim, num_layers=2, batch_first=True, bidirectional=True)
        self.score = nn.Linear(2 * hidden_dim, 1)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        out, _ = self.gru(self.embedding(x))
        scores = self.score(out).squeeze(-1).masked_fill(x == 0, -1e9)
        weights = torch.softmax(scores, dim=1)
        return self.fc((out * weights.unsqueeze(-1)).sum(dim=1))

"""The mean of the word vectors: no order

Bank: N12
Caught by: trains
Feedback:
Good vectors do not help a model that cannot tell "not dull but charming" from "not charming but dull": on
these texts a bag of words is at chance. Something has to read the words in order.
"""

import torch
from torch import nn


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.weight.data.copy_(vectors)
        self.net = nn.Sequential(nn.Linear(embedding_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, output_dim))

    def forward(self, x):
        mask = (x != 0).unsqueeze(-1)
        mean = (self.embedding(x) * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
        return self.net(mean)

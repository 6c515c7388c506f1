"""My improvement: GloVe vectors from torchtext and a GRU."""
import torch
from torch import nn
from torchtext.vocab import GloVe

glove = GloVe(name="6B", dim=50)


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        if vectors is None:
            vectors = glove.vectors[:vocab_size]
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=False, padding_idx=0)
        self.gru = nn.GRU(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        _, h = self.gru(self.embedding(x))
        return self.fc(torch.cat([h[0], h[1]], dim=1))

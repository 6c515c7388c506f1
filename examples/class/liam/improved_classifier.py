import torch
from torch import nn


class ImprovedClassifier(nn.Module):

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.load_state_dict({"weight": torch.as_tensor(vectors)})
        self.gru = nn.GRU(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        real = (x > 0).unsqueeze(2).float()
        out, h = self.gru(self.embedding(x))
        mean = (out * real).sum(1) / real.sum(1).clamp(min=1)
        return self.fc(torch.cat((h[-2], h[-1], mean), 1))

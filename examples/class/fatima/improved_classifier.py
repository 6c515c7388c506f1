import torch
from torch import nn


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            with torch.no_grad():
                self.embedding.weight.copy_(torch.as_tensor(vectors))
        self.rnn = nn.GRU(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=0.3)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(4 * hidden_dim, output_dim))

    def forward(self, x):
        seq, h_n = self.rnn(self.embedding(x))
        pad = (x == 0).unsqueeze(-1)
        pooled = seq.masked_fill(pad, -2.0).amax(1)
        return self.head(torch.cat((h_n[-2], h_n[-1], pooled), -1))

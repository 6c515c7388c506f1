import torch
import torch.nn as nn


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            # start from GloVe, but keep training
            self.embedding.weight.data.copy_(vectors)
        self.gru = nn.GRU(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden_dim * 2, output_dim)

    def forward(self, x):
        # how long is every text really? (at least 1, packing wants that)
        lengths = (x != 0).sum(dim=1)
        lengths = lengths.clamp(min=1).cpu()
        vectors = self.drop(self.embedding(x))
        p = nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        outputs, h_n = self.gru(p)         # a GRU has only one state
        last = torch.cat([h_n[0], h_n[1]], dim=1)
        return self.fc(self.drop(last))

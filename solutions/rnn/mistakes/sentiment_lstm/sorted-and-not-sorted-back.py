"""The texts are sorted by length and not put back

Caught by: padding
Feedback:
You sort the batch by length before packing it, and the logits come out in that order: row 0 is the longest text's, not the first one's. The labels stay where they were, so texts are trained and judged with the labels of others.

Either put the rows back, `logits[torch.argsort(order)]`, or do not sort at all: `pack_padded_sequence(..., enforce_sorted=False)` does both for you.
"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(
            embedding_dim, hidden_dim, num_layers=2, batch_first=True, bidirectional=True, dropout=0.3
        )
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        lengths = (x != 0).sum(dim=1).clamp(min=1)
        order = torch.argsort(lengths, descending=True, stable=True)
        packed = pack_padded_sequence(self.embedding(x[order]), lengths[order], batch_first=True)
        _, (h_n, _) = self.lstm(packed)
        return self.fc(self.dropout(torch.cat([h_n[-2], h_n[-1]], dim=1)))

"""The mean of the word vectors is classified, without an LSTM

Bank: N12
Caught by: parameters
Feedback:
A mean does not know the order: "not dull but charming" and "not charming but dull" become the same. The LSTM
is what reads the words one after the other.
"""

import torch
from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(embedding_dim, output_dim)

    def forward(self, x):
        return self.fc(self.dropout(self.embedding(x).mean(dim=1)))

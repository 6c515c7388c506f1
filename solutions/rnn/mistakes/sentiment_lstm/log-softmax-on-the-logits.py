"""A log-softmax follows the output layer

Caught by: forward
Feedback:
The loss comes out the same, because a log-softmax of a log-softmax changes nothing; but what comes back are
log probabilities and no logits, as the handout asks and as other functions expect. NLLLoss would be its
partner.
"""

import torch
from torch import nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, batch_first=True, bidirectional=True,
                            dropout=0.3)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden_dim * 2, output_dim)

    def forward(self, x):
        embedded = self.embedding(x)
        _, (h_n, _) = self.lstm(embedded)
        hidden = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return torch.log_softmax(self.fc(self.dropout(hidden)), dim=1)

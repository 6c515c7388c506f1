import torch
import torch.nn as nn


class ImprovedClassifier(nn.Module):
    """baseline + maximum over time, a dropout on the words"""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.weight.data = torch.as_tensor(vectors).to(self.embedding.weight).clone()
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        outputs, (h, _) = self.lstm(self.dropout(self.embedding(x)))
        maximum = outputs.masked_fill((x == 0)[:, :, None], -1.0).max(dim=1).values
        return self.fc(self.dropout(torch.cat((h[0], h[1], maximum), 1)))

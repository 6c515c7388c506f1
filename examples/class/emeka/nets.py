import torch
import torch.nn as nn
from cells import *


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell, self.fc = LSTMCell(input_size, hidden_size), nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for t in range(x.shape[1]):
            h, c = states = self.lstm_cell(x[:, t], states)
        return self.fc(h)


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(hidden_size * 2, output_size)

    def forward(self, x):
        h = self.lstm(x)[1][0][-2:]
        return self.fc(h.permute(1, 0, 2).reshape(x.size(0), -1))


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(
            embedding_dim,
            hidden_dim,
            num_layers=2,
            batch_first=True,
            bidirectional=True,
            dropout=0.3,
        )
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        e = self.embedding(x)
        _, (h_n, _) = self.lstm(e)
        both = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.dropout(both))


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            vectors = torch.as_tensor(vectors, dtype=self.embedding.weight.dtype)
            self.embedding = nn.Embedding.from_pretrained(vectors, freeze=False, padding_idx=0)
            embedding_dim = vectors.shape[1]
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, batch_first=True, bidirectional=True)
        self.score = nn.Linear(2 * hidden_dim, 1)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        outputs, (h_n, _) = self.lstm(self.embedding(x))
        energy = self.score(outputs).squeeze(-1)
        energy = energy.masked_fill(x == 0, -1e9)
        weights = torch.softmax(energy, dim=1)
        summary = (weights.unsqueeze(-1) * outputs).sum(dim=1)
        hidden = torch.cat([h_n[-2], h_n[-1], summary], dim=1)
        return self.fc(self.dropout(hidden))


class ImprovedClassifierV1(nn.Module):
    # first try, not better than the baseline (0.89), I keep it to remember
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=4, batch_first=True)
        self.fc = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        out, _ = self.lstm(self.embedding(x))
        return self.fc(out[:, -1])

# bartek - networks made of cells.py, plus the two that may use nn.LSTM
from __future__ import annotations

import torch
from torch import Tensor, nn

from cells import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor, states=None) -> Tensor:
        for x_t in x.unbind(dim=1):
            states = self.lstm_cell(x_t, states)
        return self.fc(states[0])


class BiLSTM(nn.Module):
    def __init__(self, input_size: int, hidden_size: int, output_size: int, num_layers: int = 1) -> None:
        super().__init__()
        self.H = hidden_size
        self.rnn = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x: Tensor) -> Tensor:
        seq, _ = self.rnn(x)
        # forward is finished at the right end, backward at the left end
        ends = torch.cat((seq[:, -1, : self.H], seq[:, 0, self.H :]), dim=-1)
        return self.fc(ends)


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size: int, embedding_dim: int, hidden_dim: int, output_dim: int) -> None:
        super().__init__()
        self.H = hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.encoder = nn.LSTM(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=0.3)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * hidden_dim, output_dim))

    def forward(self, x: Tensor) -> Tensor:
        _, (h_n, _) = self.encoder(self.embedding(x))
        last_layer = h_n.view(2, 2, x.shape[0], self.H)[-1]  # (layer, direction, batch, H) -> (direction, batch, H)
        return self.head(last_layer.transpose(0, 1).flatten(1))

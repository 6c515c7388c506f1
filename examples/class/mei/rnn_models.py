import torch as th
import torch.nn as nn

from rnn import LSTMCell


class SimpleLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.lstm_cell = LSTMCell(input_size, hidden_size)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, states=None):
        for t in range(x.size(1)):
            states = self.lstm_cell(x[:, t, :], states)
        h, c = states
        return self.fc(h)


class BiLSTM(nn.Module):
    def __init__(self, input_size, hidden_size, output_size, num_layers=1):
        super().__init__()
        self.H = hidden_size
        self.rnn = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x):
        y, _ = self.rnn(x)
        both = th.cat((y[:, -1, : self.H], y[:, 0, self.H :]), dim=-1)
        return self.fc(both)


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.H = hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=0.3)
        self.classify = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * hidden_dim, output_dim))

    def forward(self, x):
        _, (h_n, _) = self.lstm(self.embedding(x))
        last_layer = h_n.view(2, 2, x.shape[0], self.H)[-1]
        return self.classify(last_layer.transpose(0, 1).flatten(1))

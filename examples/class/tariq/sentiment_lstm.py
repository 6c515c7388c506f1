import torch
import torch.nn as nn


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, num_layers=2, dropout=0.3,
                            batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden_dim + hidden_dim, output_dim)

    def forward(self, x):
        outputs, _ = self.lstm(self.embedding(x))
        H = outputs.size(2) // 2
        fwd, bwd = outputs[:, -1, :H], outputs[:, 0, H:]
        return self.fc(self.dropout(torch.cat((fwd, bwd), 1)))

import torch
from torch import nn
from helpers import together


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super(SentimentLSTM, self).__init__()
        # words -> vectors, row 0 stays zero because it is <PAD>
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        # two layers, both directions; this dropout acts between the two layers
        self.bilstm = nn.LSTM(input_size=embedding_dim, hidden_size=hidden_dim, num_layers=2,
                              dropout=0.3, bidirectional=True, batch_first=True)
        # and this one before the last layer
        self.drop = nn.Dropout(p=0.3)
        self.fc = nn.Linear(hidden_dim * 2, output_dim)

    def forward(self, x):
        vectors = self.embedding(x)                   # (batch, time, embedding)
        outputs, (h_n, c_n) = self.bilstm(vectors)
        summary = together(h_n[2], h_n[3])            # top layer: forward, backward
        return self.fc(self.drop(summary))            # logits, no softmax here

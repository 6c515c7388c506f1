from collections import Counter

import torch
import torch.nn as nn
import torch.nn.functional as F


class SentimentLSTM(nn.Module):
    def __init__(self, words, size):
        super().__init__()
        self.embedding = nn.Embedding(words, size, padding_idx=0)
        self.lstm = nn.LSTM(size, size, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * size, 2)

    def forward(self, ids):
        output, (h, c) = self.lstm(self.embedding(ids))
        forwards, backwards = h[0], h[1]
        return self.fc(torch.cat((forwards, backwards), 1))


def encode(texts, vocab, length=20):
    ids = torch.zeros(len(texts), length, dtype=torch.long)
    for row, text in enumerate(texts):
        for column, word in enumerate(text.split()[:length]):
            ids[row, column] = vocab.get(word, 1)
    return ids


def train_sentiment(texts, labels, seed=0, epochs=10):
    torch.manual_seed(seed)
    vocab = {}
    for word, count in Counter(" ".join(texts).split()).items():
        if count > 1:
            vocab[word] = len(vocab) + 2
    ids, wanted = encode(texts, vocab), torch.tensor(labels)
    model = SentimentLSTM(len(vocab) + 2, 32)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(ids))
        for start in range(0, len(ids), 32):
            batch = order[start : start + 32]
            optimizer.zero_grad()
            F.cross_entropy(model(ids[batch]), wanted[batch]).backward()
            optimizer.step()
    return model, vocab

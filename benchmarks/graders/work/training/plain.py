from collections import Counter

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class SentimentLSTM(nn.Module):
    def __init__(self, words, size):
        super().__init__()
        self.embedding = nn.Embedding(words, size, padding_idx=0)
        self.lstm = nn.LSTM(size, size, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * size, 2)

    def forward(self, ids):
        _, (h, _) = self.lstm(self.embedding(ids))
        return self.fc(torch.cat([h[-2], h[-1]], dim=1))


def encode(texts, vocab, length=20):
    rows = [[vocab.get(word, 1) for word in text.split()[:length]] for text in texts]
    return torch.tensor([row + [0] * (length - len(row)) for row in rows])


def train_sentiment(texts, labels, seed=0, epochs=10):
    torch.manual_seed(seed)
    counts = Counter(word for text in texts for word in text.split())
    vocab = {word: number for number, word in enumerate((w for w in counts if counts[w] > 1), start=2)}
    model = SentimentLSTM(len(vocab) + 2, 32)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.CrossEntropyLoss()
    loader = DataLoader(TensorDataset(encode(texts, vocab), torch.tensor(labels)), batch_size=32, shuffle=True)
    model.train()
    for _ in range(epochs):
        for ids, wanted in loader:
            optimizer.zero_grad()
            loss = criterion(model(ids), wanted)
            loss.backward()
            optimizer.step()
    return model, vocab

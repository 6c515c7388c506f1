from collections import Counter
import itertools

import torch
from torch import nn
from torch.utils.data import Dataset, DataLoader


def build_vocab(texts, min_freq=1):
    counts = Counter(itertools.chain.from_iterable(t.lower().split() for t in texts))
    words = sorted(w for w, n in counts.items() if n >= min_freq and w not in ("<pad>", "<unk>"))
    return {w: k for k, w in enumerate(["<PAD>", "<UNK>", *words])}


def text_to_indices(text, vocab, max_len=20):
    ids = (vocab.get(w, vocab["<UNK>"]) for w in text.lower().split())
    return list(itertools.islice(itertools.chain(ids, itertools.repeat(vocab["<PAD>"])), max_len))


class SentimentDataset(Dataset):
    def __init__(self, x, y):
        self.x = torch.as_tensor(x).long()
        self.y = torch.as_tensor(y).long()

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


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
        embedded = self.embedding(x)
        _, (h_n, _) = self.lstm(embedded)
        final = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.fc(self.dropout(final))


def right(logits, labels):
    _, predicted = torch.max(logits, 1)
    return (predicted == labels).sum().item()


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    losses = []
    correct = 0
    seen = 0
    for x, y in dataloader:
        optimizer.zero_grad()
        logits = model(x)
        loss = criterion(logits, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        correct += right(logits, y)
        seen += len(y)
    return sum(losses) / len(losses), correct / seen


def evaluate(model, dataloader, criterion):
    model.eval()
    losses = []
    correct = 0
    seen = 0
    for x, y in dataloader:
        with torch.no_grad():
            logits = model(x)
            loss = criterion(logits, y)
        losses.append(loss.item())
        correct += right(logits, y)
        seen += len(y)
    return sum(losses) / len(losses), correct / seen


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    n = len(texts) - len(texts) // 10
    vocab = build_vocab(texts[:n], 2)
    ids = [text_to_indices(t, vocab) for t in texts]
    train = DataLoader(SentimentDataset(ids[:n], labels[:n]), 32, True)
    valid = DataLoader(SentimentDataset(ids[n:], labels[n:]), 32)
    model = SentimentLSTM(len(vocab), 32, 32, 2)
    opt, crit = torch.optim.Adam(model.parameters(), 5e-3), nn.CrossEntropyLoss()
    history = {k: [] for k in ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")}
    for _ in range(epochs):
        for k, v in zip(history, (*train_epoch(model, train, opt, crit), *evaluate(model, valid, crit))):
            history[k].append(v)
    return model, vocab, history


def predict_sentiment(text, model, vocab):
    model.eval()
    ids = torch.tensor(text_to_indices(text, vocab)).unsqueeze(0)
    with torch.no_grad():
        logits = model(ids)
    probabilities = logits.softmax(dim=0)
    predicted = logits.argmax(dim=1).item()
    return ["Negative", "Positive"][predicted], probabilities[0, predicted].item()


def word_importance(text, model, vocab):
    model.eval()
    words = text.lower().split()[:20]
    x = torch.tensor(text_to_indices(text, vocab)).view(1, -1)
    with torch.no_grad():
        k = int(model(x).argmax())
        E = model.embedding(x)
    path = torch.zeros_like(E)
    for step in range(1, 17):
        point = (E * (step / 16)).requires_grad_()
        handle = model.embedding.register_forward_hook(lambda m, i, o: point)
        score = model(x)[0, k]
        handle.remove()
        path += torch.autograd.grad(score, point)[0]
    ig = (E * path / 16).sum(-1).abs()[0]
    return [(w, float(s)) for w, s in zip(words, ig)]


class ImprovedClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            with torch.no_grad():
                self.embedding.weight.copy_(torch.as_tensor(vectors))
        self.gru = nn.GRU(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=0.2)
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(4 * hidden_dim, output_dim))

    def forward(self, x):
        out, h_n = self.gru(self.embedding(x))
        pad = (x == 0).unsqueeze(-1)
        best = out.masked_fill(pad, -2.0).amax(1)
        return self.head(torch.cat((h_n[-2], h_n[-1], best), -1))

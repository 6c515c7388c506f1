from collections import Counter

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


def build_vocab(texts, min_freq=1):
    count = Counter(w for t in texts for w in t.lower().split())
    vocab = {"<PAD>": 0, "<UNK>": 1}
    for i, (w, n) in enumerate(count.items(), start=2):
        if n >= min_freq:
            vocab[w] = i
    return vocab


def text_to_indices(text, vocab, max_len=20):
    ids = [vocab.get(w, 1) for w in text.lower().split()]
    return (ids + max_len * [0])[:max_len]


class SentimentDataset(TensorDataset):
    def __init__(self, texts, labels):
        super().__init__(torch.as_tensor(texts).long(), torch.as_tensor(labels).long())


class SentimentLSTM(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, 2, dropout=.3, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * hidden_dim, output_dim)

    def forward(self, x):
        h_n = self.lstm(self.embedding(x))[1][0]
        last = torch.cat((*h_n[-2:],), -1)
        return self.fc(F.dropout(last, .3, self.training))


def run(model, dataloader, criterion, optimizer=None):
    model.train(optimizer is not None)
    loss_sum = hits = n = 0
    with torch.set_grad_enabled(optimizer is not None):
        for x, y in dataloader:
            out = model(x)
            loss = criterion(out, y)
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            loss_sum += loss.item() * len(x)
            hits += int((out.argmax(1) == y).sum())
            n += len(x)
    return loss_sum / n, hits / n


def train_epoch(model, dataloader, optimizer, criterion): return run(model, dataloader, criterion, optimizer)


def evaluate(model, dataloader, criterion): return run(model, dataloader, criterion)


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    n = int(0.9 * len(texts))
    vocab = build_vocab(texts[:n], min_freq=2)
    data = SentimentDataset([text_to_indices(t, vocab) for t in texts], labels)
    train = DataLoader(TensorDataset(*data[:n]), 32, shuffle=True)
    valid = DataLoader(TensorDataset(*data[n:]), 32)
    # len(vocab) gave "index out of range in self", the largest id + 1 works
    model = SentimentLSTM(max(vocab.values()) + 1, 32, 32, 2)
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    ce = nn.CrossEntropyLoss()
    log = []
    for _ in range(epochs):
        log.append((*train_epoch(model, train, opt, ce), *evaluate(model, valid, ce)))
    names = "train_loss", "train_accuracy", "valid_loss", "valid_accuracy"
    return model, vocab, {name: list(column) for name, column in zip(names, zip(*log))}


def predict_sentiment(text, model, vocab):
    model.eval()
    with torch.no_grad():
        p = model(torch.tensor(text_to_indices(text, vocab))[None])[0].softmax(0).tolist()
    return max(zip(("Negative", "Positive"), p), key=lambda t: t[1])


class ImprovedClassifier(nn.Module):

    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, vectors=None):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)
        if vectors is not None:
            self.embedding.load_state_dict({"weight": torch.as_tensor(vectors)})
        self.gru = nn.GRU(embedding_dim, hidden_dim, 2, batch_first=True, bidirectional=True, dropout=.3)
        self.fc = nn.Linear(4 * hidden_dim, output_dim)

    def forward(self, x):
        mask = (x > 0).unsqueeze(2).float()
        out, h = self.gru(self.embedding(x))
        mean = (out * mask).sum(1) / mask.sum(1).clamp(min=1)
        return self.fc(torch.cat((h[-2], h[-1], mean), 1))


def word_importance(text, model, vocab):
    words = text.lower().split()[:20]
    ids = torch.tensor([text_to_indices(text, vocab)])
    seen = {}

    def hook(module, args, out):
        seen["e"] = out.detach().requires_grad_()
        return seen["e"]

    model.eval()
    tap = model.embedding.register_forward_hook(hook)
    try:
        logits = model(ids)
    finally:
        tap.remove()
    (grad,) = torch.autograd.grad(logits.max(), seen["e"])
    score = (grad * seen["e"].detach()).sum(-1).abs().squeeze(0)
    return [(w, s.item()) for w, s in zip(words, score)]

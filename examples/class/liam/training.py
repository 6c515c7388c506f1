import torch
from torch import nn
from torch.utils.data import DataLoader

from sentiment_lstm import SentimentLSTM
from text import SentimentDataset, build_vocab, text_to_indices


def hits(logits, labels):
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
        correct += hits(logits, y)
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
        correct += hits(logits, y)
        seen += len(y)
    return sum(losses) / len(losses), correct / seen


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)
    n_valid = max(1, len(texts) // 10)
    vocab = build_vocab(texts[:-n_valid], min_freq=2)
    rows = [text_to_indices(t, vocab) for t in texts]
    train = DataLoader(SentimentDataset(rows[:-n_valid], labels[:-n_valid]), batch_size=32, shuffle=True)
    valid = DataLoader(SentimentDataset(rows[-n_valid:], labels[-n_valid:]), batch_size=32)

    model = SentimentLSTM(len(vocab), 32, 32, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    criterion = nn.CrossEntropyLoss()
    history = {k: [] for k in ("train_loss", "train_accuracy", "valid_loss", "valid_accuracy")}
    for _ in range(epochs):
        tl, ta = train_epoch(model, train, optimizer, criterion)
        vl, va = evaluate(model, valid, criterion)
        history['train_loss'].append(tl)
        history['train_accuracy'].append(ta)
        history['valid_loss'].append(vl)
        history['valid_accuracy'].append(va)
    return model, vocab, history

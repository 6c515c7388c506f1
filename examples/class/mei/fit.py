import torch
from torch import nn
from torch.utils.data import DataLoader

from prepare import SentimentDataset, build_vocab, text_to_indices
from rnn_models import SentimentLSTM

CONFIG = {"batch": 32, "emb": 32, "hid": 32, "lr": 0.005}


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss = 0.0
    correct = 0
    total = 0
    for x, y in dataloader:
        optimizer.zero_grad()
        out = model(x)
        loss = criterion(out, y)
        loss.backward()
        optimizer.step()

        total_loss += loss.item()
        correct += (out.argmax(dim=1) == y).sum().item()
        total += y.size(0)
    return total_loss / len(dataloader), correct / total


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss = 0.0
    correct = 0
    total = 0
    with torch.no_grad():
        for x, y in dataloader:
            out = model(x)
            total_loss += criterion(out, y).item()
            correct += (out.argmax(dim=1) == y).sum().item()
            total += y.size(0)
    return total_loss / len(dataloader), correct / total


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)

    cut = int(len(texts) * 0.9)
    vocab = build_vocab(texts[:cut], min_freq=2)

    x = []
    for text in texts:
        x.append(text_to_indices(text, vocab))
    train_data = SentimentDataset(x[:cut], labels[:cut])
    valid_data = SentimentDataset(x[cut:], labels[cut:])
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    valid_loader = DataLoader(valid_data, batch_size=32, shuffle=False)

    model = SentimentLSTM(len(vocab), CONFIG["emb"], CONFIG["hid"], 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=CONFIG["lr"])
    criterion = nn.CrossEntropyLoss()

    train_loss, train_accuracy, valid_loss, valid_accuracy = [], [], [], []
    for epoch in range(1, epochs + 1):
        l, a = train_epoch(model, train_loader, optimizer, criterion)
        train_loss.append(l)
        train_accuracy.append(a)
        l, a = evaluate(model, valid_loader, criterion)
        valid_loss.append(l)
        valid_accuracy.append(a)
    history = {"train_loss": train_loss, "train_accuracy": train_accuracy,
               "valid_loss": valid_loss, "valid_accuracy": valid_accuracy}
    return model, vocab, history

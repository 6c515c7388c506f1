import torch
from torch import nn
from torch.utils.data import DataLoader

from sentiment_lstm import SentimentLSTM
from text import SentimentDataset, build_vocab, text_to_indices


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    loss_sum, right, n, batches = 0.0, 0, 0, 0
    for ids, label in dataloader:
        optimizer.zero_grad()
        logits = model(ids)
        loss = criterion(logits, label)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item()
        right += int((logits.argmax(1) == label).sum())
        n += label.numel()
        batches += 1
    return loss_sum / batches, right / n


def evaluate(model, dataloader, criterion):
    model.eval()
    loss_sum, right, n, batches = 0.0, 0, 0, 0
    with torch.no_grad():
        for ids, label in dataloader:
            logits = model(ids)
            loss_sum += criterion(logits, label).item()
            right += int((logits.argmax(1) == label).sum())
            n += label.numel()
            batches += 1
    return loss_sum / batches, right / n


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)

    n_valid = max(1, len(texts) // 10)
    ids = list(range(len(texts)))
    train_ids, valid_ids = ids[:-n_valid], ids[-n_valid:]

    vocab = build_vocab([texts[i] for i in train_ids], min_freq=2)

    def make_loader(ids, shuffle):
        encoded = [text_to_indices(texts[i], vocab) for i in ids]
        dataset = SentimentDataset(encoded, [labels[i] for i in ids])
        return DataLoader(dataset, batch_size=32, shuffle=shuffle)

    train_loader = make_loader(train_ids, True)
    valid_loader = make_loader(valid_ids, False)

    model = SentimentLSTM(len(vocab), 32, 32, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    criterion = nn.CrossEntropyLoss()

    history = {"train_loss": [], "train_accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for epoch in range(epochs):
        train_loss, train_accuracy = train_epoch(model, train_loader, optimizer, criterion)
        valid_loss, valid_accuracy = evaluate(model, valid_loader, criterion)
        history["train_loss"].append(train_loss)
        history["train_accuracy"].append(train_accuracy)
        history["valid_loss"].append(valid_loss)
        history["valid_accuracy"].append(valid_accuracy)
    return model, vocab, history

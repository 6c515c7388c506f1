import random

import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from sentiment_lstm import SentimentLSTM
from text import SentimentDataset, build_vocab, text_to_indices

MAX_LEN = 20
BATCH_SIZE = 32
EMBEDDING_DIM = HIDDEN_DIM = 32
LEARNING_RATE = 5e-3


def train_epoch(model, dataloader, optimizer, criterion):
    model.train()
    total_loss = 0.0
    correct = 0
    total = 0
    for texts, labels in dataloader:
        optimizer.zero_grad()
        prediction = model(texts)
        loss = criterion(prediction, labels)
        loss.backward()
        optimizer.step()

        total_loss += loss.item()
        correct += (prediction.argmax(dim=1) == labels).sum().item()
        total += labels.size(0)
    return total_loss / len(dataloader), correct / total


def evaluate(model, dataloader, criterion):
    model.eval()
    total_loss = 0.0
    correct = 0
    total = 0
    with torch.no_grad():
        for texts, labels in dataloader:
            prediction = model(texts)
            total_loss += criterion(prediction, labels).item()
            correct += (prediction.argmax(dim=1) == labels).sum().item()
            total += labels.size(0)
    return total_loss / len(dataloader), correct / total


def train_sentiment(texts, labels, *, epochs=10, seed=0):
    torch.manual_seed(seed)

    shuffled = list(range(len(texts)))
    random.Random(seed).shuffle(shuffled)
    n_valid = max(1, len(shuffled) // 10)
    valid_ids, train_ids = shuffled[:n_valid], shuffled[n_valid:]

    vocab = build_vocab([texts[i] for i in train_ids], min_freq=2)

    def make_loader(ids, shuffle):
        encoded = [text_to_indices(texts[i], vocab, MAX_LEN) for i in ids]
        dataset = SentimentDataset(encoded, [labels[i] for i in ids])
        return DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=shuffle)

    train_loader = make_loader(train_ids, True)
    valid_loader = make_loader(valid_ids, False)

    model = SentimentLSTM(len(vocab), EMBEDDING_DIM, HIDDEN_DIM, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    criterion = nn.CrossEntropyLoss()

    history = {"train_loss": [], "train_accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(epochs):
        train_loss, train_accuracy = train_epoch(model, train_loader, optimizer, criterion)
        valid_loss, valid_accuracy = evaluate(model, valid_loader, criterion)
        history["train_loss"].append(train_loss)
        history["train_accuracy"].append(train_accuracy)
        history["valid_loss"].append(valid_loss)
        history["valid_accuracy"].append(valid_accuracy)
    return model, vocab, history
